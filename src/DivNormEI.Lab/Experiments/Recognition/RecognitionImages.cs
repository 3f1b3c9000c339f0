using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Opens or makes the images of the recognition experiment.</summary>
internal static class RecognitionImages
{
    private const int MostExamples = 12;

    public static ClassifiedImages Open(RecognitionConfig config, RecognitionPlaces places, IRunProgress progress, CancellationToken cancellation)
    {
        progress.Stage(places.Data is null ? "Making images" : places.Cache is null ? "Listing images" : "Packing images", ProgressShare.Whole, "%");
        var share = new ProgressShare(progress);
        ClassifiedImages images;
        if (places.Data is null)
        {
            if (config.Classes is not null)
                throw new UserInputException($"classes is {config.Classes}; a class list needs images (--data DIR).");
            images = TexturedShapes.Generate(
                new TexturedShapesOptions
                {
                    Train = config.ProceduralTrainImages,
                    Validation = config.ProceduralValidationImages,
                    Size = config.InputSize,
                    Seed = Seeds.ForGenerator(config.Seed, "images"),
                },
                share,
                cancellation);
        }
        else
        {
            var folder = ImageFolder.Open(places.Data, config.Classes is null ? null : ClassLists.Read(config.Classes));
            images = ClassifiedFolder.Open(folder, config.StoredSize, places.Cache, progress.Message, share, cancellation);
        }

        var skipped = images.SkippedFiles();
        progress.Done($"{images.ClassIds.Count} classes, {images.Train.Count} images for training, {images.Validation.Count} for validation, {skipped.Count} files skipped");
        Name(skipped, progress);
        return images;
    }

    /// <summary>Names the first few files that were left out and look like images.</summary>
    public static void Name(IEnumerable<SkippedFile> skipped, IRunProgress progress)
    {
        const int most = 5;
        foreach (var file in skipped.Where(file => ImageFile.HasImageName(file.Path)).Take(most))
            progress.Message($"Skipped {file.Path}: {file.Reason}");
    }

    /// <summary>The first validation image of the first classes, as the network sees its size.</summary>
    public static IReadOnlyList<ImageTile> Examples(ClassifiedImages data, RecognitionConfig config)
    {
        var tiles = new List<ImageTile>();
        var scaler = new ImageScaler();
        int size = config.InputSize;
        var wanted = Enumerable.Range(0, data.Validation.Count).GroupBy(data.Validation.Label).OrderBy(group => group.Key).Take(MostExamples);
        foreach (var group in wanted)
        {
            if (group.Select(data.Validation.Read).FirstOrDefault(image => image is not null) is not { } image)
                continue;
            float[] planes = new float[3 * size * size];
            scaler.Scale(image, CropBox.Centre(image.Width, image.Height, config.EvaluationCrop), size, size, planes);
            tiles.Add(ImageTile.Rgb(size, size, Array.ConvertAll(planes, value => Math.Clamp(value / byte.MaxValue, 0, 1)), data.ClassNames[group.Key]));
        }

        return tiles;
    }
}
