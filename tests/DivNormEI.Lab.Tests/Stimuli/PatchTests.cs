using CsCheck;
using DivNorm.Lab.Stimuli;
using Xunit;

namespace DivNorm.Lab.Tests.Stimuli;

public sealed class PatchTests
{
    private static readonly Grating Carrier = new() { Height = 41, Width = 47, SpatialFrequency = 0.125, Orientation = 0.7, Phase = 0.3, Contrast = 0.8 };

    [Fact]
    public void Patch_IsTheGratingInsideAHardWindow_AndTheMeanOutside()
    {
        GratingPatch patch = new() { Grating = Carrier, Window = Window.Hard(21) with { X = 3, Y = -2 } };
        float[] pixels = patch.Pixels(), grating = Carrier.Pixels();
        foreach (((int x, int y), int i) in patch.Places().Select((place, i) => (place, i)))
        {
            bool inside = Math.Sqrt((x - 3) * (x - 3) + (y + 2) * (y + 2)) <= 10.5;
            Assert.Equal(inside ? grating[i] : 0.5f, pixels[i], 1e-6);
        }
    }

    [Fact]
    public void Patch_FollowsItsFormula_AtEveryPixel_UnderEveryWindow() =>
        Gen.Select(Gen.Int[0, 2], Gen.Double[2, 30], Gen.Double[0, 1], Gen.Double[-5, 5], Gen.Double[0, 1]).Sample((shape, extent, part, x0, contrast) =>
        {
            double edge = part * extent;
            Window window = shape == 0 ? Window.Hard(extent) : shape == 1 ? Window.RaisedCosine(extent, edge) : Window.Gaussian(extent);
            GratingPatch patch = new() { Grating = Carrier with { Contrast = contrast }, Window = window with { X = x0 } };
            float[] pixels = patch.Pixels();
            foreach (((int x, int y), int i) in patch.Places().Select((place, i) => (place, i)))
            {
                double r = Math.Sqrt((x - x0) * (x - x0) + y * y);
                if (shape < 2 && (edge < 1e-3 || shape == 0) && Math.Abs(r - extent / 2) < 1e-3)
                    continue; // on the very edge rounding decides
                double value = shape switch
                {
                    0 => r <= extent / 2 ? 1 : 0,
                    1 when r <= (extent - edge) / 2 => 1,
                    1 when r >= (extent + edge) / 2 => 0,
                    1 => 0.5 - 0.5 * Math.Sin(Math.PI * (r - extent / 2) / edge),
                    _ => Math.Exp(-r * r / (2 * extent * extent)),
                };
                double along = x * Math.Cos(0.7) + y * Math.Sin(0.7);
                Assert.Equal(0.5 + value * 0.5 * contrast * Math.Cos(2 * Math.PI * 0.125 * along + 0.3), pixels[i], 1e-5);
            }
        }, iter: 60, threads: 1);

    [Fact]
    public void RaisedCosine_IsOneHalfAtItsRadius_AndADiscWithoutEdge()
    {
        Window window = Window.RaisedCosine(20, 8);
        Assert.Equal([1, 0.5, 0], [window.At(6, 0), window.At(0, 10), window.At(-14, 0)]);
        Assert.Equal([1.0, 0], [Window.RaisedCosine(20, 0).At(10, 0), Window.RaisedCosine(20, 0).At(10.01, 0)]);
    }

    [Fact]
    public void Gabor_FollowsItsFormula_AndIsPointSymmetricInCosinePhase()
    {
        GaborPatch gabor = new() { Grating = Carrier with { Phase = 0 }, Sigma = 6, AspectRatio = 0.5 };
        float[] pixels = gabor.Pixels();
        foreach ((int x, int y) in gabor.Places())
        {
            double u = x * Math.Cos(0.7) + y * Math.Sin(0.7), v = y * Math.Cos(0.7) - x * Math.Sin(0.7);
            double expected = 0.5 + 0.4 * Math.Exp(-(u * u + 0.25 * v * v) / 72) * Math.Cos(2 * Math.PI * 0.125 * u);
            Assert.Equal(expected, gabor.At(pixels, x, y), 1e-6);
            Assert.Equal(gabor.At(pixels, x, y), gabor.At(pixels, -x, -y), 1e-6);
        }

        Assert.Equal(0.9, gabor.At(pixels, 0, 0), 1e-6);
    }

    [Fact]
    public void Windows_AndPatches_RefuseWhatIsOutOfRange_NamingParameterValueAndRange()
    {
        Assert.Contains("Diameter is 0; it must be more than 0 pixels", Message(() => Window.Hard(0)), StringComparison.Ordinal);
        Assert.Contains("Edge is 21; it must be 0 to 20 pixels", Message(() => Window.RaisedCosine(20, 21)), StringComparison.Ordinal);
        Assert.Contains("Sigma is -1", Message(() => Window.Gaussian(-1)), StringComparison.Ordinal);
        Assert.Contains("Patch: SpatialFrequency is 0.6; it must be 0 to 0.5", Message(() => new GratingPatch { Grating = Carrier with { SpatialFrequency = 0.6 }, Window = Window.Hard(3) }.Pixels()), StringComparison.Ordinal);
        Assert.Contains("AspectRatio is 0", Message(() => new GaborPatch { Grating = Carrier, Sigma = 3, AspectRatio = 0 }.Pixels()), StringComparison.Ordinal);
        Assert.Contains("room for 5", Assert.Throws<ArgumentException>(() => Carrier.RenderTo(new float[5])).Message, StringComparison.Ordinal);
    }

    private static string Message(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;
}
