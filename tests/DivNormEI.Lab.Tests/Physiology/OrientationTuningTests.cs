using DivNorm.Filters;
using DivNorm.Lab.Physiology;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>The measurement against the reference measurements of the same front end in another framework.</summary>
public sealed class OrientationTuningTests
{
    private static readonly IReadOnlyList<TunedCell> Cells = TunedCell.Of(GaborBank.Paper);

    /// <summary>Check values of the reference page, given to one decimal (widths) and two (ratios), 24 orientations.</summary>
    [Theory]
    [InlineData("none", new[] { 18.8, 19.0, 19.1, 19.2 }, .98, .10)]
    [InlineData("canonical", new[] { 16.1, 18.9, 20.4, 21.5 }, .75, .37)]
    [InlineData("canonicalRoot", new[] { 20.5, 23.3, 24.6, 25.4 }, .81, .60)]
    [InlineData("gdn", new[] { 19.8, 23.0, 26.7, 30.2 }, .66, .43)]
    [InlineData("crossChannel", new[] { 17.5, 19.9, 21.2, 22.0 }, .80, .55)]
    public void CentreUnit_OnGrey_GivesTheReferenceWidthsAndGains(string normalisation, double[] widths, double widthRatio, double gainRatio)
    {
        using FrontEnd front = new();
        TuningRecord record = Measure(images => [FrontEnd.Normalise(front.Run(images)[0], normalisation)], [normalisation], orientations: 24)[0];
        for (int i = 0; i < widths.Length; i++)
            Assert.Equal(widths[i], record.Metrics[i].Hwhh, 0.1);
        Assert.Equal(widthRatio, record.Invariance.WidthRatio, 0.01);
        Assert.Equal(gainRatio, record.Invariance.GainRatio, 0.01);
    }

    [Fact]
    public void FrontEnd_HoldsTheReferenceFigures_AtTheExperimentsOrientations()
    {
        using FrontEnd front = new();
        IReadOnlyList<TuningRecord> grey = Measure(front.Run, FrontEnd.Stages);
        TuningRecord before = grey[0], squared = grey[2], mean = grey[1];
        Assert.All(before.Metrics, metrics => Assert.Equal(19.3, metrics.Hwhh, 1.0));
        Assert.Equal(0.10, before.Invariance.GainRatio, 0.01);
        Assert.All(squared.Metrics, metrics => Assert.Equal(13.8, metrics.Hwhh, 0.2));
        Assert.Equal(0.01, squared.Invariance.GainRatio, 0.002);
        Assert.Equal((Readout.Mean, "before"), (mean.Readout, mean.Stage));
        Assert.Equal(1.32, mean.Invariance.WidthRatioFromZero, 0.1);
        Assert.Equal(20.5, mean.Metrics[3].HwhhFromZero, 0.5);

        TuningRecord onZero = Measure(front.Run, FrontEnd.Stages, Background.Zero)[1];
        Assert.Equal(1.00, onZero.Invariance.WidthRatioFromZero, 0.03);
    }

    /// <summary>
    /// The reference widths of the untrained Yn, 24/29/33/35.5, are those of maps at full resolution, where the 5x5 pool spans 5 pixels. At the
    /// encoder's stride of 4 it spans 17, and the curves are wider at every contrast. An image of 25 pixels holds all that the central unit sees.
    /// </summary>
    [Fact]
    public void UntrainedDivision_WidensWithContrast_AsTheReferenceSays()
    {
        using FrontEnd full = new(stride: 1), strided = new(stride: 4);
        TuningRecord reference = Measure(full.Run, FrontEnd.Stages, imageSize: 25)[4];
        TuningRecord encoder = Measure(strided.Run, FrontEnd.Stages)[4];
        double[] expected = [24, 29, 33, 35.5];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], reference.Metrics[i].Hwhh, 1.0);
            Assert.True(encoder.Metrics[i].Hwhh > reference.Metrics[i].Hwhh + 1);
        }

        Assert.Equal(0.67, reference.Invariance.WidthRatio, 0.02);
    }

    /// <summary>
    /// 45 degrees is no multiple of 7.2 but one of 1.8, where aligning needs no interpolation. Smooth curves come out the same; Yn on the strided
    /// maps has a small cusp at the orientations of the pixel grid, which 25 orientations round off.
    /// </summary>
    [Theory]
    [InlineData(0, 0.2, 0.01)]
    [InlineData(2, 0.2, 0.01)]
    [InlineData(4, 0.8, 0.05)]
    public void Alignment_OfTwentyFiveOrientations_GivesTheCurveOfOrientationsShownThere(int record, double degrees, double ofPeak)
    {
        using FrontEnd front = new();
        TuningRecord few = Measure(front.Run, FrontEnd.Stages, contrasts: [0.25])[record];
        TuningRecord many = Measure(front.Run, FrontEnd.Stages, orientations: 100, contrasts: [0.25])[record];
        Assert.Equal(many.Metrics[0].Hwhh, few.Metrics[0].Hwhh, degrees);
        for (int i = 0; i < 25; i++)
            Assert.Equal(many.Curves[0][2 + 4 * i], few.Curves[0][i], ofPeak * many.Metrics[0].Peak);
    }

    [Fact]
    public void Record_IsTheSame_WhateverTheBatchSize_AndLeaksNoTensor()
    {
        using FrontEnd front = new();
        OrientationTuningOptions few = new() { Orientations = 4, Contrasts = [1, 0.2], Phases = 2, BatchSize = 7 };
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        IReadOnlyList<TuningRecord> small = OrientationTuning.Measure(front.Run, FrontEnd.Stages, Cells, few, null, cancellation);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        IReadOnlyList<TuningRecord> whole = OrientationTuning.Measure(front.Run, FrontEnd.Stages, Cells, few with { BatchSize = 16 }, null, cancellation);
        Assert.Equal(3 * 2, small.Count);
        Assert.Equal(64, small[0].CellResponses.Length);
        foreach ((TuningRecord a, TuningRecord b) in small.Zip(whole))
        {
            foreach ((double[] x, double[] y) in a.Curves.Zip(b.Curves))
                Assert.All(x.Zip(y), pair => Assert.Equal(pair.Second, pair.First, 1e-4 * Math.Max(1, Math.Abs(pair.Second))));
        }
    }

    [Fact]
    public void Progress_RisesToOne_AndACancelledMeasurementStops()
    {
        using FrontEnd front = new();
        OrientationTuningOptions few = new() { Orientations = 3, Contrasts = [1], Phases = 1 };
        Recorder progress = new();
        OrientationTuning.Measure(front.Run, FrontEnd.Stages, Cells, few, progress, TestContext.Current.CancellationToken);
        Assert.Equal([0.25, 0.5, 0.75, 1], progress.Values);
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => OrientationTuning.Measure(front.Run, FrontEnd.Stages, Cells, few, null, cancelled.Token));
    }

    [Fact]
    public void Measurement_RefusesMapsThatDoNotFit_AndBadOptions()
    {
        using FrontEnd front = new();
        CancellationToken none = TestContext.Current.CancellationToken;
        Assert.Contains("3 stages", Assert.Throws<ArgumentException>(() => OrientationTuning.Measure(front.Run, ["one"], Cells, null, null, none)).Message, StringComparison.Ordinal);
        Assert.Contains("over 64", Assert.Throws<ArgumentException>(() => OrientationTuning.Measure(front.Run, FrontEnd.Stages, [new TunedCell(64, 0, 0.1)], null, null, none)).Message, StringComparison.Ordinal);
        foreach (OrientationTuningOptions bad in new OrientationTuningOptions[]
        {
            new() { Orientations = 2 }, new() { Phases = 0 }, new() { BatchSize = 0 }, new() { ImageSize = 0 },
            new() { Contrasts = [] }, new() { Contrasts = [0] }, new() { Contrasts = [0.5, 0.5] }, new() { Contrasts = [1.5] },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => OrientationTuning.Measure(front.Run, FrontEnd.Stages, Cells, bad, null, none));
        }
    }

    private static IReadOnlyList<TuningRecord> Measure(
        Func<Tensor, IReadOnlyList<Tensor>> model,
        IReadOnlyList<string> stages,
        Background background = Background.Grey,
        int orientations = 25,
        int imageSize = 48,
        double[]? contrasts = null)
    {
        OrientationTuningOptions options = new() { Orientations = orientations, Background = background, ImageSize = imageSize };
        return OrientationTuning.Measure(
            model, stages, Cells, contrasts is null ? options : options with { Contrasts = contrasts }, null, TestContext.Current.CancellationToken);
    }

    private sealed class Recorder : IProgress<double>
    {
        internal List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
