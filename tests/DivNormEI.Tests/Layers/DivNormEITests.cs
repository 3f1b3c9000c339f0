using DivNorm.Filters;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Layers;

public sealed class DivNormEITests
{
    private static readonly DivNormEIOptions Seeded = new() { Seed = 3 };

    [Fact]
    public void Layer_MatchesClosedForm_OnConstantInputAndOneByOneKernels()
    {
        // one channel, 1x1 kernels: every stage is a number that a pencil gives
        var options = Seeded with { DivisionKernel = 1, ExcitationKernel = 1, InhibitionKernel = 1, Epsilon = 0 };
        using var layer = new Layer(1, options, dtype: ScalarType.Float64);
        using (no_grad())
        {
            layer.DivisionWeight.fill_(0.5);
            layer.ExcitationWeight!.fill_(2);
            layer.InhibitionWeight!.fill_(3);
            layer.Sigma.fill_(2);
        }

        layer.eval();
        using var stages = layer.Stages(full([1, 1, 1, 1], 4.0, ScalarType.Float64));
        const double normalized = 16 / (0.5 * 16 + 4);
        Assert.Equal(normalized, stages.Normalized.item<double>(), 12);
        Assert.Equal(8, stages.Excitation.item<double>(), 12);
        Assert.Equal(3 * normalized, stages.Inhibition.item<double>(), 12);
        Assert.Equal(normalized + 8 - 3 * normalized, stages.Integrated.item<double>(), 12);
        Assert.Equal((normalized + 8 - 3 * normalized) / Math.Sqrt(1 + 1e-5), stages.Output.item<double>(), 12);
    }

    [Fact]
    public void Layer_ReadsNormalizedActivations_WhereTheSourceIsNormalized()
    {
        using var layer = new Layer(3, Seeded with { ExcitationSource = ExcitationSource.Normalized }, dtype: ScalarType.Float64);
        using var input = randn(2, 3, 7, 5, dtype: ScalarType.Float64);
        using var stages = layer.Stages(input);
        using var expected = nn.functional.conv2d(stages.Normalized, layer.ExcitationWeight!, padding: [4, 4]);
        Assert.True(expected.allclose(stages.Excitation));
    }

    [Theory]
    [InlineData(ExcitationSource.Input, false)]
    [InlineData(ExcitationSource.Input, true)]
    [InlineData(ExcitationSource.Normalized, true)]
    public void Layer_GradientsMatchFiniteDifferences(ExcitationSource source, bool bias)
    {
        var options = new DivNormEIOptions
        {
            Seed = 5,
            ExcitationSource = source,
            LateralBias = bias,
            DivisionKernel = 3,
            ExcitationKernel = 5,
            InhibitionKernel = 3,
        };
        using var layer = new Layer(2, options, dtype: ScalarType.Float64);
        using var generator = new Generator(7);
        using var input = randn([2, 2, 4, 5], ScalarType.Float64, generator: generator);
        Gradients.MatchFiniteDifferences(layer, input);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("rmsprop")]
    public void Layer_KeepsWeightsNonNegative_AfterEveryStep(string name)
    {
        using var layer = new Layer(3, Seeded);
        using optim.Optimizer optimizer = name switch
        {
            "sgd" => optim.SGD(layer.parameters(), 10, momentum: 0.9),
            "adam" => optim.Adam(layer.parameters(), 0.5),
            _ => optim.RMSProp(layer.parameters(), 0.5),
        };
        using var input = randn(2, 3, 6, 6);
        for (int step = 0; step < 10; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            using var stages = layer.Stages(input);
            Assert.True(stages.Normalized.min().item<float>() >= 0);
            (stages.Output * randn_like(stages.Output)).sum().backward();
            optimizer.step();

            foreach (var (key, tensor) in layer.state_dict().Where(p => p.Key.StartsWith("w_", StringComparison.Ordinal)))
                Assert.True(tensor.min().item<float>() >= 0, $"{key} after step {step}");
        }
    }

    [Fact]
    public void Layer_SavesNoNegativeWeight_InsideAnotherModule()
    {
        using var layer = new Layer(2, Seeded);
        using var model = nn.Sequential(("first", nn.Conv2d(1, 2, 3)), ("norm", layer));
        var raw = layer.ExcitationWeight!;
        using (no_grad())
            raw.sub_(1);
        using var stream = new MemoryStream();
        model.save(stream);
        using (no_grad())
            raw.fill_(7);
        using var saved = new MemoryStream(stream.ToArray());
        model.load(saved);
        Assert.True(raw.min().item<float>() >= 0);
        Assert.True(raw.max().item<float>() < 7);

        using (no_grad())
            raw.sub_(1);
        Assert.True(model.state_dict()["norm.w_exc"].min().item<float>() >= 0);
    }

    [Fact]
    public void Layer_ForwardNeverSeesANegativeWeight_AfterInPlaceChanges()
    {
        using var layer = new Layer(2, Seeded);
        layer.eval();
        var raw = layer.InhibitionWeight!;
        using var input = randn(1, 2, 9, 9);
        using (no_grad())
            raw.fill_(-3);
        using var stages = layer.Stages(input);
        Assert.Equal(0f, stages.Inhibition.abs().max().item<float>());
    }

    [Fact]
    public void Layer_TwoForwardPassesBeforeOneBackward_Work()
    {
        using var layer = new Layer(2, Seeded);
        using var input = randn(2, 2, 9, 9);
        (layer.call(input) + layer.call(input * 2)).sum().backward();
        Assert.NotNull(layer.ExcitationWeight!.grad);
    }

    [Fact]
    public void AuthorsCode_HoldsEveryParameterAtOrAboveZero()
    {
        using var layer = new Layer(4, DivNormEIOptions.AuthorsCode with { Seed = 1 });
        using (no_grad())
        {
            layer.Sigma.sub_(5);
            layer.BatchNorm.bias!.sub_(5);
        }

        Assert.All(layer.named_parameters(), p => Assert.True(p.parameter.min().item<float>() >= 0, p.name));
        Assert.Equal([4, 4, 5, 5], layer.InhibitionWeight!.shape);
    }

    [Fact]
    public void GaussianStart_SumsAreTheAuthors()
    {
        double[] sums = [.. Gaussians.DivisionWidths.Select(w => Gaussians.Isotropic(5, w).sum().item<double>())];
        Assert.Equal([6.169, 15.825, 22.123, 23.662], sums.Select(s => Math.Round(s, 3)));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(7)]
    [InlineData(1)]
    public void GaussianStart_SpreadsTheWidthsEvenly(int channels)
    {
        using var layer = new Layer(channels, Seeded with { Seed = 11 }, dtype: ScalarType.Float64);
        var sums = layer.DivisionWeight.sum([1, 2, 3]).data<double>().ToArray().Select(s => Math.Round(s, 3));
        var counts = sums.GroupBy(s => s).Select(g => g.Count()).ToList();
        Assert.True(counts.Max() - counts.Min() <= 1);
        Assert.Equal(Math.Min(4, channels), counts.Count);
    }

    [Fact]
    public void SameSeed_GivesTheSameStart()
    {
        using var a = new Layer(5, Seeded);
        using var b = new Layer(5, Seeded);
        using var c = new Layer(5, Seeded with { Seed = 4 });
        Assert.All(a.state_dict(), p => Assert.True(p.Value.eq(b.state_dict()[p.Key]).all().item<bool>(), p.Key));
        Assert.False(a.ExcitationWeight!.eq(c.ExcitationWeight!).all().item<bool>());
    }

    [Fact]
    public void UnitSumStart_SumsToOneInExpectation()
    {
        using var layer = new Layer(16, Seeded);
        Assert.Equal(1, layer.ExcitationWeight!.sum([1, 2, 3]).mean().item<float>(), 0.02f);
        Assert.Equal(1, layer.InhibitionWeight!.sum([1, 2, 3]).mean().item<float>(), 0.02f);
        Assert.True(layer.ExcitationWeight!.min().item<float>() >= 0);
    }

    [Theory]
    [InlineData(nameof(DivNormEIOptions.DivisionKernel), "odd, 1 to 63")]
    [InlineData(nameof(DivNormEIOptions.ExcitationKernel), "odd, 1 to 63")]
    [InlineData(nameof(DivNormEIOptions.InitialSigma), "greater than 0")]
    [InlineData(nameof(DivNormEIOptions.Epsilon), "0 or greater")]
    [InlineData(nameof(DivNormEIOptions.BatchNormMomentum), "0 to 1")]
    [InlineData(nameof(DivNormEIOptions.ExcitationSource), "Input or Normalized")]
    public void BadOption_IsNamedWithValueAndRange(string option, string range)
    {
        var (options, value) = option switch
        {
            nameof(DivNormEIOptions.DivisionKernel) => (new DivNormEIOptions { DivisionKernel = 4 }, "4"),
            nameof(DivNormEIOptions.ExcitationKernel) => (new DivNormEIOptions { ExcitationKernel = -1 }, "-1"),
            nameof(DivNormEIOptions.InitialSigma) => (new DivNormEIOptions { InitialSigma = double.NaN }, "NaN"),
            nameof(DivNormEIOptions.Epsilon) => (new DivNormEIOptions { Epsilon = -0.5 }, "-0.5"),
            nameof(DivNormEIOptions.BatchNormMomentum) => (new DivNormEIOptions { BatchNormMomentum = 1.5 }, "1.5"),
            _ => (new DivNormEIOptions { ExcitationSource = (ExcitationSource)9 }, "9"),
        };
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Layer(2, options));
        Assert.Contains($"{option} is {value}", error.Message, StringComparison.Ordinal);
        Assert.Contains(range, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadInput_IsAnsweredClearly()
    {
        using var layer = new Layer(3, Seeded);
        Assert.Contains("takes [N, 3, H, W]; the input is [1, 2, 8, 8]", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 2, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("the input is [3, 8, 8]", Assert.Throws<ArgumentException>(() => layer.call(zeros(3, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("Float32 and the input is Float64", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 3, 8, 8, dtype: ScalarType.Float64))).Message, StringComparison.Ordinal);
        Assert.Contains("one pixel or more; the input is [2, 3, 0, 8]", Assert.Throws<ArgumentException>(() => layer.call(zeros(2, 3, 0, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("more than one value a channel", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 3, 1, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Layer(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Layer(1, dtype: ScalarType.Float16));
    }

    [Fact]
    public void DisposedLayer_SaysSo()
    {
        var layer = new Layer(3, Seeded);
        layer.Dispose();
        layer.Dispose();
        using var input = ones(1, 3, 8, 8);
        foreach (var use in (Func<object>[])[() => layer.call(input), () => layer.Normalize(input), () => layer.Stages(input)])
            Assert.Contains("This DivNormEI is disposed", Assert.Throws<ObjectDisposedException>(use).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KernelPath_TakesFourSizes()
    {
        using var layer = new Layer(3, Seeded);
        Assert.Contains("shape is [3, 8, 8]; it must be N, C, H, W", Assert.Throws<ArgumentException>(() => layer.KernelPath(3, 8, 8)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => layer.KernelPath(1, 3, 8, 8, 8));
    }

    [Fact]
    public void InitialSigma_IsExact_InFloat64()
    {
        using var layer = new Layer(2, Seeded with { InitialSigma = 0.1 }, dtype: ScalarType.Float64);
        Assert.Equal([0.1, 0.1], layer.Sigma.data<double>());
    }

    [Fact]
    public void Layer_SurvivesTheScopeItWasMadeIn()
    {
        Layer layer;
        using (NewDisposeScope())
            layer = new Layer(2, Seeded);
        using (layer)
        using (var output = layer.call(rand(1, 2, 5, 5)))
            Assert.Equal([1, 2, 5, 5], output.shape);
    }

    [Fact]
    public void Layer_LeaksNoTensor()
    {
        using var layer = new Layer(2, Seeded);
        using var input = rand(2, 2, 6, 6);
        layer.call(input).Dispose(); // what a layer keeps for good it has after one pass
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long before = statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 50; i++)
        {
            using var scope = NewDisposeScope();
            layer.call(input).sum().backward();
            layer.zero_grad();
            layer.Stages(input).Dispose();
        }

        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }
}
