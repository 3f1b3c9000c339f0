using DivNorm.Lab.Physiology;
using DivNorm.Lab.Physiology.Fits;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Curves;

/// <summary>The measures of recorded tuning curves: what <c>divnormei metrics</c> writes, schema <c>divnormei.metrics/1</c>.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Source">Name of the file that the curves are from.</param>
/// <param name="Rows">Responses read.</param>
/// <param name="Bootstrap">Resamples behind every interval; 0 if there are no intervals.</param>
/// <param name="Seed">The seed that the resamples derive from.</param>
/// <param name="Units">One entry a unit, in the file's order.</param>
public sealed record CurveResults(string Schema, string Source, int Rows, int Bootstrap, long Seed, IReadOnlyList<UnitMeasures> Units)
{
    /// <summary>The name of this schema.</summary>
    public const string SchemaName = "divnormei.metrics/1";

    /// <summary>The results as JSON.</summary>
    public string ToJson() => JsonResults.Serialize(this, ExperimentJson.Default.CurveResults);
}

/// <summary>One unit. Ratios are lowest contrast over highest, NaN (null in JSON) with a single contrast.</summary>
/// <param name="Unit">Its name.</param>
/// <param name="Curves">One entry a contrast, ascending.</param>
/// <param name="GainRatio">See <see cref="ContrastInvariance.GainRatio"/>.</param>
/// <param name="WidthRatio">See <see cref="ContrastInvariance.WidthRatio"/>.</param>
/// <param name="WidthRatioFromZero">See <see cref="ContrastInvariance.WidthRatioFromZero"/>.</param>
/// <param name="Separability">See <see cref="ContrastInvariance.Separability"/>; of the orientations recorded at every contrast, at least 3.</param>
/// <param name="Intervals">95 % intervals of the four by name; null without trials.</param>
/// <param name="NakaRushton">Fit of the peaks by contrast.</param>
/// <param name="Supersaturating">Fit of the peaks by contrast.</param>
public sealed record UnitMeasures(
    string Unit,
    IReadOnlyList<CurveMeasures> Curves,
    double GainRatio,
    double WidthRatio,
    double WidthRatioFromZero,
    double Separability,
    IReadOnlyDictionary<string, double[]?>? Intervals,
    NakaRushtonFit NakaRushton,
    SupersaturatingFit Supersaturating);

/// <summary>One unit at one contrast; the measures are those of <see cref="TuningMetrics"/>.</summary>
/// <param name="Contrast">Michelson contrast.</param>
/// <param name="Orientations">Orientations recorded.</param>
/// <param name="Trials">The fewest trials at any of them.</param>
/// <param name="LargestGap">Widest arc without a sample, degrees; widths under 1.5 times this come out too wide.</param>
/// <param name="Preferred">Preferred orientation, degrees in [0, 180).</param>
/// <param name="Peak">Response there.</param>
/// <param name="Hwhh">Half-width at half height between minimum and peak, degrees.</param>
/// <param name="HwhhFromZero">Half-width at half the peak, degrees.</param>
/// <param name="RingachBandwidth">Half-width at 70.7 % of the smoothed peak, degrees.</param>
/// <param name="Osi">Orientation selectivity index.</param>
/// <param name="Gosi">Global orientation selectivity index.</param>
/// <param name="Cv">Circular variance.</param>
/// <param name="OpRatio">Orthogonal over preferred response.</param>
/// <param name="Problem">Why measures are missing; null if none is known.</param>
/// <param name="Intervals">95 % intervals by name, null entries where too few resamples have the measure; null without trials.</param>
/// <param name="VonMises">Fit of the mean responses.</param>
public sealed record CurveMeasures(
    double Contrast,
    int Orientations,
    int Trials,
    double LargestGap,
    double Preferred,
    double Peak,
    double Hwhh,
    double HwhhFromZero,
    double RingachBandwidth,
    double Osi,
    double Gosi,
    double Cv,
    double OpRatio,
    string? Problem,
    IReadOnlyDictionary<string, double[]?>? Intervals,
    VonMisesFit VonMises);
