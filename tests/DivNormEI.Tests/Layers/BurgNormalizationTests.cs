using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Tests.Layers;

public sealed class BurgNormalizationTests
{
    // the powers are lifted by 1e-6, which changes a response by about as much
    private const double Lift = 1e-5;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Layer_MatchesClosedForm_OnConstantMaps(bool specific)
    {
        using var scope = NewDisposeScope();
        using var layer = new BurgNormalization(2, new BurgNormalizationOptions { Seed = 1, Specific = specific }, dtype: ScalarType.Float64);
        double[] n = [1.5, 0.8], eta = [0.7, 1.2], y = [2, 3];
        double[,] p = specific ? new[,] { { 0.4, 0.1 }, { 0.2, 0.6 } } : new[,] { { 0.4, 0.4 }, { 0.6, 0.6 } };
        var state = layer.state_dict();
        using (no_grad())
        {
            state["n"].copy_(tensor(n));
            state["eta"].copy_(tensor(eta).neg()); // weights enter as magnitudes
            state["v"].copy_(specific ? tensor(p).unsqueeze(0) : tensor(new[] { 0.4, -0.6 }).view(1, 2, 1));
        }

        var output = layer.call(tensor(y).view(1, 2, 1, 1).expand(1, 2, 3, 3));
        for (int l = 0; l < 2; l++)
        {
            double pool = p[l, 0] * Math.Pow(y[0], n[0]) + p[l, 1] * Math.Pow(y[1], n[1]);
            double expected = Math.Pow(y[l], n[l]) / (Math.Pow(eta[l], n[l]) + pool);
            var channel = output[0, l];
            Assert.Equal(expected, channel.min().item<double>(), Lift); // the border too: the average leaves out what lies beyond
            Assert.Equal(expected, channel.max().item<double>(), Lift);
        }
    }

    [Fact]
    public void Nonspecific_HasOneWeightForAllInputs()
    {
        using var scope = NewDisposeScope();
        using var layer = new BurgNormalization(5, new BurgNormalizationOptions { Seed = 1, Specific = false });
        Assert.Equal([1, 5, 1], layer.state_dict()["v"].shape);
        var weight = layer.PoolWeight();
        Assert.Equal([5, 5, 1, 1], weight.shape);
        Assert.Equal(0, (weight - weight.slice(1, 0, 1, 1)).abs().max().item<float>());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void Surround_IsDilated_AndOfUnitNorm(int size)
    {
        using var scope = NewDisposeScope();
        using var layer = new BurgNormalization(3, new BurgNormalizationOptions { Seed = 1, SurroundSize = size }, dtype: ScalarType.Float64);
        var state = layer.state_dict();
        Assert.Equal([3, size, size], state["u"].shape[1..]);
        using (no_grad())
            state["v"].fill_(1);
        Assert.True(layer.PoolWeight().square().sum([2, 3]).allclose(ones(3, 3, dtype: ScalarType.Float64)));

        // one bright place is seen by the pools of places a multiple of 5 away, give or take the 5x5 average
        using (no_grad())
            state["u"].fill_(1);
        long side = 10 * size + 1, middle = side / 2, reach = size / 2 * 5 + 2;
        var dark = ones(1, 3, side, side, dtype: ScalarType.Float64);
        var bright = dark.clone();
        bright[0, 0, middle, middle] = 9;
        var change = (layer.call(dark) - layer.call(bright)).abs()[0, 1].gt(1e-9);
        Assert.True(change[middle, middle + reach].item<bool>());
        Assert.False(change[middle, middle + reach + 1].item<bool>());
    }

    [Fact]
    public void Layer_RectifiesItsInput()
    {
        using var scope = NewDisposeScope();
        using var layer = new BurgNormalization(3, new BurgNormalizationOptions { Seed = 1 });
        var input = randn(1, 3, 6, 6);
        Assert.True(layer.call(input).eq(layer.call(F.relu(input))).all().item<bool>());
        Assert.Equal(0, layer.call(full([1, 3, 4, 4], -1f)).abs().max().item<float>());
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(6)]
    public void Gradients_AreFinite_WhereResponsesAndConstantsAreZero(double exponent)
    {
        using var scope = NewDisposeScope();
        using var layer = new BurgNormalization(2, new BurgNormalizationOptions { Seed = 1, SurroundSize = 3 });
        foreach (double eta in (double[])[1, 0])
        {
            using (no_grad())
            {
                layer.state_dict()["n"].fill_(exponent);
                layer.state_dict()["eta"].fill_(eta);
            }

            var input = zeros(1, 2, 5, 5);
            input[0, 1, 2, 2] = 3;
            input.requires_grad_();
            layer.zero_grad();
            var output = layer.call(input);
            output.sum().backward();
            Assert.True(output.isfinite().all().item<bool>());
            Assert.True(input.grad!.isfinite().all().item<bool>());
            Assert.All(layer.named_parameters(), p => Assert.True(p.parameter.grad!.isfinite().all().item<bool>(), p.name));
        }
    }

    [Theory]
    [InlineData(true, 3, 2)]
    [InlineData(false, 3, 1)]
    [InlineData(false, 1, 1)]
    public void Gradients_MatchFiniteDifferences(bool specific, int surround, int components)
    {
        var options = new BurgNormalizationOptions { Seed = 4, Specific = specific, SurroundSize = surround, Components = components };
        using var layer = new BurgNormalization(2, options, dtype: ScalarType.Float64);
        using var generator = new Generator(3);
        using (no_grad())
        {
            foreach (var parameter in layer.parameters())
                parameter.add_(0.3 * randn(parameter.shape, ScalarType.Float64, generator: generator));
        }

        using var input = 0.2 + rand([1, 2, 7, 6], ScalarType.Float64, generator: generator);
        Gradients.MatchFiniteDifferences(layer, input);
    }

    [Fact]
    public void Start_IsThePapers()
    {
        using var scope = NewDisposeScope();
        using var layer = new BurgNormalization(64, new BurgNormalizationOptions { Seed = 1 }, dtype: ScalarType.Float64);
        foreach (var nearOne in (Tensor[])[layer.Exponent(), layer.SemiSaturation()])
        {
            Assert.True((nearOne - 1).abs().max().item<double>() <= 0.02);
            Assert.InRange(nearOne.std().item<double>(), 0.005, 0.012); // .0088 of a normal cut at two standard deviations
        }

        Assert.Equal(1e-3 * Math.Sqrt(2 / Math.PI), layer.PoolWeight().mean().item<double>(), 5e-5);
    }

    [Fact]
    public void BadOption_IsNamedWithValueAndRange()
    {
        Check(new BurgNormalizationOptions { SurroundSize = 2 }, "BurgNormalizationOptions.SurroundSize is 2; it must be 1, 3, 5 or 7");
        Check(new BurgNormalizationOptions { Components = 0 }, "Components is 0; it must be 1 to 16");

        static void Check(BurgNormalizationOptions bad, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => new BurgNormalization(2, bad)).Message, StringComparison.Ordinal);
    }
}
