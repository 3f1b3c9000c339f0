using DivNorm.Filters;
using DivNorm.Lab.Physiology;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>The normalisation models behind the contrast experiment's encoder, against the check values of the reference page.</summary>
public sealed class NormalizationModelsTests
{
    /// <summary>Widths to one decimal (degrees), ratios to two, as the page prints them; 24 orientations, centre unit, grey background.</summary>
    [Theory]
    [InlineData("canonical", new[] { 16.1, 18.9, 20.4, 21.5 }, .75, .37)]
    [InlineData("canonical first power", new[] { 20.5, 23.3, 24.6, 25.4 }, .81, .60)]
    [InlineData("gdn", new[] { 19.8, 23.0, 26.7, 30.2 }, .66, .43)]
    [InlineData("schwartz-simoncelli", new[] { 17.5, 19.9, 21.2, 22.0 }, .80, .55)]
    public void UntrainedLayer_GivesTheReferenceWidthsAndGains(string model, double[] widths, double widthRatio, double gainRatio)
    {
        using var encoder = new GaborEncoder(GaborBank.Paper, stride: 1);
        using nn.Module<Tensor, Tensor> layer = model switch
        {
            "canonical" => new CanonicalNormalization(64),
            "canonical first power" => new CanonicalNormalization(64, new CanonicalNormalizationOptions { Form = NormalizationForm.FirstPower }),
            "gdn" => new Gdn(64),
            _ => new SchwartzSimoncelli(64, new SchwartzSimoncelliOptions { Window = 1 }),
        };

        // 25 pixels hold all that the central unit sees through its 5x5 pool and the 21 px filters
        var options = new OrientationTuningOptions { Orientations = 24, ImageSize = 25 };
        var record = OrientationTuning.Measure(
            images => [layer.call(encoder.call(images))], [model], TunedCell.Of(GaborBank.Paper), options, null, TestContext.Current.CancellationToken)[0];
        string seen = $"{string.Join("/", record.Metrics.Select(m => m.Hwhh.ToString("f2")))}, {record.Invariance.WidthRatio:f3}, {record.Invariance.GainRatio:f3}";

        // half of the last printed place, and a hundredth of a degree for single precision
        Assert.True(widths.Zip(record.Metrics).All(pair => Math.Abs(pair.First - pair.Second.Hwhh) <= 0.06), seen);
        Assert.True(Math.Abs(widthRatio - record.Invariance.WidthRatio) <= 0.005, seen);
        Assert.True(Math.Abs(gainRatio - record.Invariance.GainRatio) <= 0.005, seen);
    }
}
