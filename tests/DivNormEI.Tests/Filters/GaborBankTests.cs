using DivNorm.Filters;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Filters;

public sealed class GaborBankTests
{
    [Fact]
    public void PaperBank_HasSixtyFourFilters_OrderedSizeOrientationFrequencyPhase()
    {
        IReadOnlyList<GaborFilter> filters = GaborBank.Paper.Filters;
        Assert.Equal(64, filters.Count);
        Assert.Equal(new GaborFilter(15, 0, 2, 0), filters[0]);
        Assert.Equal(new GaborFilter(15, 0, 2, Math.PI / 2), filters[1]);
        Assert.Equal(new GaborFilter(15, 0, 3, 0), filters[4]);
        Assert.Equal(new GaborFilter(15, Math.PI / 4, 2, 0), filters[8]);
        Assert.Equal(new GaborFilter(21, 0, 2, 0), filters[32]);
    }

    /// <summary>The reference gives the sums to four decimals, so half of the last one is their rounding.</summary>
    [Theory]
    [InlineData(0, -.4113)]
    [InlineData(4, .3528)]
    [InlineData(32, -.8342)]
    [InlineData(36, .7228)]
    public void Filter_KeepsItsMean_AsInTheReference(int channel, double sum) =>
        Assert.Equal(sum, GaborBank.Paper.Filters[channel].Render().Sum(), 1e-4);

    [Fact]
    public void Filter_FollowsItsFormula_AtEveryPixel()
    {
        GaborFilter filter = new(7, 0.3, 1.5, 0.7);
        double[] kernel = filter.Render();
        for (int y = -3; y <= 3; y++)
        {
            for (int x = -3; x <= 3; x++)
            {
                double along = x * Math.Cos(0.3) + y * Math.Sin(0.3);
                double expected = 0.5 * Math.Exp(-(x * x + y * y) / (2 * 1.75 * 1.75)) * Math.Cos(2 * Math.PI * 1.5 * along / 7 + 0.7);
                Assert.Equal(expected, kernel[(y + 3) * 7 + x + 3], 1e-12);
            }
        }
    }

    [Fact]
    public void PaddedKernels_GiveTheSameMaps_AsEachSizeByItself()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = rand(2, 1, 48, 48, generator: new Generator(1));
        Tensor padded = nn.functional.conv2d(images, GaborBank.Paper.PaddedKernels(), padding: [10, 10], strides: [4, 4]);
        Tensor separate = cat(
            [.. GaborBank.Paper.Sizes.Select(size => nn.functional.conv2d(images, GaborBank.Paper.Kernels(size), padding: [size / 2, size / 2], strides: [4, 4]))],
            1);
        Assert.Equal([2, 64, 12, 12], separate.shape);
        Assert.True((padded - separate).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void Bank_RefusesEvenSizesAndFrequenciesOverNyquist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaborBank([14], [0], [2], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaborBank([15], [0], [7.6], [0]));
        Assert.Throws<ArgumentException>(() => new GaborBank([15], [], [2], [0]));
        Assert.Throws<ArgumentException>(() => GaborBank.Paper.Kernels(17));
    }
}
