using DivNorm.Interop;
using DivNorm.Lab.Data;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>One image to scale.</summary>
/// <param name="Image">Its file.</param>
/// <param name="Output">The file to write.</param>
/// <param name="Target">The original in full resolution to compare with, or null.</param>
public sealed record UpscaleJob(string Image, string Output, string? Target);

/// <summary>What is to be scaled, and where it goes.</summary>
/// <param name="Images">Image files, and folders whose images are meant.</param>
/// <param name="Output">A folder, or the file to write if there is one image; null writes beside each image.</param>
/// <param name="Format">What to write; null takes what the ending of <paramref name="Output"/> names, or PNG.</param>
/// <param name="Target">The original of the one image, or a folder with the originals under the same names, whatever their endings; null for none.</param>
public sealed record UpscalePlaces(IReadOnlyList<string> Images, string? Output, PictureFormat? Format, string? Target);

/// <summary>Plans which image becomes which file: NAME-x4.png and so on.</summary>
public static class UpscaleJobs
{
    /// <summary>The jobs in the order of the images; those of a folder by name.</summary>
    /// <param name="places">What and where.</param>
    /// <returns>The jobs, and the format of their files.</returns>
    /// <exception cref="UserInputException">
    /// A folder holds no images, a target folder lacks an image's original, two images would become one file, a file would replace an image that is read, or the
    /// output is a file for several images or of another format.
    /// </exception>
    public static (IReadOnlyList<UpscaleJob> Jobs, PictureFormat Format) Plan(UpscalePlaces places)
    {
        ArgumentNullException.ThrowIfNull(places);
        var images = places.Images.SelectMany(Expand).ToList();
        bool toFile = places.Output is { } path && !Directory.Exists(path) && ImageFile.HasImageName(path);
        if (toFile && images.Count > 1)
            throw new UserInputException($"--out {places.Output}: is one file, and there are {images.Count} images; give a folder.");
        var format = Format(places, toFile);
        var originals = places.Target is { } folder && Directory.Exists(folder) ? ImagesIn(folder).ToLookup(Stem, RealPath.Names) : null;
        if (places.Target is not null && originals is null && images.Count > 1)
            throw new UserInputException($"--target {places.Target}: is no folder, and there are {images.Count} images; give the folder of their originals.");
        var jobs = images.Select(image => new UpscaleJob(image, toFile ? places.Output! : Output(image, places.Output, format), Target(image, places.Target, originals))).ToList();
        CheckNothingIsLost(jobs);
        return (jobs, format);
    }

    private static string Stem(string path) => Path.GetFileNameWithoutExtension(path);

    private static string Output(string image, string? folder, PictureFormat format) =>
        Path.Combine(folder ?? Path.GetDirectoryName(image) ?? string.Empty, $"{Stem(image)}-x{Upscaler.Scale}{format.Ending()}");

    private static PictureFormat Format(UpscalePlaces places, bool toFile)
    {
        if (!toFile)
            return places.Format ?? PictureFormat.Png;
        var named = PictureFormats.OfEnding(places.Output!)
            ?? throw new UserInputException($"--out {places.Output}: pictures are written as {string.Join(", ", Enum.GetValues<PictureFormat>().Select(f => f.Ending()))}.");
        return places.Format is null || places.Format == named
            ? named
            : throw new UserInputException($"--out {places.Output}: its ending does not fit --format {places.Format.Value.ToString().ToLowerInvariant()}.");
    }

    private static string? Target(string image, string? target, ILookup<string, string>? originals)
    {
        if (originals is null)
            return target;
        var found = originals[Stem(image)].ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new UserInputException($"--target {target}: holds no image called {Stem(image)}, the original of {image}."),
            _ => throw new UserInputException($"--target {target}: {string.Join(" and ", found.Select(Path.GetFileName))} could both be the original of {image}."),
        };
    }

    private static IReadOnlyList<string> Expand(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        var images = ImagesIn(path);
        return images.Count > 0 ? images : throw new UserInputException($"Folder {path} holds no JPEG, PNG, BMP or WebP images.");
    }

    private static IReadOnlyList<string> ImagesIn(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(ImageFile.HasImageName).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"Folder {folder} cannot be read: {error.Message}", error);
        }
    }

    private static void CheckNothingIsLost(IReadOnlyList<UpscaleJob> jobs)
    {
        var read = jobs.SelectMany(job => new[] { job.Image, job.Target }).OfType<string>().Select(RealPath.Of).ToHashSet(RealPath.Names);
        var written = new Dictionary<string, string>(RealPath.Names);
        foreach (var job in jobs)
        {
            string output = RealPath.Of(job.Output);
            if (read.Contains(output))
                throw new UserInputException($"{job.Output}: the picture scaled up from {job.Image} would replace an image that is read; choose another --out.");
            if (!written.TryAdd(output, job.Image))
                throw new UserInputException($"{written[output]} and {job.Image} would both become {job.Output}; scale them into two folders.");
        }
    }
}
