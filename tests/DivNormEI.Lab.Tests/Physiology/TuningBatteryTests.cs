using DivNorm.Filters;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Stimuli;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>The battery on model cells whose answers are known.</summary>
public sealed class TuningBatteryTests
{
    private const double Frequency = 0.14;
    private const double Sigma = 0.3;

    private static readonly TuningBatteryOptions Small = new()
    {
        ImageSize = 33,
        Phases = 4,
        SearchOrientations = 4,
        Frequencies = [0.07, Frequency, 0.28],
        Orientations = 8,
        OrientationContrasts = [0.5, 1],
        Contrasts = [0.25, 0.5, 1],
        Diameters = [5, 9, 15, 21, 33],
        MaskContrasts = [0, 0.25, 0.5],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Sine-phase filters have no response to the mean: rectified, they are the textbook's simple cells.</summary>
    [Fact]
    public void SimpleCells_PreferTheirFilters_ModulateByHalfPi_AndSumLinearly()
    {
        using GaborEncoder encoder = Encoder(Math.PI / 2, 3 * Math.PI / 2);
        TuningBatteryResult result = TuningBattery.Measure(encoder, "", Small, null, null, Token);
        for (int unit = 0; unit < 8; unit++)
        {
            Assert.Equal((unit / 2) * Math.PI / 4, result.Cells[unit].Orientation, 1e-12);
            Assert.Equal(Frequency, result.Cells[unit].SpatialFrequency);
            Assert.Equal(0, result.Baseline[unit], 1e-5);
            Assert.Equal(Math.PI / 2, result.F1OverF0[unit], 0.01 * Math.PI / 2);
            double[] contrast = result.Contrast.Responses[unit];
            Assert.Equal([0.25, 0.5, 1], contrast.Select(r => Math.Round(r / contrast[2], 4)));

            // nothing outside a filter of 15 pixels matters, nor does what it sees of an orthogonal mask
            Assert.Equal(0, result.SizeMeasures[unit].SuppressionIndex, 1e-4);
            Assert.All(result.SurroundSuppression[unit], index => Assert.Equal(0, index, 0.05));
            Assert.Equal(0, result.CrossOrientationSuppression[unit], 0.03);
        }

        Assert.Equal(result.Orientation.Responses[2][1].Max(), result.Orientation.Responses[2][1][2]); // 45 degrees
    }

    /// <summary>
    /// Energy cells of four orientations, divided by sigma and the sum of all: r = c / (sigma + c) to a grating of contrast c, and under an orthogonal mask of
    /// contrast m r = c / (sigma + c + m), in units of a filter's gain.
    /// </summary>
    [Fact]
    public void DivisiveCells_AreComplex_Saturate_AndAreSuppressedByMasks_AsTheirEquationSays()
    {
        using Energy energy = new();
        double gain = energy.Gain;
        using Scalar floor = Sigma * gain;
        using Probe divided = new(image =>
        {
            Tensor local = energy.call(image);
            return local / (local.sum(1, keepdim: true) + floor);
        });
        TuningBatteryResult result = TuningBattery.Measure(divided, "", Small, null, null, Token);

        // neighbours at 45 degrees see a little of a grating: their share is read from the energy itself
        double[] seen = Array.ConvertAll(new UnitRecorder(energy, "").Record([Full(0, 1)], null, null, Token)[0].Values[0], r => r / gain);
        double all = seen.Sum();
        for (int unit = 0; unit < 4; unit++)
        {
            Assert.Equal(unit * Math.PI / 4, result.Cells[unit].Orientation, 1e-12);
            Assert.Equal(0, result.F1OverF0[unit], 0.02);
            foreach ((double contrast, double response) in result.Contrast.Values.Zip(result.Contrast.Responses[unit]))
                Assert.Equal(contrast / (Sigma + all * contrast), response, 0.02);
            double alone = 0.5 / (Sigma + all * 0.5), masked = 0.5 / (Sigma + all * 1.0);
            Assert.Equal(1 - masked / alone, result.CrossOrientationSuppression[unit], 0.03);
        }
    }

    [Fact]
    public void Curves_AreTheResponsesToTheStimuliTheyName()
    {
        using GaborEncoder encoder = Encoder(0, Math.PI / 2);
        TuningBatteryOptions options = Small with { SurroundGap = 2, CentreDiameter = 9, SurroundOrientations = [0, 45], MaskOrientation = 60, Background = Background.Zero };
        TuningBatteryResult result = TuningBattery.Measure(encoder, "", options, null, null, Token);
        const int unit = 3;
        double preferred = result.Cells[unit].Orientation;
        Grating own = Full(preferred, 1) with { Mean = 0 }, half = own with { Contrast = 0.5 };
        Assert.Equal(Largest(new GratingPatch { Grating = own, Window = Window.Hard(9) }), result.Size.Responses[unit][1], 1e-5);
        Assert.Equal(Largest(own with { Contrast = 0.25 }), result.Contrast.Responses[unit][0], 1e-5);
        Assert.Equal(Largest(half with { Orientation = Math.PI * 3 / 8 }), result.Orientation.Responses[unit][0][3], 1e-5);
        Assert.Equal(Largest(own with { SpatialFrequency = 0.28 }), result.SpatialFrequency.Responses[unit][2], 1e-5);
        Assert.Equal(Largest(new GratingPatch { Grating = half, Window = Window.Hard(9) }), result.CentreAlone[unit], 1e-5);
        CentreSurround oblique = new() { Centre = half, Surround = half with { Orientation = preferred + Math.PI / 4 }, CentreDiameter = 9, Gap = 2 };
        Assert.Equal(Largest(oblique), result.Surround.Responses[unit][1], 1e-5);
        Assert.Equal(Largest(new Plaid { First = half, Second = half with { Orientation = preferred + Math.PI / 3 } }), result.Mask.Responses[unit][2], 1e-5);
        Assert.Equal(9, result.CentreDiameters[unit]);

        double Largest(IDriftingStimulus stimulus) => new UnitRecorder(encoder, "")
            .Record([.. Enumerable.Range(0, 4).Select(i => stimulus.WithPhaseShift(i * Math.PI / 2))], null, null, Token)[0].Values.Max(responses => responses[unit]);
    }

    [Fact]
    public void UnitsThatPreferTheSame_AreShownTheSameStimuliOnce()
    {
        // the blank, the search, the orientations at one frequency, and for four groups the rest
        int expected = 1 + 4 * 3 * 4 + 8 * 2 * 4 + 4 * (24 + (3 + 5 + 5 + 3) * 4);
        foreach (int copies in (int[])[1, 8])
        {
            using GaborEncoder encoder = Encoder(0, Math.PI / 2);
            using Probe probe = new(image => encoder.call(image).repeat(1, copies, 1, 1));
            Assert.Equal(8 * copies, TuningBattery.Measure(probe, "", Small, null, null, Token).Cells.Count);
            Assert.Equal(expected, probe.Shown);
        }
    }

    [Fact]
    public void NominalCells_AreTestedWhereTheyAreSaidToBe()
    {
        using GaborEncoder encoder = Encoder(0, Math.PI / 2);
        TunedCell[] cells = [new(5, 1.5, 0.1), new(0, 0.2, 0.12)];
        Recorder progress = new();
        TuningBatteryResult result = TuningBattery.Measure(encoder, "", Small, cells, progress, Token);
        Assert.Equal(cells, result.Cells);
        double direct = new UnitRecorder(encoder, "").Record(
            [.. Enumerable.Range(0, 4).Select(i => new Grating { Height = 33, Width = 33, Orientation = 1.5, SpatialFrequency = 0.1, Phase = i * Math.PI / 2 })], null, null, Token)[0].Values.Max(r => r[5]);
        Assert.Equal(direct, result.Contrast.Responses[0][2], 1e-5);
        Assert.Equal(progress.Values, progress.Values.Order());
        Assert.Equal(1, progress.Values[^1], 1e-12);
        Assert.Contains("no cell at channel 8", Assert.Throws<ArgumentException>(() => TuningBattery.Measure(encoder, "", Small, [new(8, 0, 0.1)], null, Token)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TuningBattery.Measure(encoder, "", Small, [new(0, 0, 0.6)], null, Token));
    }

    [Fact]
    public void SilentUnits_HaveNoPreference_AndNoCurves()
    {
        using GaborEncoder encoder = Encoder(0, Math.PI / 2);
        using Probe probe = new(image => cat([encoder.call(image), image.mul(Zero)], 1));
        TuningBatteryResult result = TuningBattery.Measure(probe, "", Small, null, null, Token);
        Assert.Equal(double.NaN, result.Cells[8].Orientation);
        Assert.All(result.Size.Responses[8].Concat(result.Orientation.Responses[8][0]).Concat(result.SpatialFrequency.Responses[8]), r => Assert.Equal(double.NaN, r));
        Assert.Equal(double.NaN, result.SizeMeasures[8].SuppressionIndex);
        Assert.Equal(double.NaN, result.F1OverF0[8]);
        Assert.All(result.Size.Responses[7], r => Assert.True(double.IsFinite(r)));
    }

    [Fact]
    public void MeanReadout_AveragesOverPhases()
    {
        using GaborEncoder encoder = Encoder(0, Math.PI / 2);
        TuningBatteryResult result = TuningBattery.Measure(encoder, "", Small with { Recording = new() { Readout = Readout.Mean } }, null, null, Token);
        double direct = new UnitRecorder(encoder, "").Record(
            [.. Enumerable.Range(0, 4).Select(i => Full(result.Cells[0].Orientation, 1).WithPhaseShift(i * Math.PI / 2))], new() { Readout = Readout.Mean }, null, Token)[0].Values.Average(r => r[0]);
        Assert.Equal(direct, result.Contrast.Responses[0][2], 1e-5);
    }

    [Fact]
    public void Battery_RefusesOptionsOutOfRange_NamingOptionValueAndRange()
    {
        using GaborEncoder encoder = Encoder(0);
        (TuningBatteryOptions Options, string Message)[] bad =
        [
            (Small with { Frequencies = [0.1, 0.6] }, "Frequencies is [0.1, 0.6]; it must be 1 or more ascending numbers, each more than 0, to 0.5"),
            (Small with { MaskContrasts = [0, 0.6] }, "MaskContrasts is 0.6; it must be at most 0.5"),
            (Small with { MaskContrasts = [0.1, 0.2] }, "MaskContrasts is 0.1"),
            (Small with { Diameters = [4] }, "Diameters is [4]"),
            (Small with { Phases = 0 }, "Phases is 0; it must be 1 to 360"),
            (Small with { CentreDiameter = 40 }, "CentreDiameter is 40"),
            (Small with { Recording = new() { BatchSize = 0 } }, "BatchSize is 0"),
        ];
        foreach ((TuningBatteryOptions options, string message) in bad)
            Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => TuningBattery.Measure(encoder, "", options, null, null, Token)).Message, StringComparison.Ordinal);
        UnitRecorder two = new(images => [images, images], "a", "b");
        Assert.Contains("one layer", Assert.Throws<ArgumentException>(() => TuningBattery.Measure(two, Small, null, null, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DefaultDiameters_AscendToTheImagesSide()
    {
        Assert.Equal([4, 6, 8, 12, 16, 24, 32, 48], new TuningBatteryOptions().SizesShown());
        foreach (int side in new[] { 4, 5, 6, 7, 12, 33, 224 })
        {
            double[] sizes = new TuningBatteryOptions { ImageSize = side }.SizesShown();
            Assert.Equal(sizes.Distinct().Order(), sizes);
            Assert.Equal(side, sizes[^1]);
            Assert.True(sizes.Length >= 2);
        }
    }

    private static readonly Scalar Zero = 0;

    private static Grating Full(double orientation, double contrast) =>
        new() { Height = 33, Width = 33, Orientation = orientation, SpatialFrequency = Frequency, Contrast = contrast };

    /// <summary>Filters of 15 pixels and the test frequency, four orientations.</summary>
    private static GaborEncoder Encoder(params double[] phases) => new(Bank(phases), 1);

    private static GaborBank Bank(double[] phases) => new([15], [0, Math.PI / 4, Math.PI / 2, 3 * Math.PI / 4], [15 * Frequency], phases);

    /// <summary>The root of the sum of squares of a quadrature pair without DC: phase-invariant, linear in contrast.</summary>
    private sealed class Energy : nn.Module<Tensor, Tensor>
    {
        private readonly Tensor filters;

        internal Energy()
            : base(nameof(Energy))
        {
            using Tensor kernels = Bank([0, Math.PI / 2]).PaddedKernels();
            using Tensor mean = kernels.mean([2, 3], keepdim: true);
            filters = kernels - mean;
        }

        /// <summary>The response to a grating of its orientation and frequency at full contrast.</summary>
        internal double Gain => new UnitRecorder(this, "").Record([Full(0, 1)], null, null, Token)[0].Values[0][0];

        public override Tensor forward(Tensor image)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor pairs = nn.functional.conv2d(image, filters, padding: [7, 7]).square().unflatten(1, [4, 2]);
            return pairs.sum(2).sqrt().MoveToOuterDisposeScope();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                filters.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Recorder : IProgress<double>
    {
        internal List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
