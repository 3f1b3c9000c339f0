using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Models;

public sealed class Vgg9Tests
{
    private static readonly Vgg9Options Small = new() { Classes = 7, InputSize = 32, Width = 4, Hidden = 10, Seed = 3 };

    private static Func<long, int, nn.Module<Tensor, Tensor>> Block { get; } =
        (channels, seed) => new DivNorm.Layers.DivNormEI(channels, new DivNormEIOptions { ExcitationKernel = 3, InhibitionKernel = 3, DivisionKernel = 3, Seed = seed });

    [Fact]
    public void Network_HasNineWeightLayers_AndAScoreAClass()
    {
        using var model = new Vgg9(Small);
        Assert.Equal(9, model.named_parameters().Count(p => p.name.EndsWith(".weight", StringComparison.Ordinal)));
        using var images = rand(2, 3, 32, 32);
        using var scores = model.call(images);
        Assert.Equal([2, 7], scores.shape);
    }

    [Fact]
    public void Arms_OfOneSeed_StartWithEqualSharedWeights()
    {
        using var baseline = new Vgg9(Small);
        using var control = new Vgg9(Small, (channels, _) => nn.BatchNorm2d(channels));
        using var block = new Vgg9(Small with { Positions = [1, 3] }, Block);
        using var everywhere = new Vgg9(Small with { BatchNorm = BatchNormPlacement.Everywhere }, Block);
        using var other = new Vgg9(Small with { Seed = 4 });
        var start = baseline.state_dict();
        foreach (var model in (Vgg9[])[control, block, everywhere])
        {
            var state = model.state_dict();
            Assert.Superset(start.Keys.ToHashSet(), state.Keys.ToHashSet());
            Assert.All(start, p => Assert.True(Same(p.Value, state[p.Key]), p.Key));
        }

        Assert.All(start.Where(p => p.Key.EndsWith("weight", StringComparison.Ordinal)), p => Assert.False(Same(p.Value, other.state_dict()[p.Key]), p.Key));
        Assert.Equal(2, start.Where(p => p.Key is "conv3.weight" or "conv4.weight").Select(p => p.Value.flatten()[0].item<float>()).Distinct().Count());
    }

    [Fact]
    public void NormalizationLayers_StandWhereTheyAreAskedFor()
    {
        using var model = new Vgg9(Small with { Positions = [2, 5], BatchNorm = BatchNormPlacement.Everywhere }, Block);
        Assert.Equal([2, 5], model.Normalizations.Keys.Order());
        Assert.Equal(["bn1", "bn3", "bn4", "bn6"], model.named_children().Select(c => c.name).Where(n => n.StartsWith("bn", StringComparison.Ordinal)));
        using var images = rand(2, 3, 32, 32);
        using var scores = model.call(images);
        using var loss = scores.square().sum();
        loss.backward();
        Assert.All(model.named_parameters(), p => Assert.False(p.parameter.grad is null, p.name));
    }

    [Fact]
    public void FirstStage_ShowsTheLayersInputAndOutput()
    {
        using var baseline = new Vgg9(Small);
        using var model = new Vgg9(Small, Block);
        model.eval();
        using var images = randn(2, 3, 20, 20);
        var (before, after) = model.FirstStage(images);
        var (same, rectified) = baseline.FirstStage(images);
        Assert.True(Same(before, same));
        Assert.True(Same(same, rectified));
        Assert.True(Same(after, model.Normalizations[1].call(before)));
    }

    [Theory]
    [InlineData(true, false, 0.03)]
    [InlineData(false, true, 1e-5)]
    [InlineData(true, true, 0.03)]
    public void BFloat16AndChannelsLast_ComputeTheSame(bool bfloat16, bool channelsLast, double tolerance)
    {
        using var plain = new Vgg9(Small, Block);
        using var other = new Vgg9(Small with { BFloat16 = bfloat16, ChannelsLast = channelsLast }, Block);
        using var images = rand(4, 3, 32, 32);
        using var expected = plain.call(images);
        using var actual = other.call(images);
        Assert.Equal(ScalarType.Float32, actual.dtype);
        Assert.True((actual - expected).abs().max().item<float>() <= tolerance * expected.abs().max().item<float>());
        actual.sum().backward();
        Assert.All(other.parameters(), p => Assert.Equal(ScalarType.Float32, p.grad!.dtype));
    }

    [Fact]
    public void Costs_CountEveryParameter_AndTheMultiplyAddsOfTheEquations()
    {
        using var model = new Vgg9(new Vgg9Options { InputSize = 64, Classes = 10, Width = 8, Hidden = 16 }, (channels, seed) => new DivNorm.Layers.DivNormEI(channels, new DivNormEIOptions { Seed = seed }));
        var costs = model.Costs();
        Assert.Equal(model.parameters().Sum(p => p.numel()), costs.Sum(c => c.Parameters));
        Assert.Equal(["conv1", "norm1", "conv2", "conv3", "conv4", "conv5", "conv6", "fc1", "fc2", "fc3"], costs.Select(c => c.Name));
        Assert.Equal(3 * 9 * 8 * 64 * 64, costs[0].MultiplyAdds);
        Assert.Equal((25 * 8 + (81 + 49) * 8 * 8) * 64 * 64, costs[1].MultiplyAdds);
        Assert.Equal([8, 64, 64], costs[1].Output);
        Assert.Equal(8 * 16 * 9 * 32 * 32, costs[2].MultiplyAdds);
        Assert.Equal(64 * 4 * 4 * 16, costs[7].MultiplyAdds);
        Assert.Equal(16 * 10 + 10, costs[^1].Parameters);
    }

    [Fact]
    public void LargeMaps_AreAveragedDownToTheHead()
    {
        using var model = new Vgg9(Small with { InputSize = 64, HeadSize = 2 });
        Assert.Equal(8 * 4 * 2 * 2, model.get_parameter("fc1.weight")!.shape[1]);
        using var scores = model.call(rand(1, 3, 64, 64));
        Assert.Equal([1, 7], scores.shape);
    }

    [Fact]
    public void Training_LeavesNoTensorBehind()
    {
        using var model = new Vgg9(Small with { Dropout = 0.5, BatchNorm = BatchNormPlacement.Everywhere, ChannelsLast = true }, Block);
        using var images = rand(2, 3, 32, 32);
        Step();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++)
            Step();
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            model.call(images).sum().backward();
            model.zero_grad();
        }
    }

    [Fact]
    public void OptionsOutOfRange_AreNamedWithValueAndRange()
    {
        foreach (var (options, expected) in ((Vgg9Options, string)[])
        [
            (Small with { Classes = 1 }, "Classes is 1; it must be 2 or more"),
            (Small with { InputSize = 8 }, "InputSize is 8; it must be 16 to 1024"),
            (Small with { Width = 0 }, "Width is 0; it must be 1 to 512"),
            (Small with { Hidden = 0 }, "Hidden is 0"),
            (Small with { HeadSize = 17 }, "HeadSize is 17"),
            (Small with { Dropout = 1 }, "Dropout is 1"),
            (Small with { Positions = [7] }, "Positions is [7]; it must be distinct numbers from 1 to 6"),
            (Small with { Positions = [1, 1] }, "Positions is [1, 1]"),
        ])
        {
            Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => new Vgg9(options)).Message, StringComparison.Ordinal);
        }
    }

    private static bool Same(Tensor one, Tensor other) => one.shape.SequenceEqual(other.shape) && one.eq(other).all().item<bool>();
}
