using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using DivNorm.Layers;
using DivNorm.Models;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>Where the contrast experiment finds its images and leaves its results.</summary>
/// <param name="Data">A folder of images (BSDS500 at any of its levels), or null to make images.</param>
/// <param name="Output">The folder for results; made where missing.</param>
/// <param name="Resume">Whether to go on from the checkpoints of an interrupted run of the same configuration.</param>
/// <param name="Vgg16">A safetensors or PyTorch file of VGG-16's weights to show beside, or null; it changes nothing else of the run.</param>
public sealed record ContrastPlaces(string? Data, string Output, bool Resume = false, string? Vgg16 = null);

/// <summary>
/// Experiment 1 of the paper (Veerabadran, Raina and de Sa 2021): train the super-resolution network without labels on
/// natural images, and record the orientation tuning of its 64 cells by contrast, before and after the layer, untrained
/// and trained.
/// </summary>
public static class ContrastExperiment
{
    /// <summary>Runs the experiment and writes results.json, config.json, curves.csv, models, figures and report.html.</summary>
    /// <param name="config">What to do.</param>
    /// <param name="places">Where to read and write.</param>
    /// <param name="progress">Is told how far the run is.</param>
    /// <param name="cancellation">Stops the run after the step under way; a checkpoint is written.</param>
    /// <exception cref="UserInputException">Configuration, data, VGG-16's weights, checkpoint or output folder cannot be used.</exception>
    /// <exception cref="TrainingDivergedException">The loss of a variant is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ContrastResults Run(ContrastConfig config, ContrastPlaces places, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(progress);
        config.Validate("configuration");
        using var vgg = places.Vgg16 is { } weights ? Vgg16File.Load(weights, layers: 1) : null;
        using var task = new SuperResolutionTask(config, places.Data, progress, cancellation);
        var output = new RunFolder(places.Output, config, places.Resume);

        var variants = new List<ContrastVariantResult>();
        var tuning = new List<ContrastTuning>();
        var pictures = new List<ContrastPictures>();
        foreach (string name in config.Variants)
        {
            using var model = Model(name, config);
            tuning.AddRange(ContrastRecording.Record(model, config, name, trained: false, progress, cancellation));
            var start = ContrastPictures.Kernels(model);
            variants.Add(Result(name, task.Train(name, model, output, progress, cancellation)));
            tuning.AddRange(ContrastRecording.Record(model, config, name, trained: true, progress, cancellation));
            pictures.Add(ContrastPictures.Of(name, model, start, task.Validation, task.LowResolution));
            SavedModel.Save(output.Model(name), model, ContrastVariants.Layer(name), output.ConfigText);
        }

        var vgg16 = vgg is null ? null : Vgg16Recording.Record(vgg, places.Vgg16!, config, progress, cancellation);
        var results = new ContrastResults(ContrastResults.SchemaName, config.Seed, task.Data, variants, task.Baselines, tuning, RunEnvironment.Current()) { Vgg16 = vgg16 };
        ContrastOutput.Save(output, results, config, pictures, task.Images.SkippedFiles);
        return results;
    }

    /// <summary>The untrained network of one variant; the same seed gives the same weights.</summary>
    /// <param name="variant">One of <see cref="ContrastVariants.Names"/>.</param>
    /// <param name="config">The configuration.</param>
    public static SuperResolutionNet Model(string variant, ContrastConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return SuperResolutionTask.Network(
            NormalizationLayers.Find(ContrastVariants.Layer(variant)).Create(Filters.GaborBank.Paper.Filters.Count, Seeds.Derive(config.Seed, "layer")), config);
    }

    private static ContrastVariantResult Result(string name, SuperResolutionOutcome outcome) => new(
        name,
        outcome.Crops,
        outcome.Seconds,
        outcome.Seconds > 0 ? outcome.Crops / outcome.Seconds : double.NaN,
        outcome.Psnr,
        outcome.Ssim,
        outcome.LossByStretch(ContrastVariantResult.LossStretch));
}
