namespace DivNorm.Lab.Data;

/// <summary>Images of known class, read one by one. Several threads may read at once.</summary>
public interface ILabeledImages
{
    /// <summary>How many there are, those that turn out to be unreadable included.</summary>
    int Count { get; }

    /// <summary>The class of an image, counted from 0.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    int Label(int index);

    /// <summary>Reads an image, or gives null for one that cannot be read: a run goes on without it, and names it at the end.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    RgbImage? Read(int index);
}

/// <summary>Images in classes, for training and for validation.</summary>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="ClassIds">The classes' ids, in the order of the labels: names of folders.</param>
/// <param name="ClassNames">What people call the classes, in the same order.</param>
/// <param name="Source">Where the images come from, in words.</param>
/// <param name="Identity">What must be equal for two sets to be the same, as text: a checkpoint resumes on no other.</param>
/// <param name="SkippedFiles">Gives the files left out so far: strays at once, unreadable images once they have been tried.</param>
public sealed record ClassifiedImages(
    ILabeledImages Train,
    ILabeledImages Validation,
    IReadOnlyList<string> ClassIds,
    IReadOnlyList<string> ClassNames,
    string Source,
    string Identity,
    Func<IReadOnlyList<SkippedFile>> SkippedFiles) : IDisposable
{
    /// <summary>Closes what the images are read from.</summary>
    public void Dispose()
    {
        (Train as IDisposable)?.Dispose();
        (Validation as IDisposable)?.Dispose();
    }
}
