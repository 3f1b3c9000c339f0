using System.Diagnostics;
using DivNorm.Lab.Data;
using DivNorm.Lab.Training;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Training;

/// <summary>Run alone: one of them reads the memory of the whole process, to which other tests would add theirs.</summary>
[CollectionDefinition(nameof(SuperResolutionTrainerTests), DisableParallelization = true)]
[Collection(nameof(SuperResolutionTrainerTests))]
public sealed class SuperResolutionTrainerTests : IDisposable
{
    private const int CropSize = 24;
    private const int Batch = 2;

    private readonly TemporaryFolder folder = new();
    private readonly ImageSet images = DeadLeaves.Generate(new DeadLeavesOptions { Train = 2, Validation = 1, Size = 64, Seed = 1 });

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ResidentMemory_IsFlatOver5000Steps()
    {
        // small kernels, so that 5000 steps take seconds; the fastest path by name, so that none is left to libtorch
        using var model = Model(DivNormEIOptions.AuthorsCode with { ExcitationKernel = 3, InhibitionKernel = 3, Kernel = DivNormEIOptions.AvailableKernels[0] });
        using var trainer = Trainer(model);
        Steps(trainer, 1000);
        long after1000 = Resident();
        Steps(trainer, 4000);
        long after5000 = Resident();
        Assert.True(after5000 - after1000 < 32 << 20, $"{after1000 >> 20} MB after 1000 steps, {after5000 >> 20} MB after 5000");
    }

    [Theory]
    [InlineData(InputReading.Upscaled)]
    [InlineData(InputReading.LowResolution)]
    public void Training_LowersTheLoss_InBothReadings(InputReading reading)
    {
        using var model = Model(DivNormEIOptions.Paper, reading);
        using var trainer = Trainer(model);
        Steps(trainer, 60);
        Assert.True(trainer.Losses.TakeLast(10).Average() < 0.5 * trainer.Losses.Take(5).Average());
        model.eval();
        using var small = rand(1, 1, 6, 5);
        using var output = model.call(small);
        Assert.Equal([1, 1, 24, 20], output.shape);
        Assert.True(output.min().item<float>() >= 0 && output.max().item<float>() <= 1);
    }

    [Fact]
    public void Resumed_TrainingTakesTheSameStepsToTheBit()
    {
        string file = folder["checkpoint.safetensors"];
        using var whole = Model(DivNormEIOptions.Paper);
        using var without = Trainer(whole);
        Steps(without, 12);

        using (var first = Model(DivNormEIOptions.Paper))
        using (var half = Trainer(first))
        {
            Steps(half, 5);
            half.Save(file);
        }

        using var second = Model(DivNormEIOptions.Paper with { Seed = 77 });
        using var rest = Trainer(second);
        rest.Resume(file);
        Assert.Equal(5, rest.Step);
        Steps(rest, 7);
        Assert.Equal(without.Losses, rest.Losses);
        var expected = whole.state_dict();
        Assert.All(second.state_dict(), p => Assert.True(p.Value.eq(expected[p.Key]).all().item<bool>(), p.Key));
    }

    [Fact]
    public void Checkpoint_OfAnotherRunOrDamaged_IsRefused()
    {
        string file = folder["checkpoint.safetensors"];
        using var model = Model(DivNormEIOptions.Paper);
        using var trainer = Trainer(model);
        Steps(trainer, 1);
        trainer.Save(file);

        using var other = new SuperResolutionTrainer(model, Sampler(), Batch, _ => 1e-3, "run\nseed 2");
        Assert.Contains("another run (it had seed 1)", Assert.Throws<UserInputException>(() => other.Resume(file)).Message, StringComparison.Ordinal);

        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        Assert.Contains(file, Assert.Throws<UserInputException>(() => trainer.Resume(file)).Message, StringComparison.Ordinal);
    }

    private static SuperResolutionNet Model(DivNormEIOptions options, InputReading reading = InputReading.Upscaled)
    {
        torch.manual_seed(4);
        return new SuperResolutionNet(new DivNorm.Layers.DivNormEI(64, options with { Seed = options.Seed ?? 3 }), reading);
    }

    private CropSampler Sampler() => new(images.Train, CropSize, 9);

    private SuperResolutionTrainer Trainer(SuperResolutionNet model) => new(model, Sampler(), Batch, _ => 1e-3, "run\nseed 1");

    private static void Steps(SuperResolutionTrainer trainer, int count)
    {
        for (int i = 0; i < count; i++)
            trainer.TrainStep();
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
