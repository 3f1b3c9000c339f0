using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Lab.Training;
using DivNorm.Models;
using TorchSharp;
using TorchSharp.Modules;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>What one run left behind.</summary>
/// <param name="Run">The figures.</param>
/// <param name="Network">The network's costs.</param>
/// <param name="Confusion">Validation images by class and by the class that they were taken for.</param>
/// <param name="Tuning">Tuning of the first stage before and after training.</param>
/// <param name="Pictures">Filters and kernels.</param>
internal sealed record RunOutcome(
    RecognitionRun Run, RecognitionNetwork Network, IReadOnlyList<IReadOnlyList<int>> Confusion, IReadOnlyList<FirstStageTuning> Tuning, RecognitionPictures Pictures);

/// <summary>Trains one arm of one pair, from its checkpoint where there is one, and looks at what it learned.</summary>
internal static class TrainingRun
{
    public static RunOutcome Do(
        RecognitionConfig config, ClassifiedImages data, RecognitionOutput output, int pair, string arm, IRunProgress progress, CancellationToken cancellation)
    {
        string name = RecognitionOutput.Name(pair, arm);
        long seed = config.Seed + pair - 1;
        var transform = config.Transform();
        using var model = RecognitionExperiment.Model(config, arm, data.ClassIds.Count, seed);
        model.to(config.Device == ComputeDevice.Cuda ? torch.CUDA : torch.CPU);
        var layers = model.Costs();
        var network = new RecognitionNetwork(arm, RecognitionArms.Describe(arm), layers.Sum(l => l.Parameters), layers.Sum(l => l.MultiplyAdds), layers);
        var tuning = FirstStageRecording.Record(model, transform, pair, arm, trained: false, cancellation);
        var start = RecognitionPictures.Weights(model);

        using var trainer = new ClassificationTrainer(model, data, transform, config.Training(seed), output.RunIdentity(name, data), (parameter, tensor) => Treatment(parameter, tensor, config, arm));
        string checkpoint = output.Checkpoint(name);
        if (output.Resume && File.Exists(checkpoint))
            trainer.Resume(checkpoint, RecognitionOutput.SameRun);
        var log = new EventLog(output.EventFolder(name), trainer.Epochs);
        progress.Stage($"Training {arm}, pair {pair}", config.Epochs * (long)data.Train.Count, "images");
        while (trainer.Epochs.Count < config.Epochs)
        {
            long before = trainer.Epochs.Count * (long)data.Train.Count;
            string last = trainer.Epochs.Count > 0 ? $", last epoch {trainer.Epochs[^1].ValidationTop1:p1} of validation" : string.Empty;
            try
            {
                log.Add(trainer.TrainEpoch((images, loss) => progress.Report(before + images, $"epoch {trainer.Epochs.Count + 1}, loss {loss:f3}{last}"), cancellation));
            }
            catch (OperationCanceledException)
            {
                trainer.Save(checkpoint);
                throw;
            }
            catch (TrainingDivergedException error)
            {
                throw new TrainingDivergedException($"{name}: {error.Message}", error);
            }

            trainer.Save(checkpoint);
        }

        var scores = ClassifierScores.Measure(model, data.Validation, transform, data.ClassIds.Count, config.Training(seed), null, cancellation);
        progress.Done($"top-1 {scores.Top1:p1}, top-5 {scores.Top5:p1}");
        output.SaveModel(name, arm, model, data);
        return new RunOutcome(
            new RecognitionRun(pair, arm, seed, network.Parameters, [.. trainer.Epochs]),
            network,
            scores.Confusion,
            [.. tuning, .. FirstStageRecording.Record(model, transform, pair, arm, trained: true, cancellation)],
            new RecognitionPictures(arm, start, RecognitionPictures.Weights(model)));
    }

    /// <summary>Weights of convolutions and fully connected layers decay; biases, batch norms and the layers' own parameters do not.</summary>
    private static SgdTreatment Treatment(string name, Parameter parameter, RecognitionConfig config, string arm)
    {
        bool layer = name.StartsWith("norm", StringComparison.Ordinal);
        bool own = layer && !name.Contains(".bn.", StringComparison.Ordinal);
        return new SgdTreatment(own ? config.BlockLearningRate ?? RecognitionArms.BlockLearningRate(arm, config.Start) : 1, !layer && parameter.dim() > 1 ? config.WeightDecay : 0);
    }
}
