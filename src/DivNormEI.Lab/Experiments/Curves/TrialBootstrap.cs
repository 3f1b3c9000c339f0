using DivNorm.Lab.Data;
using DivNorm.Lab.Physiology;
using MathNet.Numerics.Statistics;

namespace DivNorm.Lab.Experiments.Curves;

/// <summary>
/// 95 % percentile intervals (Efron and Tibshirani 1993) of one unit's measures: at every orientation and contrast as many trials as there are
/// are drawn from them with replacement, and every measure is taken of the resampled means.
/// </summary>
internal sealed class TrialBootstrap
{
    private const double Tail = 0.025;

    /// <summary>Share of the resamples that may lack a measure: with more, an interval of the rest would say too much.</summary>
    private const double MostUndefined = 0.05;

    private static readonly (string Name, Func<TuningMetrics, double> Of)[] OfCurve =
    [
        ("preferred", m => m.Preferred),
        ("peak", m => m.Peak),
        ("hwhh", m => m.Hwhh),
        ("hwhhFromZero", m => m.HwhhFromZero),
        ("ringachBandwidth", m => m.RingachBandwidth),
        ("osi", m => m.Osi),
        ("gosi", m => m.GlobalOsi),
        ("cv", m => m.CircularVariance),
        ("opRatio", m => m.OrthogonalToPreferred),
    ];

    private static readonly (string Name, Func<ContrastInvariance, double> Of)[] OfUnit =
    [
        ("gainRatio", i => i.GainRatio),
        ("widthRatio", i => i.WidthRatio),
        ("widthRatioFromZero", i => i.WidthRatioFromZero),
        ("separability", i => i.Separability),
    ];

    private TrialBootstrap(IReadOnlyList<IReadOnlyDictionary<string, double[]?>?> curves, IReadOnlyDictionary<string, double[]?>? unit)
    {
        Curves = curves;
        Unit = unit;
    }

    /// <summary>Names of the measures of a curve that have intervals.</summary>
    internal static IEnumerable<string> CurveNames => OfCurve.Select(measure => measure.Name);

    /// <summary>Names of the measures of a unit that have intervals.</summary>
    internal static IEnumerable<string> UnitNames => OfUnit.Select(measure => measure.Name);

    /// <summary>Intervals of each curve by measure; null for a curve with an orientation seen less than twice.</summary>
    internal IReadOnlyList<IReadOnlyDictionary<string, double[]?>?> Curves { get; }

    /// <summary>Intervals of the unit by measure; null unless every curve has them and there are two contrasts.</summary>
    internal IReadOnlyDictionary<string, double[]?>? Unit { get; }

    internal static bool CanResample(RecordedCurve curve) => curve.FewestTrials >= 2 && curve.Orientations.Length >= 3;

    internal static TrialBootstrap Of(RecordedUnit unit, TuningMetrics?[] estimates, CurveAnalysisOptions options)
    {
        int curves = unit.Curves.Count, rounds = options.Bootstrap;
        bool[] resampled = [.. unit.Curves.Select(curve => rounds > 0 && CanResample(curve))];
        bool whole = resampled.All(yes => yes) && curves > 1;
        double[][][] samples = [.. resampled.Select(yes => OfCurve.Select(_ => yes ? new double[rounds] : []).ToArray())];
        double[][] unitSamples = [.. OfUnit.Select(_ => whole ? new double[rounds] : [])];
        // By name: a unit's intervals do not change with the units beside it.
        var random = new SeededRandom(Seeds.ForGenerator(options.Seed, "trials of " + unit.Name));
        var metrics = new TuningMetrics?[curves];
        double[][] means = new double[curves][];
        for (int round = 0; round < rounds && resampled.Contains(true); round++)
        {
            for (int c = 0; c < curves; c++)
            {
                if (!resampled[c])
                    continue;
                means[c] = Array.ConvertAll(unit.Curves[c].Trials, trials => Mean(trials, random));
                metrics[c] = CurveAnalysis.MetricsOf(unit.Curves[c], means[c]);
                for (int m = 0; m < OfCurve.Length; m++)
                    samples[c][m][round] = OfCurve[m].Of(metrics[c]!);
            }

            if (!whole)
                continue;
            ContrastInvariance invariance = CurveAnalysis.InvarianceOf(unit, metrics, means);
            for (int m = 0; m < OfUnit.Length; m++)
                unitSamples[m][round] = OfUnit[m].Of(invariance);
        }

        return new TrialBootstrap(
            [
                .. Enumerable.Range(0, curves).Select(c => resampled[c]
                    ? OfCurve.Select((measure, m) => (measure.Name, Interval(samples[c][m], m == 0 ? estimates[c]!.Preferred : null))).ToDictionary()
                    : null),
            ],
            whole ? OfUnit.Select((measure, m) => (measure.Name, Interval(unitSamples[m], null))).ToDictionary() : null);
    }

    /// <summary>The percentile interval; of orientations round the circle from an estimate, so that its lower end may be under 0 or its upper end over 180.</summary>
    private static double[]? Interval(double[] samples, double? centre)
    {
        double[] defined = [.. samples.Where(double.IsFinite)];
        if (defined.Length < (1 - MostUndefined) * samples.Length || (centre is { } c && double.IsNaN(c)))
            return null;
        if (centre is { } estimate)
            defined = Array.ConvertAll(defined, value => estimate + Math.IEEERemainder(value - estimate, 180));
        Array.Sort(defined);
        return
        [
            SortedArrayStatistics.QuantileCustom(defined, Tail, QuantileDefinition.R7),
            SortedArrayStatistics.QuantileCustom(defined, 1 - Tail, QuantileDefinition.R7),
        ];
    }

    private static double Mean(double[] trials, SeededRandom random)
    {
        double sum = 0;
        for (int i = 0; i < trials.Length; i++)
            sum += trials[random.Next(trials.Length)];
        return sum / trials.Length;
    }
}
