using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.SuperResolution;

/// <summary>What a training left, beside the weights.</summary>
/// <param name="Crops">Training crops seen.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Seconds">Seconds spent in steps, over all sessions of a resumed run.</param>
/// <param name="Psnr">Mean PSNR in dB over the validation crops, eval mode.</param>
/// <param name="Ssim">Mean SSIM over the same.</param>
/// <param name="Losses">The loss of every step: summed squared error a crop.</param>
internal sealed record SuperResolutionOutcome(int Crops, int Steps, double Seconds, double Psnr, double Ssim, IReadOnlyList<double> Losses)
{
    /// <summary>The losses averaged over successive stretches of steps.</summary>
    public IReadOnlyList<double> LossByStretch(int steps) => [.. Losses.Chunk(steps).Select(stretch => stretch.Average())];
}

/// <summary>
/// Label-free super-resolution as a task that networks are trained on one after the other, each with the same crops in the same order:
/// the images, the fixed validation crops, and what interpolation makes of these.
/// </summary>
internal sealed class SuperResolutionTask : IDisposable
{
    private readonly SuperResolutionConfig config;
    private readonly Tensor low;

    /// <summary>Reads the images, or makes them where no folder is named.</summary>
    /// <exception cref="UserInputException">The folder has no usable images.</exception>
    public SuperResolutionTask(SuperResolutionConfig config, string? directory, IRunProgress progress, CancellationToken cancellation)
    {
        this.config = config;
        Images = ReadImages(config, directory, progress, cancellation);
        Validation = CropSampler.ValidationCrops(Images.Validation, config.ValidationCrops, config.CropSize, Seeds.ForGenerator(config.Seed, "validation crops"));
        low = Resample.Down(Validation, SuperResolutionNet.Scale);
        Data = new ImageData(Images.Source, Images.Train.Count, Images.Validation.Count, Images.SkippedFiles.Count);
        Baselines = Interpolations(Validation, low);
    }

    /// <summary>The images.</summary>
    public ImageSet Images { get; }

    /// <summary>What a report says of the images.</summary>
    public ImageData Data { get; }

    /// <summary>Interpolation on the validation crops.</summary>
    public InterpolationBaselines Baselines { get; }

    /// <summary>The validation crops, [N, 1, side, side].</summary>
    public Tensor Validation { get; }

    /// <summary>The same at a quarter of the side.</summary>
    public Tensor LowResolution => low;

    /// <summary>The untrained network around a layer; the same seed gives the same decoder.</summary>
    /// <param name="normalization">The layer; the network owns it.</param>
    /// <param name="config">The seed, and how the input reaches the filters.</param>
    public static SuperResolutionNet Network(nn.Module<Tensor, Tensor> normalization, SuperResolutionConfig config)
    {
        torch.manual_seed(Seeds.Derive(config.Seed, "decoder")); // the framework's own layers know no other generator
        var model = new SuperResolutionNet(normalization, config.Input);
        model.eval();
        return model;
    }

    /// <summary>The low-resolution images of the first training crops, as the training will see them, batch by batch.</summary>
    public IEnumerable<Tensor> TrainingInputs(int crops)
    {
        var sampler = Sampler();
        for (int drawn = 0; drawn < crops; drawn += config.BatchSize)
        {
            using var target = sampler.Next(config.BatchSize);
            using var input = Resample.Down(target, SuperResolutionNet.Scale);
            yield return input;
        }
    }

    /// <summary>Trains a network to the end of its steps, from the checkpoint where there is one to resume, and leaves a checkpoint also where it is stopped.</summary>
    /// <exception cref="TrainingDivergedException">The loss, or what the trained network answers, is no longer a number.</exception>
    public SuperResolutionOutcome Train(string name, SuperResolutionNet model, RunFolder output, IRunProgress progress, CancellationToken cancellation)
    {
        using var trainer = new SuperResolutionTrainer(model, Sampler(), config.BatchSize, config.LearningRateAt, output.RunIdentity(name, Images));
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
        var (psnr, ssim) = Quality(model);
        if (!double.IsFinite(psnr))
            throw new TrainingDivergedException($"Training diverged: after {trainer.Step} steps the network answers with what is no number; try a smaller learningRate.");
        progress.Done($"PSNR {psnr:f2} dB, SSIM {ssim:f3}");
        return new SuperResolutionOutcome(trainer.Step * config.BatchSize, trainer.Step, trainer.Seconds, psnr, ssim, [.. trainer.Losses]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Validation.Dispose();
        low.Dispose();
    }

    private CropSampler Sampler() => new(Images.Train, config.CropSize, Seeds.ForGenerator(config.Seed, "training crops"));

    private static ImageSet ReadImages(SuperResolutionConfig config, string? directory, IRunProgress progress, CancellationToken cancellation)
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

    private (double Psnr, double Ssim) Quality(SuperResolutionNet model)
    {
        const int batch = 50;
        model.eval();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var restored = cat([.. low.split(batch).Select(part => model.call(part))]);
        return (ImageQuality.Psnr(restored, Validation), ImageQuality.Ssim(restored, Validation));
    }

    private static InterpolationBaselines Interpolations(Tensor target, Tensor low)
    {
        using var scope = NewDisposeScope();
        var bicubic = Resample.Up(low, SuperResolutionNet.Scale, Upsampling.Bicubic).clamp(0, 1);
        var bilinear = Resample.Up(low, SuperResolutionNet.Scale, Upsampling.Bilinear);
        return new InterpolationBaselines(
            ImageQuality.Psnr(bicubic, target), ImageQuality.Ssim(bicubic, target), ImageQuality.Psnr(bilinear, target), ImageQuality.Ssim(bilinear, target));
    }
}
