using System.Text.Json;
using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>Where the contrast experiment finds its images and leaves its results.</summary>
/// <param name="Data">A folder of images (BSDS500 at any of its levels), or null to make images.</param>
/// <param name="Output">The folder for results; made where missing.</param>
/// <param name="Resume">Whether to go on from the checkpoints of an interrupted run of the same configuration.</param>
/// <param name="Vgg16">A safetensors file of VGG-16's weights to show beside, or null; it changes nothing else of the run.</param>
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
        var images = Images(config, places.Data, progress, cancellation);
        var output = new ContrastOutput(places, config);

        using var validation = CropSampler.ValidationCrops(images.Validation, config.ValidationCrops, config.CropSize, Seeds.ForGenerator(config.Seed, "validation crops"));
        using var low = Resample.Down(validation, SuperResolutionNet.Scale);
        var baselines = Baselines(validation, low);

        var variants = new List<ContrastVariantResult>();
        var tuning = new List<ContrastTuning>();
        var pictures = new List<ContrastPictures>();
        foreach (string name in config.Variants)
        {
            using var model = Model(name, config);
            tuning.AddRange(ContrastRecording.Record(model, config, name, trained: false, progress, cancellation));
            var start = ContrastPictures.Kernels(model);
            var variant = Train(name, model, config, images, output, validation, low, progress, cancellation);
            variants.Add(variant);
            tuning.AddRange(ContrastRecording.Record(model, config, name, trained: true, progress, cancellation));
            pictures.Add(ContrastPictures.Of(name, model, start, validation, low));
            output.SaveModel(name, model);
        }

        var vgg16 = vgg is null ? null : Vgg16Recording.Record(vgg, places.Vgg16!, config, progress, cancellation);
        var data = new ContrastData(images.Source, images.Train.Count, images.Validation.Count, images.SkippedFiles.Count);
        var results = new ContrastResults(ContrastResults.SchemaName, config.Seed, data, variants, baselines, tuning, RunEnvironment.Current()) { Vgg16 = vgg16 };
        output.SaveResults(results, pictures, images.SkippedFiles);
        return results;
    }

    /// <summary>The untrained network of one variant; the same seed gives the same weights.</summary>
    /// <param name="variant">One of <see cref="ContrastVariants.Names"/>.</param>
    /// <param name="config">The configuration.</param>
    public static SuperResolutionNet Model(string variant, ContrastConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var options = ContrastVariants.Options(variant) with { Seed = Seeds.Derive(config.Seed, "layer") };
        torch.manual_seed(Seeds.Derive(config.Seed, "decoder")); // the framework's own layers know no other generator
        var model = new SuperResolutionNet(new DivNorm.Layers.DivNormEI(Filters.GaborBank.Paper.Filters.Count, options), config.Input);
        model.eval();
        return model;
    }

    private static ImageSet Images(ContrastConfig config, string? directory, IRunProgress progress, CancellationToken cancellation)
    {
        progress.Stage(directory is null ? "Making images" : "Reading images", ProgressShare.Whole, "%");
        var share = new ProgressShare(progress);
        var images = directory is not null
            ? Bsds500.Load(directory, config.CropSize, Seeds.ForGenerator(config.Seed, "split"), share, cancellation)
            : DeadLeaves.Generate(
                new DeadLeavesOptions
                {
                    Train = config.ProceduralTrainImages,
                    Validation = config.ProceduralValidationImages,
                    Size = config.ProceduralImageSize,
                    Seed = Seeds.ForGenerator(config.Seed, "images"),
                },
                share,
                cancellation);
        progress.Done($"{images.Train.Count} for training, {images.Validation.Count} for validation, {images.SkippedFiles.Count} files skipped");
        const int most = 5;
        foreach (var skipped in images.SkippedFiles.Where(s => ImageFile.HasImageName(s.Path)).Take(most))
            progress.Message($"Skipped {skipped.Path}: {skipped.Reason}");
        return images;
    }

    private static ContrastVariantResult Train(
        string name,
        SuperResolutionNet model,
        ContrastConfig config,
        ImageSet images,
        ContrastOutput output,
        Tensor validation,
        Tensor low,
        IRunProgress progress,
        CancellationToken cancellation)
    {
        var sampler = new CropSampler(images.Train, config.CropSize, Seeds.ForGenerator(config.Seed, "training crops"));
        using var trainer = new SuperResolutionTrainer(model, sampler, config.BatchSize, config.LearningRateAt, output.RunIdentity(name, images));
        string checkpoint = output.Checkpoint(name);
        if (output.Resume && File.Exists(checkpoint))
            trainer.Resume(checkpoint);

        progress.Stage($"Training {name}", config.Steps * (long)config.BatchSize, "crops");
        while (trainer.Step < config.Steps)
        {
            if (cancellation.IsCancellationRequested)
            {
                trainer.Save(checkpoint);
                cancellation.ThrowIfCancellationRequested();
            }

            double loss = trainer.TrainStep();
            if (trainer.Step % config.CheckpointEvery == 0)
                trainer.Save(checkpoint);
            progress.Report(trainer.Step * (long)config.BatchSize, $"loss {loss:f1}");
        }

        trainer.Save(checkpoint);
        var (psnr, ssim) = Quality(model, validation, low);
        progress.Done($"PSNR {psnr:f2} dB, SSIM {ssim:f3}");
        int crops = trainer.Step * config.BatchSize;
        return new ContrastVariantResult(
            name,
            crops,
            trainer.Seconds,
            trainer.Seconds > 0 ? crops / trainer.Seconds : double.NaN,
            psnr,
            ssim,
            [.. trainer.Losses.Chunk(ContrastVariantResult.LossStretch).Select(stretch => stretch.Average())]);
    }

    private static (double Psnr, double Ssim) Quality(SuperResolutionNet model, Tensor target, Tensor low)
    {
        const int batch = 50;
        model.eval();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var restored = cat([.. low.split(batch).Select(part => model.call(part))]);
        return (ImageQuality.Psnr(restored, target), ImageQuality.Ssim(restored, target));
    }

    private static ContrastBaselines Baselines(Tensor target, Tensor low)
    {
        using var scope = NewDisposeScope();
        var bicubic = Resample.Up(low, SuperResolutionNet.Scale, Upsampling.Bicubic).clamp(0, 1);
        var bilinear = Resample.Up(low, SuperResolutionNet.Scale, Upsampling.Bilinear);
        return new ContrastBaselines(
            ImageQuality.Psnr(bicubic, target), ImageQuality.Ssim(bicubic, target), ImageQuality.Psnr(bilinear, target), ImageQuality.Ssim(bilinear, target));
    }
}
