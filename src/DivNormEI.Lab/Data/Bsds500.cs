namespace DivNorm.Lab.Data;

/// <summary>
/// The Berkeley Segmentation Data Set 500 (Arbelaez et al., TPAMI 33(5), 2011) in its public layout, <c>BSDS500/data/images/{train,val}</c>, or any
/// other folder of images.
/// </summary>
public static class Bsds500
{
    private static readonly string[] Levels = [".", "images", "data/images", "BSDS500/data/images"];

    /// <summary>
    /// Loads a folder: the one that holds <c>BSDS500</c>, <c>BSDS500</c> itself, its <c>data</c> or its <c>images</c>; any folder with <c>train</c> and
    /// <c>val</c> (a <c>test</c> folder is left alone); or a folder of images, of which every fifth of a seeded order becomes a validation image.
    /// Images come in the ordinal order of their names. What is no image, is corrupt or is too small is listed as skipped.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="smallestSide">Images with a side of fewer pixels are skipped: the size of the crops to take.</param>
    /// <param name="seed">Chooses the validation images of a plain folder.</param>
    /// <param name="progress">Receives the fraction of the files read.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="UserInputException">The folder is missing or unreadable, or leaves no training or no validation image.</exception>
    public static ImageSet Load(
        string directory, int smallestSide = 48, ulong seed = 0, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentOutOfRangeException.ThrowIfLessThan(smallestSide, 1);
        if (!Directory.Exists(directory))
        {
            throw new UserInputException(File.Exists(directory)
                ? $"Image folder {directory} is a file: give the folder that holds the images (an archive must be extracted first)."
                : $"Image folder {directory} does not exist.");
        }

        try
        {
            return Read(directory, smallestSide, seed, progress, cancellation);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"Image folder {directory} cannot be read: {error.Message}", error);
        }
    }

    private static ImageSet Read(string directory, int smallestSide, ulong seed, IProgress<double>? progress, CancellationToken cancellation)
    {
        string? split = Levels.Select(level => Path.Combine(directory, level))
            .FirstOrDefault(folder => Directory.Exists(Path.Combine(folder, "train")) && Directory.Exists(Path.Combine(folder, "val")));
        string[] train = FilesOf(split is null ? directory : Path.Combine(split, "train"));
        string[] validation = split is null ? [] : FilesOf(Path.Combine(split, "val"));
        if (train.Length + validation.Length == 0)
        {
            throw new UserInputException(
                $"Image folder {directory} holds no files: looked for images in it, and for train and val folders in it and in {string.Join(", ", Levels.Skip(1))}.");
        }

        string[] files = [.. train, .. validation];
        (GreyImage? Image, SkippedFile? Skipped)[] read = new (GreyImage?, SkippedFile?)[files.Length];
        int done = 0;
        object report = new();
        Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            read[i] = ReadOne(files[i], smallestSide);
            lock (report)
                progress?.Report((double)++done / files.Length);
        });

        List<GreyImage> training = [.. read.Take(train.Length).Select(one => one.Image).OfType<GreyImage>()];
        List<GreyImage> validating = [.. read.Skip(train.Length).Select(one => one.Image).OfType<GreyImage>()];
        SkippedFile[] skipped = [.. read.Select(one => one.Skipped).OfType<SkippedFile>()];
        if (split is null)
            (training, validating) = Divide(training, seed);
        if (training.Count == 0 || validating.Count == 0)
        {
            string found = $"{training.Count} training and {validating.Count} validation images of at least {smallestSide}x{smallestSide} pixels";
            string firstSkipped = skipped.Length == 0 ? "" : $"; {skipped.Length} files skipped, the first {Path.GetFileName(skipped[0].Path)}: {skipped[0].Reason}";
            throw new UserInputException($"Image folder {directory} leaves {found}, and at least one of each is needed{firstSkipped}.");
        }

        string kind = split is null ? "images" : "images with train and val";
        return ImageSet.Of(training, validating, skipped, $"{kind} in {directory}");
    }

    private static string[] FilesOf(string folder)
    {
        string[] files = Directory.GetFiles(folder);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static (GreyImage? Image, SkippedFile? Skipped) ReadOne(string file, int smallestSide)
    {
        if (!ImageFile.HasImageName(file))
            return (null, new SkippedFile(file, "not an image"));
        try
        {
            GreyImage image = ImageFile.ReadGrey(file);
            return Math.Min(image.Width, image.Height) >= smallestSide
                ? (image, null)
                : (null, new SkippedFile(file, $"{image.Width}x{image.Height}, smaller than the crop of {smallestSide}x{smallestSide}"));
        }
        catch (UserInputException error)
        {
            return (null, new SkippedFile(file, error.Message));
        }
    }

    /// <summary>Every fifth of a shuffled order validates; both lists keep the order of the names. One image alone can only train.</summary>
    private static (List<GreyImage> Train, List<GreyImage> Validation) Divide(List<GreyImage> images, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, images.Count)];
        SeededRandom random = new(seed);
        for (int last = order.Length - 1; last > 0; last--)
        {
            int other = random.Next(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        int count = images.Count < 2 ? 0 : Math.Max(1, images.Count / 5);
        HashSet<int> chosen = [.. order.Take(count)];
        return ([.. images.Where((_, i) => !chosen.Contains(i))], [.. images.Where((_, i) => chosen.Contains(i))]);
    }
}
