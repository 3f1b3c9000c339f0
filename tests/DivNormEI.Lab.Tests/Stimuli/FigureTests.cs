using CsCheck;
using DivNorm.Lab.Data;
using DivNorm.Lab.Stimuli;
using Xunit;

namespace DivNorm.Lab.Tests.Stimuli;

/// <summary>Discs, bars, noise and crops.</summary>
public sealed class FigureTests
{
    [Fact]
    public void DiscAndBar_HaveTheirMichelsonContrast_WithItsSign() =>
        Gen.Select(Gen.Double[0.05, 0.95], Gen.Double[0, 1]).Sample((mean, part) =>
        {
            double most = (1 - mean) / (1 + mean), contrast = -1 + part * (1 + most);
            Disc disc = new() { Height = 20, Width = 22, Diameter = 9, Contrast = contrast, Mean = mean };
            Bar bar = new() { Height = 20, Width = 22, Length = 12, Thickness = 3, Contrast = contrast, Mean = mean };
            foreach (IStimulus stimulus in new IStimulus[] { disc, bar })
            {
                float[] pixels = stimulus.Pixels();
                Assert.Equal(Math.Abs(contrast), pixels.Michelson(), 1e-5);
                Assert.Equal((float)mean, pixels[0]);
                Assert.Equal(contrast > 0, stimulus.At(pixels, 0, 0) > mean);
                Assert.InRange(stimulus.At(pixels, 0, 0), 0, 1 + 1e-6);
            }
        }, iter: 200, threads: 1);

    [Fact]
    public void Disc_CoversThePixelsWithinItsRadius()
    {
        Disc disc = new() { Height = 31, Width = 30, Diameter = 11, X = 4, Y = -3 };
        float[] pixels = disc.Pixels();
        foreach ((int x, int y) in disc.Places())
            Assert.Equal((x - 4) * (x - 4) + (y + 3) * (y + 3) <= 5.5 * 5.5 ? 1 : 0.5, disc.At(pixels, x, y), 1e-6);
    }

    [Theory]
    [InlineData(0, 3, 9)]
    [InlineData(90, 9, 3)]
    public void Bar_AtOrientationZero_IsUpright(double degrees, int wide, int high)
    {
        Bar bar = new() { Height = 20, Width = 20, Length = 9, Thickness = 3, Orientation = double.DegreesToRadians(degrees), Contrast = -1 };
        float[] pixels = bar.Pixels();
        foreach ((int x, int y) in bar.Places())
            Assert.Equal(Math.Abs(x) <= wide / 2 && Math.Abs(y) <= high / 2 ? 0f : 0.5f, bar.At(pixels, x, y));
    }

    [Fact]
    public void Bar_LiesAlongTheStripesOfAGratingOfItsOrientation()
    {
        Grating grating = new() { Height = 41, Width = 41, SpatialFrequency = 0.02, Orientation = 0.6 };
        Bar bar = new() { Height = 41, Width = 41, Length = 200, Thickness = 10, Orientation = 0.6 };
        float[] stripes = grating.Pixels(), pixels = bar.Pixels();

        // within 5 pixels of the crest the grating is above the luminance it has there
        double level = 0.5 + 0.5 * Math.Cos(2 * Math.PI * 0.02 * 5);
        for (int i = 0; i < pixels.Length; i++)
            Assert.Equal(stripes[i] >= level, pixels[i] > 0.5);
    }

    [Fact]
    public void Figures_RefuseContrastsThatClip_AndABlackGround()
    {
        Disc disc = new() { Height = 8, Width = 8, Diameter = 3 };
        Assert.Contains("Contrast is 0.4; it must be -1 (black) to 0.333333 (white) on a background of 0.5", Message((disc with { Contrast = 0.4 }).Validate), StringComparison.Ordinal);
        Assert.Contains("Mean is 0", Message((disc with { Mean = 0 }).Validate), StringComparison.Ordinal);
        Assert.Contains("Thickness is 0", Message(new Bar { Height = 8, Width = 8, Length = 3, Thickness = 0 }.Validate), StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_IsSeeded_White_AndOfItsContrast()
    {
        WhiteNoise noise = new() { Height = 128, Width = 128, Seed = 7, Contrast = 0.6 };
        float[] pixels = noise.Pixels(), uniform = (noise with { Kind = NoiseKind.Uniform }).Pixels();
        Assert.Equal(pixels, noise.Pixels());
        Assert.NotEqual(pixels, (noise with { Seed = 8 }).Pixels());
        Assert.Equal([0.2f, 0.8f], pixels.Distinct().Order());
        Assert.Equal(0.6, pixels.Michelson(), 1e-6);
        Assert.InRange(uniform.Michelson(), 0.59, 0.6);

        // 16384 independent checks of deviation .3: means and neighbours' covariances lie within 5 standard errors
        const double error = 5 / 128.0;
        Assert.Equal(0.5, pixels.Average(), 0.3 * error);
        double covariance = Enumerable.Range(0, pixels.Length - 1).Average(i => (pixels[i] - 0.5) * (pixels[i + 1] - 0.5));
        Assert.Equal(0, covariance, 0.09 * error);
    }

    [Fact]
    public void Noise_OfLargerChecks_IsConstantInEach()
    {
        WhiteNoise noise = new() { Height = 10, Width = 13, Seed = 3, CheckSize = 4, Mean = 0 };
        float[] pixels = noise.Pixels();
        for (int i = 0; i < pixels.Length; i++)
            Assert.Equal(pixels[i / 13 / 4 * 4 * 13 + i % 13 / 4 * 4], pixels[i]);
        Assert.Equal([-0.5f, 0.5f], pixels.Distinct().Order());
    }

    [Fact]
    public void Crop_IsTheImagesPixels_OrHasTheContrastAndMeanAskedFor() =>
        Gen.Select(Gen.Float[0, 1].Array[12 * 10], Gen.Double[0.01, 0.4], Gen.Double[0.2, 0.42]).Sample((luminance, contrast, mean) =>
        {
            GreyImage image = new("made", 12, 10, luminance);
            ImageCrop crop = new() { Image = image, Height = 6, Width = 5, Top = 2, Left = 4 };
            float[] pixels = crop.Pixels();
            for (int i = 0; i < pixels.Length; i++)
                Assert.Equal(luminance[(2 + i / 5) * 12 + 4 + i % 5], pixels[i]);
            if (pixels.Max() - pixels.Min() < 0.01)
                return;
            float[] scaled = (crop with { Contrast = contrast, Mean = mean }).Pixels();
            Assert.Equal(contrast, scaled.Michelson(), 1e-4);
            Assert.Equal(mean, scaled.Average(), 1e-4);
        }, iter: 200, threads: 1);

    [Fact]
    public void Crop_RefusesPlacesOutsideTheImage_AndContrastsThatClip()
    {
        GreyImage image = new("made", 12, 10, [.. Enumerable.Range(0, 120).Select(i => i / 119f)]);
        ImageCrop crop = new() { Image = image, Height = 6, Width = 5 };
        Assert.Contains("Top is 5; it must be 0 to 4 for 6 rows of made (12x10)", Message((crop with { Top = 5 }).Validate), StringComparison.Ordinal);
        Assert.Contains("Width is 13; it must be 1 to 12", Message((crop with { Width = 13 }).Validate), StringComparison.Ordinal);
        Assert.Contains("it must stay within 0 to 1", Message((crop with { Contrast = 0.9, Mean = 0.8 }).Validate), StringComparison.Ordinal);
        GreyImage flat = new("flat", 12, 10, new float[120]);
        Assert.Contains("the crop is uniform", Message((crop with { Image = flat, Contrast = 0.5, Mean = 0.5 }).Validate), StringComparison.Ordinal);
    }

    [Fact]
    public void VisualAngle_ConvertsBothWays_AndNamesNyquistInCyclesPerDegree()
    {
        VisualAngle angle = new(32);
        Assert.Equal([0.125, 64], [angle.CyclesPerPixel(4), angle.Pixels(2)]);
        Assert.Contains("is 17 cycles/degree; at 32 pixels/degree it must be 0 to 16", Message(() => angle.CyclesPerPixel(17)), StringComparison.Ordinal);
        Assert.Contains("PixelsPerDegree is 0", Message(() => _ = new VisualAngle(0)), StringComparison.Ordinal);
    }

    private static string Message(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;
}
