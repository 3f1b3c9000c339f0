using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>
/// A linear softmax classifier of the pixels: what can be had without any convolution. It sees whole images, unmirrored, and is credited
/// with its best epoch on the validation images themselves.
/// </summary>
internal static class PixelClassifier
{
    private const int MostEpochs = 20;
    private const double LearningRate = 1e-3;
    private const double WeightDecay = 1e-2;

    public static LinearResult Train(RecognitionConfig config, ClassifiedImages data, IRunProgress progress, CancellationToken cancellation)
    {
        int epochs = Math.Min(MostEpochs, config.Epochs);
        var transform = config.Transform() with { SmallestCrop = 1, Flip = false };
        torch.manual_seed(Seeds.Derive(config.Seed, "linear"));
        using var model = nn.Sequential(("flatten", nn.Flatten()), ("linear", nn.Linear(transform.Values, data.ClassIds.Count)));
        var options = config.Training(config.Seed) with { LearningRate = LearningRate, DecayEpochs = [], WarmupEpochs = 0, LabelSmoothing = 0 };
        using var trainer = new ClassificationTrainer(model, data, transform, options, "linear", (_, parameter) => new SgdTreatment(1, parameter.dim() > 1 ? WeightDecay : 0));
        progress.Stage("Training a linear classifier", epochs * (long)data.Train.Count, "images");
        while (trainer.Epochs.Count < epochs)
        {
            long before = trainer.Epochs.Count * (long)data.Train.Count;
            trainer.TrainEpoch((images, loss) => progress.Report(before + images, $"loss {loss:f3}"), cancellation);
        }

        var best = trainer.Epochs.MaxBy(epoch => epoch.ValidationTop1)!;
        progress.Done($"top-1 {best.ValidationTop1:p1}");
        return new LinearResult(epochs, best.TrainTop1, best.ValidationTop1);
    }
}
