using System.Text.Json.Nodes;
using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Stimuli;
using Xunit;

namespace DivNorm.Lab.Tests.Stimuli;

public sealed class StimulusFileTests : IDisposable
{
    private static readonly Grating Sample = new() { Height = 12, Width = 20, SpatialFrequency = 0.1, Orientation = 0.5, Contrast = 0.4 };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0.5)]
    [InlineData(0)]
    public void Png_HoldsTheStimulusToOneHalfStep_AndSaysHowFarItIsOff(double mean)
    {
        Grating grating = Sample with { Mean = mean };
        double error = StimulusFile.WritePng(grating, folder["grating.png"]);
        GreyImage image = ImageFile.ReadGrey(folder["grating.png"]);
        Assert.Equal((20, 12), (image.Width, image.Height));
        double[] off = [.. image.Pixels.Zip(grating.Pixels(), (png, exact) => Math.Abs(png - (exact + (mean == 0 ? 0.5 : 0))))];
        Assert.Equal(off.Max(), error, 1e-6);
        Assert.InRange(error, 1e-5, 1.0 / 510 + 1e-6);
    }

    [Fact]
    public void Png_MakesASinusoidOfLessThanItsStep_ASquareWave()
    {
        StimulusFile.WritePng(Sample with { Contrast = 0.003 }, folder["faint.png"]);
        Assert.Equal([127 / 255f, 128 / 255f], ImageFile.ReadGrey(folder["faint.png"]).Pixels.Distinct().Order());
    }

    [Fact]
    public void Safetensors_HoldTheExactValues_AndTheParameters()
    {
        IStimulus[] stimuli = [Sample, new Disc { Height = 12, Width = 20, Diameter = 5 }];
        StimulusFile.WriteSafetensors(stimuli, folder["set.safetensors"]);
        using SafetensorsFile file = SafetensorsFile.Open(folder["set.safetensors"]);
        using var tensor = file.Read(StimulusFile.TensorName);
        Assert.Equal([2, 1, 12, 20], tensor.shape);
        Assert.Equal([.. stimuli[0].Pixels(), .. stimuli[1].Pixels()], tensor.data<float>().ToArray());
        JsonNode parameters = JsonNode.Parse(file.Metadata["parameters"])!;
        Assert.Equal(0.4, (double)parameters[0]!["contrast"]!);
        Assert.Equal(double.RadiansToDegrees(0.5), (double)parameters[0]!["orientation_deg"]!, 1e-12);
        Assert.Equal(5, (double)parameters[1]!["diameter_px"]!);
    }

    [Fact]
    public void Parameters_AreNamedOnce_AndFiniteForJson()
    {
        Grating half = Sample with { Contrast = 0.5 };
        IStimulus[] all =
        [
            half, new GratingPatch { Grating = half, Window = Window.RaisedCosine(9, 3) }, new GaborPatch { Grating = half, Sigma = 3 },
            new Plaid { First = half, Second = half, Window = Window.Gaussian(4) }, new CentreSurround { Centre = half, Surround = half, CentreDiameter = 4 },
            new Disc { Height = 12, Width = 20, Diameter = 5 }, new Bar { Height = 12, Width = 20, Length = 5, Thickness = 2 }, new WhiteNoise { Height = 12, Width = 20 },
            new ImageCrop { Image = new GreyImage("x", 20, 12, new float[240]), Height = 12, Width = 20 },
        ];
        StimulusFile.WriteSafetensors(all, folder["all.safetensors"]);
        foreach (IStimulus stimulus in all)
        {
            Assert.Equal(stimulus.Parameters.Count, stimulus.Parameters.Select(p => p.Name).Distinct().Count());
            Assert.All(stimulus.Parameters, p => Assert.True(p.Value is not double value || double.IsFinite(value), p.Name));
        }
    }
}
