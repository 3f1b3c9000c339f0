using System.Diagnostics;
using System.Text.Json.Serialization;
using DivNorm.Lab.Data;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Lab.Training;

/// <summary>
/// Trains a classifier on labelled images with stochastic gradient descent, and validates after each epoch. Order, crops and dropout
/// follow from the seed, the epoch and the image alone, so a run that is stopped after any step and resumed ends in the same bits.
/// </summary>
public sealed class ClassificationTrainer : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> model;
    private readonly ClassifiedImages data;
    private readonly ImageTransform transform;
    private readonly ClassificationOptions options;
    private readonly string run;
    private readonly Sgd optimizer;
    private readonly List<EpochRecord> epochs = [];
    private Running running = new(0, 0, 0, 0, 0);

    /// <summary>A trainer at its first epoch. Make it outside dispose scopes.</summary>
    /// <param name="model">From [N, 3, Size, Size] to logits [N, classes]; the caller owns it.</param>
    /// <param name="data">The images.</param>
    /// <param name="transform">How they become inputs.</param>
    /// <param name="options">How to train.</param>
    /// <param name="run">What identifies the run in its checkpoints.</param>
    /// <param name="treatment">How the optimiser treats each parameter; null treats all alike, without weight decay.</param>
    public ClassificationTrainer(
        nn.Module<Tensor, Tensor> model,
        ClassifiedImages data,
        ImageTransform transform,
        ClassificationOptions options,
        string run,
        Func<string, Parameter, SgdTreatment>? treatment = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        (this.model, this.data, this.transform, this.options, this.run) = (model, data, transform, options, run);
        optimizer = new Sgd(model, options.Momentum, treatment);
    }

    /// <summary>The epochs done.</summary>
    public IReadOnlyList<EpochRecord> Epochs => epochs;

    /// <summary>Trains to the end of the epoch under way and validates.</summary>
    /// <param name="report">Is told the images seen in this epoch and its mean loss so far.</param>
    /// <param name="cancellation">Stops after the step under way; <see cref="Save"/> then keeps that moment.</param>
    /// <returns>The epoch's record.</returns>
    /// <exception cref="TrainingDivergedException">The loss of a step is NaN or infinite, and the weights are as they were before it; or the validation loss is, and the weights are of no use.</exception>
    /// <exception cref="UserInputException">No training image, or no validation image, could be read.</exception>
    /// <exception cref="OperationCanceledException">The epoch was stopped.</exception>
    public EpochRecord TrainEpoch(Action<int, double>? report = null, CancellationToken cancellation = default)
    {
        int epoch = epochs.Count;
        ulong seed = (ulong)options.Seed;
        int[] order = Shuffled(data.Train.Count, new SeededRandom(seed, (ulong)epoch));
        int batches = BatchLoader.Batches(order.Length, options.BatchSize);
        using (var loader = new BatchLoader(data.Train, order, options.BatchSize, transform.Size, Augment, running.Batch, options.BatchesAhead, options.Readers))
        {
            model.train();
            var device = model.parameters().First().device;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                using var scope = NewDisposeScope();
                if (loader.Next() is not var (inputs, labels, batch))
                    break;
                var (loss, correct) = Step(inputs.to(device), labels.to(device), epoch + (double)batch / batches, batch);
                int images = (int)labels.shape[0];
                running = new Running(
                    batch + 1, running.Images + images, running.Loss + loss * images, running.Correct + correct, running.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds);
                report?.Invoke(running.Images, running.Loss / running.Images);
            }
        }

        if (running.Images == 0)
            throw new UserInputException($"None of the {data.Train.Count} training images of {data.Source} could be read.");
        var scores = ClassifierScores.Measure(model, data.Validation, transform, data.ClassIds.Count, options, null, cancellation);
        double rate = options.LearningRateAt(epoch + (batches - 1.0) / batches);
        if (!double.IsFinite(scores.Loss))
            throw new TrainingDivergedException($"Training diverged: the validation loss is {scores.Loss} after epoch {epoch + 1} with a learning rate of {rate:g3}; try a smaller learningRate.");
        var record = new EpochRecord(
            epoch + 1, running.Loss / running.Images, (double)running.Correct / running.Images, scores.Loss, scores.Top1, scores.Top5, running.Seconds, running.Images / running.Seconds, rate);
        epochs.Add(record);
        running = new Running(0, 0, 0, 0, 0);
        return record;

        void Augment(RgbImage image, int index, ImageScaler scaler, Span<float> planes) =>
            transform.Augment(image, new SeededRandom(~seed, ((ulong)epoch << 32) | (uint)index), scaler, planes);
    }

    /// <summary>Writes a checkpoint of this moment.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public void Save(string path) => CheckpointFile.Save(path, Tensors(), new ClassificationState(run, epochs, running), ClassificationJson.Default.ClassificationState);

    /// <summary>Goes to the moment of a checkpoint. Call it outside dispose scopes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sameRun">What of a run's identity must be equal; null takes all of it.</param>
    /// <exception cref="UserInputException">The file is no checkpoint, or one of another run.</exception>
    public void Resume(string path, Func<string, string>? sameRun = null)
    {
        sameRun ??= identity => identity;
        var state = CheckpointFile.Load(path, sameRun(run), s => sameRun(s.Run), Tensors(), ClassificationJson.Default.ClassificationState);
        epochs.Clear();
        epochs.AddRange(state.Epochs);
        running = state.Running;
    }

    /// <inheritdoc/>
    public void Dispose() => optimizer.Dispose();

    private (double Loss, long Correct) Step(Tensor inputs, Tensor labels, double at, int batch)
    {
        double rate = options.LearningRateAt(at);
        torch.manual_seed(new SeededRandom((ulong)options.Seed + 1, ((ulong)epochs.Count << 32) | (uint)batch).Next(int.MaxValue)); // dropout draws from it
        optimizer.ZeroGrad();
        var scores = model.call(inputs);
        var loss = F.cross_entropy(scores, labels, label_smoothing: options.LabelSmoothing);
        double value = loss.item<float>();
        if (!double.IsFinite(value))
            throw new TrainingDivergedException($"Training diverged: the loss is {value} at step {batch + 1} of epoch {epochs.Count + 1} with a learning rate of {rate:g3}; try a smaller learningRate.");
        loss.backward();
        optimizer.Step(rate);
        return (value, scores.detach().argmax(1).eq(labels).sum().item<long>());
    }

    private List<(string Name, Tensor Tensor)> Tensors() =>
    [
        .. model.state_dict().Select(p => ("model." + p.Key, p.Value)),
        .. optimizer.Velocities.Select(v => ("velocity." + v.Name, v.Velocity)),
    ];

    private static int[] Shuffled(int count, SeededRandom random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int last = count - 1; last > 0; last--)
        {
            int other = random.Next(last + 1);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return order;
    }
}

/// <summary>The epoch under way.</summary>
/// <param name="Batch">The batch that comes next.</param>
/// <param name="Images">Images seen.</param>
/// <param name="Loss">Sum of their losses.</param>
/// <param name="Correct">How many were recognised.</param>
/// <param name="Seconds">Seconds spent.</param>
internal sealed record Running(int Batch, int Images, double Loss, long Correct, double Seconds);

/// <summary>Where a classification run stands, beside its tensors.</summary>
/// <param name="Run">What identifies the run.</param>
/// <param name="Epochs">The epochs done.</param>
/// <param name="Running">The epoch under way.</param>
internal sealed record ClassificationState(string Run, IReadOnlyList<EpochRecord> Epochs, Running Running);

/// <summary>How the state of a classification run is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClassificationState))]
internal sealed partial class ClassificationJson : JsonSerializerContext;
