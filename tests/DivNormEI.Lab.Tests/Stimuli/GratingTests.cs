using CsCheck;
using DivNorm.Lab.Stimuli;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Stimuli;

public sealed class GratingTests
{
    [Fact]
    public void Grating_FollowsItsFormula_AtEveryPixel() =>
        Gen.Select(Gen.Double[0, 0.5], Gen.Double[-7, 7], Gen.Double[-7, 7], Gen.Double[0, 1], Gen.Int[1, 9], Gen.Int[1, 9])
            .Sample((frequency, orientation, phase, contrast, height, width) =>
            {
                Grating grating = new() { Height = height, Width = width, SpatialFrequency = frequency, Orientation = orientation, Phase = phase, Contrast = contrast };
                using Tensor image = grating.Render();
                float[] pixels = image.data<float>().ToArray();
                for (int row = 0; row < height; row++)
                {
                    for (int column = 0; column < width; column++)
                    {
                        double along = (column - width / 2) * Math.Cos(orientation) + (row - height / 2) * Math.Sin(orientation);
                        double expected = 0.5 + 0.5 * contrast * Math.Cos(2 * Math.PI * frequency * along + phase);
                        Assert.Equal(expected, pixels[row * width + column], 1e-6);
                    }
                }
            }, iter: 200, threads: 1);

    [Theory]
    [InlineData(0.5, 0.4, 0.3, 0.7)]
    [InlineData(0.25, 1, 0, 0.5)]
    [InlineData(0, 0.4, -0.2, 0.2)]
    public void Contrast_IsMichelsons_AndOnZeroMeanTheModulationItHasOnGrey(double mean, double contrast, double darkest, double brightest)
    {
        using Tensor image = new Grating { Height = 8, Width = 8, SpatialFrequency = 0.25, Contrast = contrast, Mean = mean }.Render();
        Assert.Equal(darkest, image.min().item<float>(), 1e-6);
        Assert.Equal(brightest, image.max().item<float>(), 1e-6);
    }

    [Fact]
    public void OrientationZero_GivesVerticalStripes()
    {
        using Tensor image = new Grating { Height = 5, Width = 6, SpatialFrequency = 0.2 }.Render();
        Assert.Equal(0, image.std(0, false, false).max().item<float>(), 1e-6);
        Assert.True(image.std(1, false, false).min().item<float>() > 0.3);
    }

    [Fact]
    public void Batch_HoldsTheGratingsInOrder()
    {
        Grating first = new() { Height = 4, Width = 6, SpatialFrequency = 0.1 };
        using Tensor batch = Stimulus.RenderBatch([first, first with { Orientation = 1 }]);
        using Tensor second = (first with { Orientation = 1 }).Render();
        Assert.Equal([2, 1, 4, 6], batch.shape);
        Assert.Equal(second.data<float>().ToArray(), batch[1, 0].contiguous().data<float>().ToArray());
    }

    [Theory]
    [InlineData(0.51, 1, 0.5)]
    [InlineData(-0.1, 1, 0.5)]
    [InlineData(0.1, 1.1, 0.5)]
    [InlineData(0.1, -0.1, 0.5)]
    [InlineData(0.1, 1, 0.6)]
    [InlineData(0.1, 0.1, -0.5)]
    [InlineData(double.NaN, 0.1, 0.5)]
    public void Grating_RefusesFrequenciesOverNyquist_BadContrasts_AndClipping(double frequency, double contrast, double mean)
    {
        Grating grating = new() { Height = 8, Width = 8, SpatialFrequency = frequency, Contrast = contrast, Mean = mean };
        Assert.Throws<ArgumentOutOfRangeException>(() => grating.Render().Dispose());
    }

    [Fact]
    public void Batch_RefusesGratingsOfDifferentSizes()
    {
        Grating first = new() { Height = 4, Width = 6, SpatialFrequency = 0.1 };
        Assert.Contains("one size", Assert.Throws<ArgumentException>(() => Stimulus.RenderBatch([first, first with { Width = 5 }])).Message, StringComparison.Ordinal);
    }
}
