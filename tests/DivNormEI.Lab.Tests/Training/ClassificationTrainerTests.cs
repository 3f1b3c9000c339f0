using System.Diagnostics;
using DivNorm.Lab.Data;
using DivNorm.Lab.Training;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Training;

/// <summary>Run alone: dropout draws from the generator of the whole process, and one test reads its memory; other tests would disturb both.</summary>
[CollectionDefinition(nameof(ClassificationTrainerTests), DisableParallelization = true)]
[Collection(nameof(ClassificationTrainerTests))]
public sealed class ClassificationTrainerTests : IDisposable
{
    private static readonly ImageTransform Transform = new() { Size = 16, SmallestCrop = 0.5, EvaluationCrop = 1 };
    private static readonly ClassificationOptions Options = new() { BatchSize = 8, LearningRate = 0.02, DecayEpochs = [1], LabelSmoothing = 0.1, Seed = 3 };

    private readonly TemporaryFolder folder = new();
    private readonly ClassifiedImages images = TexturedShapes.Generate(new TexturedShapesOptions { Train = 60, Validation = 24, Size = 20, Seed = 1 });

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void StoppedAnywhere_AndResumed_EndsInTheSameBits(int stopAfter)
    {
        string file = folder["checkpoint.safetensors"];
        using var whole = Model();
        using var without = Trainer(whole);
        for (int i = 0; i < 2; i++)
            without.TrainEpoch(cancellation: TestContext.Current.CancellationToken);

        using (var first = Model())
        using (var stopped = Trainer(first))
        using (var stop = new CancellationTokenSource())
        {
            int steps = 0;
            Assert.Throws<OperationCanceledException>(() =>
            {
                for (int epoch = 0; epoch < 2; epoch++)
                {
                    stopped.TrainEpoch(
                        (_, _) =>
                        {
                            if (++steps == stopAfter)
                                stop.Cancel();
                        },
                        stop.Token);
                }
            });
            stopped.Save(file);
        }

        using var second = Model();
        using (torch.no_grad())
        {
            foreach (var parameter in second.parameters())
                parameter.fill_(0.5);
        }

        using var rest = Trainer(second);
        rest.Resume(file);
        while (rest.Epochs.Count < 2)
            rest.TrainEpoch(cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(without.Epochs.Select(Timeless), rest.Epochs.Select(Timeless));
        var expected = whole.state_dict();
        Assert.All(second.state_dict(), p => Assert.True(p.Value.eq(expected[p.Key]).all().item<bool>(), p.Key));
    }

    [Fact]
    public void Checkpoint_OfAnotherRun_IsRefused()
    {
        string file = folder["checkpoint.safetensors"];
        using var model = Model();
        using var trainer = Trainer(model);
        trainer.Save(file);
        using var other = new ClassificationTrainer(model, images, Transform, Options, "run\nseed 2");
        Assert.Contains("another run (it had seed 1)", Assert.Throws<UserInputException>(() => other.Resume(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_LowersTheLoss_AndCountsEveryImage()
    {
        using var model = new Vgg9(new Vgg9Options { Classes = 12, InputSize = 16, Width = 8, Hidden = 32, BatchNorm = BatchNormPlacement.Everywhere, Seed = 1 });
        using var trainer = new ClassificationTrainer(model, images, Transform with { SmallestCrop = 1, Flip = false }, Options with { DecayEpochs = [], LabelSmoothing = 0 }, "run");
        int seen = 0;
        for (int i = 0; i < 12; i++)
            trainer.TrainEpoch((count, _) => seen = count, TestContext.Current.CancellationToken);
        Assert.Equal(60, seen);
        Assert.Equal(Enumerable.Range(1, 12), trainer.Epochs.Select(e => e.Epoch));
        Assert.True(trainer.Epochs[^1].TrainLoss < 0.8 * trainer.Epochs[0].TrainLoss, $"{trainer.Epochs[0].TrainLoss} to {trainer.Epochs[^1].TrainLoss}");
        Assert.All(trainer.Epochs, e => Assert.True(e.ValidationTop5 >= e.ValidationTop1 && e.ImagesPerSecond > 0));
    }

    [Fact]
    public void LearningRate_ClimbsAndDecaysAtTheEpochsNamed()
    {
        var options = new ClassificationOptions { LearningRate = 1, WarmupEpochs = 2, DecayEpochs = [3, 5], DecayFactor = 0.1 };
        foreach (var (epoch, rate) in ((double, double)[])[(0, 0), (1, 0.5), (2, 1), (2.999, 1), (3, 0.1), (4.9, 0.1), (5, 0.01), (9, 0.01)])
            Assert.Equal(rate, options.LearningRateAt(epoch), 1e-12);
    }

    [Fact]
    public void Scores_AreThoseOfTheConfusion()
    {
        using var model = Model();
        var scores = ClassifierScores.Measure(model, images.Validation, Transform, 12, Options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(24, scores.Images);
        Assert.All(scores.Confusion, row => Assert.Equal(2, row.Sum()));
        Assert.Equal(Enumerable.Range(0, 12).Sum(i => scores.Confusion[i][i]) / 24.0, scores.Top1, 1e-12);
        Assert.InRange(scores.Top5, scores.Top1, 1);
    }

    [Fact]
    public void LossThatIsNoNumber_StopsTheRun()
    {
        using var model = Model();
        using var trainer = new ClassificationTrainer(model, images, Transform, Options with { LearningRate = 1e30 }, "run");
        var error = Assert.Throws<TrainingDivergedException>(() =>
        {
            trainer.TrainEpoch(cancellation: TestContext.Current.CancellationToken);
        });
        Assert.Contains("of epoch 1 with a learning rate of 1e+30", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LastStepThatLeavesNoNumbers_StopsTheRun()
    {
        using var model = Model();
        using var trainer = new ClassificationTrainer(model, images, Transform, Options with { BatchSize = 60, LearningRate = 1e30 }, "run"); // one step: its loss is that of the start
        var error = Assert.Throws<TrainingDivergedException>(() =>
        {
            trainer.TrainEpoch(cancellation: TestContext.Current.CancellationToken);
        });
        Assert.Contains("after epoch 1 with a learning rate of 1e+30", error.Message, StringComparison.Ordinal);
        Assert.Empty(trainer.Epochs);
    }

    [Fact]
    public void ResidentMemory_IsFlatOverAnEpoch()
    {
        using var many = TexturedShapes.Generate(new TexturedShapesOptions { Train = 4800, Validation = 12, Size = 16, Seed = 1 }, cancellation: TestContext.Current.CancellationToken);
        using var model = Model();
        using var trainer = new ClassificationTrainer(model, many, Transform, Options with { BatchSize = 4 }, "run");
        var resident = new List<long>();
        trainer.TrainEpoch(
            (count, _) =>
            {
                if (count % 400 == 0)
                    resident.Add(Resident());
            },
            TestContext.Current.CancellationToken);
        const int warm = 3; // a quarter of the epoch
        Assert.True(resident[^1] - resident[warm] < 24 << 20, string.Join(", ", resident.Select(bytes => $"{bytes >> 20} MB")));
    }

    private static Vgg9 Model() => new(
        new Vgg9Options { Classes = 12, InputSize = 16, Width = 4, Hidden = 16, Dropout = 0.2, Seed = 1 },
        (channels, seed) => new DivNorm.Layers.DivNormEI(channels, new DivNormEIOptions { ExcitationKernel = 3, InhibitionKernel = 3, DivisionKernel = 3, Seed = seed }));

    private ClassificationTrainer Trainer(Vgg9 model) => new(model, images, Transform, Options, "run\nseed 1", (_, parameter) => new SgdTreatment(1, parameter.dim() > 1 ? 1e-3 : 0));

    private static EpochRecord Timeless(EpochRecord epoch) => epoch with { Seconds = 0, ImagesPerSecond = 0 };

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
