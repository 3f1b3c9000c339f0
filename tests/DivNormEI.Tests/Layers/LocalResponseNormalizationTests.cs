using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Tests.Layers;

public sealed class LocalResponseNormalizationTests
{
    [Fact]
    public void Layer_IsTheEquation_WithItsWindowCutAtTheFirstAndLastChannel()
    {
        using var scope = NewDisposeScope();
        var options = new LocalResponseNormalizationOptions { Size = 3, Alpha = 0.2, Beta = 0.6, K = 1.5 };
        using var layer = new LocalResponseNormalization(4, options);
        double[] a = [1, -2, 3, 4];
        var output = layer.call(tensor(a).view(1, 4, 1, 1));
        for (int i = 0; i < 4; i++)
        {
            double sum = Enumerable.Range(0, 4).Where(j => Math.Abs(j - i) <= 1).Sum(j => a[j] * a[j]);
            Assert.Equal(a[i] / Math.Pow(1.5 + 0.2 * sum, 0.6), output[0, i, 0, 0].item<double>(), 12);
        }
    }

    [Fact]
    public void Alpha_IsNotDividedByTheWindow_AsPyTorchDoes()
    {
        using var scope = NewDisposeScope();
        using var layer = new LocalResponseNormalization(9);
        var input = 30 * randn(2, 9, 3, 4, dtype: ScalarType.Float64, generator: new Generator(1));
        Assert.True(F.local_response_norm(input, 5, 5e-4, 0.75, 2).allclose(layer.call(input)));
        Assert.False(F.local_response_norm(input, 5, 1e-4, 0.75, 2).allclose(layer.call(input)));
    }

    [Fact]
    public void Layer_HasNothingToLearn_AndTakesBothDtypes()
    {
        using var scope = NewDisposeScope();
        using var layer = new LocalResponseNormalization(3);
        Assert.Empty(layer.state_dict());
        Assert.Equal(ScalarType.Float32, layer.call(rand(1, 3, 2, 2)).dtype);
        Assert.Contains("is Int64", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 3, 2, 2, dtype: ScalarType.Int64))).Message, StringComparison.Ordinal);
        Assert.Contains("takes [N, 3, H, W]", Assert.Throws<ArgumentException>(() => layer.call(zeros(1, 2, 2, 2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BadOption_IsNamedWithValueAndRange()
    {
        LocalResponseNormalizationOptions options = new();
        Check(options with { Size = 2 }, "LocalResponseNormalizationOptions.Size is 2; it must be odd");
        Check(options with { Alpha = -1 }, "Alpha is -1; it must be 0 or greater");
        Check(options with { Beta = 0 }, "Beta is 0; it must be greater than 0");
        Check(options with { K = 0 }, "K is 0; it must be greater than 0");

        static void Check(LocalResponseNormalizationOptions bad, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => new LocalResponseNormalization(2, bad)).Message, StringComparison.Ordinal);
    }
}
