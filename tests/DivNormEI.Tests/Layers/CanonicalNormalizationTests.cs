using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

public sealed class CanonicalNormalizationTests
{
    [Theory]
    [InlineData(2, NormalizationForm.Power)]
    [InlineData(2, NormalizationForm.FirstPower)]
    [InlineData(1.5, NormalizationForm.Power)]
    [InlineData(3, NormalizationForm.FirstPower)]
    public void Layer_MatchesClosedForm_OnConstantMaps(double exponent, NormalizationForm form)
    {
        // away from the border the mean over window and channels of constant maps is their mean
        var options = new CanonicalNormalizationOptions { Exponent = exponent, Form = form, PoolSize = 3, InitialSigma = 0.7, Epsilon = 0 };
        using var scope = NewDisposeScope();
        using var layer = new CanonicalNormalization(2, options, dtype: ScalarType.Float64);
        double[] values = [2, -0.5];
        var output = layer.call(tensor(values).view(1, 2, 1, 1).expand(1, 2, 5, 5));
        double pool = values.Average(y => Math.Pow(Math.Abs(y), exponent));
        double divisor = Math.Pow(0.7, exponent) + pool;
        for (int channel = 0; channel < 2; channel++)
        {
            double y = values[channel];
            double expected = form == NormalizationForm.Power ? Math.Pow(Math.Abs(y), exponent) / divisor : y / Math.Pow(divisor, 1 / exponent);
            Assert.Equal(expected, output[0, channel, 2, 2].item<double>(), 12);
        }
    }

    [Fact]
    public void Pool_TakesEveryChannelAndPlaceByItsWeight()
    {
        using var scope = NewDisposeScope();
        using var layer = new CanonicalNormalization(2, new CanonicalNormalizationOptions { PoolSize = 3, InitialSigma = 1, Epsilon = 0 }, dtype: ScalarType.Float64);
        using (no_grad())
        {
            layer.PoolWeight.zero_();
            layer.PoolWeight[0, 1, 0, 2] = 4; // channel 1, the place above right
        }

        var input = rand(1, 2, 4, 4, dtype: ScalarType.Float64);
        var expected = input[0, 0, 2, 1].square() / (1 + 4 * input[0, 1, 1, 2].square());
        Assert.Equal(expected.item<double>(), layer.call(input)[0, 0, 2, 1].item<double>(), 12);
    }

    [Fact]
    public void WhatIsNotLearned_GetsNoGradient()
    {
        using var scope = NewDisposeScope();
        using var layer = new CanonicalNormalization(2, new CanonicalNormalizationOptions { LearnPool = false, LearnSigma = false });
        Assert.All(layer.parameters(), parameter => Assert.False(parameter.requires_grad));
        var input = rand([1, 2, 5, 5], requires_grad: true);
        layer.call(input).sum().backward();
        Assert.NotNull(input.grad);
    }

    [Theory]
    [InlineData(NormalizationForm.FirstPower, 2)]
    [InlineData(NormalizationForm.FirstPower, 1.5)]
    [InlineData(NormalizationForm.Power, 2.5)]
    public void Gradients_OfEveryFormMatchFiniteDifferences(NormalizationForm form, double exponent)
    {
        using var layer = new CanonicalNormalization(3, new CanonicalNormalizationOptions { Form = form, Exponent = exponent, PoolSize = 3 }, dtype: ScalarType.Float64);
        using var input = randn([2, 3, 4, 4], ScalarType.Float64, generator: new Generator(2));
        Gradients.MatchFiniteDifferences(layer, input);
    }

    [Fact]
    public void NegativeWeights_AreZeroWhereverTheyAreSeen()
    {
        using var scope = NewDisposeScope();
        using var layer = new CanonicalNormalization(2);
        var (pool, sigma) = (layer.PoolWeight, layer.Sigma);
        using (no_grad())
        {
            pool.sub_(1);
            sigma.sub_(1);
        }

        Assert.All(layer.state_dict().Values, tensor => Assert.Equal(0, tensor.abs().max().item<float>()));
    }

    [Fact]
    public void BadOption_IsNamedWithValueAndRange()
    {
        CanonicalNormalizationOptions options = new();
        Check(options with { Exponent = 0.5 }, "CanonicalNormalizationOptions.Exponent is 0.5; it must be 1 to 8");
        Check(options with { PoolSize = 4 }, "PoolSize is 4; it must be odd, 1 to 63");
        Check(options with { InitialSigma = 0 }, "InitialSigma is 0; it must be greater than 0");
        Check(options with { Epsilon = double.NaN }, "Epsilon is NaN; it must be 0 or greater");
        Check(options with { Form = (NormalizationForm)7 }, "Form is 7; it must be Power or FirstPower");

        static void Check(CanonicalNormalizationOptions bad, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => new CanonicalNormalization(2, bad)).Message, StringComparison.Ordinal);
    }
}
