using System.Runtime.InteropServices;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

public sealed class GdnTests
{
    [Fact]
    public void Start_IsTheClosedForm_OfGdnIgdnAndGdn1()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 4, 4, dtype: ScalarType.Float64);
        using var gdn = new Gdn(3, dtype: ScalarType.Float64);
        using var igdn = new Gdn(3, GdnOptions.Igdn, dtype: ScalarType.Float64);
        using var gdn1 = new Gdn(3, GdnOptions.Gdn1, dtype: ScalarType.Float64);
        Near(x / (1 + 0.1 * x.square()).sqrt(), gdn.call(x));
        Near(x * (1 + 0.1 * x.square()).sqrt(), igdn.call(x));
        Near(x / (1 + 0.1 * x.abs()), gdn1.call(x));

        static void Near(Tensor expected, Tensor actual) => Assert.True((expected - actual).abs().max().item<double>() < 1e-12);
    }

    [Fact]
    public void Pool_ReadsOtherChannelsByGamma()
    {
        using var scope = NewDisposeScope();
        using var layer = new Gdn(2, new GdnOptions { Alpha = 1.5, Epsilon = 0.8 }, dtype: ScalarType.Float64);
        var free = layer.state_dict();
        using (no_grad())
        {
            free["gamma_free"][0, 1] = Math.Sqrt(0.3);
            free["beta_free"][0] = Math.Sqrt(2);
        }

        Assert.Equal(0.3, layer.Gamma()[0, 1].item<double>(), 1e-9);
        var output = layer.call(tensor(new[] { 1.5, -2.0 }).view(1, 2, 1, 1));
        double pool = 2 + 0.1 * Math.Pow(1.5, 1.5) + 0.3 * Math.Pow(2, 1.5);
        Assert.Equal(1.5 / Math.Pow(pool, 0.8), output[0, 0, 0, 0].item<double>(), 1e-9);
    }

    [Theory]
    [InlineData(2, 0.5, true)]
    [InlineData(1, 1, false)]
    [InlineData(1.5, 0.7, false)]
    public void Gradients_MatchFiniteDifferences(double alpha, double epsilon, bool inverse)
    {
        using var layer = new Gdn(3, new GdnOptions { Alpha = alpha, Epsilon = epsilon, Inverse = inverse }, dtype: ScalarType.Float64);
        using (no_grad())
        {
            foreach (var parameter in layer.parameters())
                parameter.add_(0.2);
        }

        using var input = randn([2, 3, 3, 3], ScalarType.Float64, generator: new Generator(2));
        Gradients.MatchFiniteDifferences(layer, input);
    }

    [Fact]
    public void WeightAtItsBound_HoldsIt_AndLetsOnlyAGradientUpwardThrough()
    {
        using var scope = NewDisposeScope();
        using var layer = new Gdn(1, dtype: ScalarType.Float64);
        var gamma = layer.named_parameters().Single(p => p.name == "gamma_free").parameter;
        using (no_grad())
            gamma.fill_(-3);
        Assert.Equal(0, layer.Gamma().item<double>());

        // a larger gamma makes the output of a positive input smaller: to make the output small, gamma must rise
        var input = ones(1, 1, 1, 1, dtype: ScalarType.Float64);
        layer.call(input).sum().backward();
        Assert.True(gamma.grad!.item<double>() < 0);
        gamma.grad!.zero_();
        layer.call(input).sum().neg().backward();
        Assert.Equal(0, gamma.grad!.item<double>());
    }

    [Fact]
    public void Beta_NeverFallsBelowItsMinimum()
    {
        using var scope = NewDisposeScope();
        using var layer = new Gdn(2, new GdnOptions { MinimumBeta = 1e-3 }, dtype: ScalarType.Float64);
        using (no_grad())
            layer.state_dict()["beta_free"].fill_(-1);
        Assert.Equal(1e-3, layer.Beta().min().item<double>(), 1e-12);
        Assert.True(layer.call(zeros(1, 2, 3, 3, dtype: ScalarType.Float64)).isfinite().all().item<bool>());
    }

    [Fact]
    public void Backward_AfterAChangeInPlace_ThrowsWhatCanBeCaught()
    {
        using var scope = NewDisposeScope();
        using var layer = new Gdn(3);
        var loss = layer.call(ones(1, 3, 2, 2)).sum();
        using (no_grad())
            layer.parameters().First().add_(1);
        Assert.ThrowsAny<ExternalException>(() => loss.backward());
    }

    [Fact]
    public void BadOption_IsNamedWithValueAndRange()
    {
        GdnOptions options = new();
        Check(options with { Alpha = 0 }, "GdnOptions.Alpha is 0; it must be 1 to 8");
        Check(options with { Epsilon = 0 }, "Epsilon is 0; it must be greater than 0, to 8");
        Check(options with { InitialBeta = 0 }, "InitialBeta is 0; it must be MinimumBeta (1E-06) or more");
        Check(options with { InitialGamma = -1 }, "InitialGamma is -1; it must be 0 or greater");
        Check(options with { MinimumBeta = 0 }, "MinimumBeta is 0; it must be greater than 0");

        static void Check(GdnOptions bad, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => new Gdn(2, bad)).Message, StringComparison.Ordinal);
    }
}
