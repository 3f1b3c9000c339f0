using System.Collections.Concurrent;
using DivNorm.Lab.Data;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Physiology.Fits;

namespace DivNorm.Lab.Experiments.Curves;

/// <summary>How curves are analysed.</summary>
public sealed record CurveAnalysisOptions
{
    /// <summary>Resamples of the trials for the 95 % intervals: 0 for none, else 100 to 1000000.</summary>
    public int Bootstrap { get; init; } = 1000;

    /// <summary>The seed that the resamples derive from, 0 or more.</summary>
    public long Seed { get; init; } = 1;

    internal void Validate()
    {
        if (Bootstrap is not (0 or (>= 100 and <= 1_000_000)))
            throw new UserInputException($"bootstrap is {Bootstrap}; it must be 0, or 100 to 1000000.");
        if (Seed < 0)
            throw new UserInputException($"seed is {Seed}; it must be 0 or more.");
    }
}

/// <summary>Measures and fits tuning curves from anywhere, recorded neurons too, with the definitions used for the models.</summary>
public static class CurveAnalysis
{
    private const int LeastOrientations = 3;

    /// <summary>Analyses every unit; the units are spread over the processors and do not depend on one another.</summary>
    /// <param name="curves">The curves.</param>
    /// <param name="options">The options; the defaults if null.</param>
    /// <exception cref="UserInputException">An option is out of range.</exception>
    public static CurveResults Run(RecordedCurves curves, CurveAnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(curves);
        options ??= new CurveAnalysisOptions();
        options.Validate();
        bool resampled = curves.Units.Any(unit => unit.Curves.Any(TrialBootstrap.CanResample));
        var units = new UnitMeasures[curves.Units.Count];
        // One unit at a time to whoever is free: with trials a unit takes long.
        Parallel.ForEach(
            Partitioner.Create(0, units.Length, 1),
            range => units[range.Item1] = Measure(curves.Units[range.Item1], options));
        return new CurveResults(
            CurveResults.SchemaName, Path.GetFileName(curves.Source), curves.Rows, resampled ? options.Bootstrap : 0, options.Seed, units);
    }

    /// <summary>Measures of a curve's means; null with fewer than three orientations.</summary>
    internal static TuningMetrics? MetricsOf(RecordedCurve curve, double[] means) =>
        curve.Orientations.Length < LeastOrientations ? null : TuningMetrics.Of(curve.Orientations, means);

    /// <summary>How a unit's curves depend on contrast.</summary>
    internal static ContrastInvariance InvarianceOf(RecordedUnit unit, IReadOnlyList<TuningMetrics?> metrics, IReadOnlyList<double[]> means)
    {
        if (metrics.Any(m => m is null))
            return new ContrastInvariance(double.NaN, double.NaN, double.NaN, double.NaN);
        double[] common = unit.Curves.Select(curve => curve.Orientations).Aggregate((shared, next) => [.. shared.Intersect(next)]);
        bool enough = common.Length >= LeastOrientations;
        double[][] responses =
        [
            .. unit.Curves.Select((curve, c) => enough ? common.Select(orientation => means[c][Array.IndexOf(curve.Orientations, orientation)]).ToArray() : []),
        ];
        return ContrastInvariance.Of([.. unit.Curves.Select(curve => curve.Contrast)], [.. metrics.Select(m => m!)], responses);
    }

    private static UnitMeasures Measure(RecordedUnit unit, CurveAnalysisOptions options)
    {
        double[][] means = [.. unit.Curves.Select(curve => curve.Means)];
        TuningMetrics?[] metrics = [.. unit.Curves.Select((curve, c) => MetricsOf(curve, means[c]))];
        ContrastInvariance invariance = InvarianceOf(unit, metrics, means);
        TrialBootstrap bootstrap = TrialBootstrap.Of(unit, metrics, options);
        (double Contrast, double Peak)[] peaks =
            [.. unit.Curves.Zip(metrics).Where(pair => pair.Second is not null).Select(pair => (pair.First.Contrast, pair.Second!.Peak))];
        double[] contrasts = [.. peaks.Select(point => point.Contrast)], responses = [.. peaks.Select(point => point.Peak)];
        return new UnitMeasures(
            unit.Name,
            [.. unit.Curves.Select((curve, c) => Flatten(curve, metrics[c], bootstrap.Curves[c]))],
            invariance.GainRatio,
            invariance.WidthRatio,
            invariance.WidthRatioFromZero,
            invariance.Separability,
            bootstrap.Unit,
            NakaRushtonFit.Of(contrasts, responses),
            SupersaturatingFit.Of(contrasts, responses));
    }

    private static CurveMeasures Flatten(RecordedCurve curve, TuningMetrics? m, IReadOnlyDictionary<string, double[]?>? intervals) => new(
        curve.Contrast,
        curve.Orientations.Length,
        curve.FewestTrials,
        m?.LargestGap ?? double.NaN,
        m?.Preferred ?? double.NaN,
        m?.Peak ?? double.NaN,
        m?.Hwhh ?? double.NaN,
        m?.HwhhFromZero ?? double.NaN,
        m?.RingachBandwidth ?? double.NaN,
        m?.Osi ?? double.NaN,
        m?.GlobalOsi ?? double.NaN,
        m?.CircularVariance ?? double.NaN,
        m?.OrthogonalToPreferred ?? double.NaN,
        m is null ? $"{curve.Orientations.Length} orientations; a tuning curve needs at least {LeastOrientations}"
            : double.IsNaN(m.Preferred) ? "the curve is flat: no orientation is preferred"
            : null,
        intervals,
        VonMisesFit.Of(curve.Orientations, curve.Means));
}
