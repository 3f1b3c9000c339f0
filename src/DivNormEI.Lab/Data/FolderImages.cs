using System.Collections.Concurrent;

namespace DivNorm.Lab.Data;

/// <summary>Images decoded from their files whenever they are asked for. A file that cannot be read is named once.</summary>
internal sealed class FolderImages(IReadOnlyList<LabeledFile> files, int storedSide) : ILabeledImages
{
    [ThreadStatic]
    private static ImageScaler? scaler;

    private readonly ConcurrentDictionary<int, SkippedFile> skipped = new();

    public int Count => files.Count;

    /// <summary>The files that could not be read so far, in order.</summary>
    internal IReadOnlyList<SkippedFile> Skipped => [.. skipped.OrderBy(pair => pair.Key).Select(pair => pair.Value)];

    public int Label(int index) => files[index].Label;

    public RgbImage? Read(int index)
    {
        if (skipped.ContainsKey(index))
            return null;
        try
        {
            return (scaler ??= new ImageScaler()).Shrink(ImageFile.ReadRgb(files[index].Path), storedSide);
        }
        catch (UserInputException error)
        {
            skipped.TryAdd(index, new SkippedFile(files[index].Path, error.Message));
            return null;
        }
    }
}
