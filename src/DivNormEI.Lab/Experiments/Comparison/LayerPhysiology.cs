using DivNorm.Lab.Experiments.Tuning;
using DivNorm.Lab.Physiology;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>
/// The battery on the 64 cells at one stage. Averages are over the cells' curves, each aligned at its nominal orientation; medians are over the cells for which
/// the measure exists. What does not exist is NaN, null in files.
/// </summary>
/// <param name="Contrasts">Contrasts of the orientation tuning, ascending.</param>
/// <param name="OrientationOffsets">Degrees from the nominal orientation.</param>
/// <param name="Curves">[contrast][offset]: the averaged curves.</param>
/// <param name="Hwhh">Half-width at half height of each averaged curve, degrees.</param>
/// <param name="GainRatio">Of the averaged curves: peak at the lowest contrast over peak at the highest.</param>
/// <param name="WidthRatio">Of the averaged curves: HWHH at the lowest contrast over HWHH at the highest.</param>
/// <param name="Separability">Of the averaged curves: share of the first singular component in the contrast x orientation matrix.</param>
/// <param name="Osi">Of the averaged curve at the highest contrast.</param>
/// <param name="Medians">Medians over the cells.</param>
/// <param name="ContrastResponse">Averaged response to the cells' own full-field gratings by contrast.</param>
/// <param name="SizeTuning">Averaged response to the cells' own gratings in discs, by diameter in pixels.</param>
/// <param name="MaskTuning">Averaged response to the cells' own gratings of contrast .5 under an orthogonal mask, by the mask's contrast.</param>
public sealed record LayerPhysiology(
    IReadOnlyList<double> Contrasts,
    IReadOnlyList<double> OrientationOffsets,
    IReadOnlyList<IReadOnlyList<double>> Curves,
    IReadOnlyList<double> Hwhh,
    double GainRatio,
    double WidthRatio,
    double Separability,
    double Osi,
    CellMedians Medians,
    AveragedCurve ContrastResponse,
    AveragedCurve SizeTuning,
    AveragedCurve MaskTuning)
{
    /// <summary>The averaged curve of the highest contrast at the nominal orientation, over its largest value: below 1 where it peaks elsewhere.</summary>
    public double NominalOverPeak => Curves[^1][Curves[^1].Count / 2] / Curves[^1].Max();

    /// <summary>Whether every response was a number.</summary>
    internal bool IsFinite => Curves.All(curve => curve.All(double.IsFinite)) && SizeTuning.Responses.All(double.IsFinite);

    /// <summary>Sums a battery up.</summary>
    internal static LayerPhysiology Of(TuningBatteryResult battery)
    {
        double[] offsets = OrientationShift.Offsets(battery.Orientation.Orientations.Length), contrasts = battery.Orientation.Contrasts;
        double[][] curves = [.. contrasts.Select((_, contrast) => Average(battery.Orientation.Responses.Select(
            (unit, i) => OrientationShift.Align(unit[contrast], double.RadiansToDegrees(battery.Cells[i].Orientation)))))];
        bool finite = curves.All(curve => curve.All(double.IsFinite));
        TuningMetrics[] metrics = finite ? Array.ConvertAll(curves, curve => TuningMetrics.Of(offsets, curve, nominal: 0)) : [];
        var invariance = finite ? ContrastInvariance.Of(contrasts, metrics, curves) : new ContrastInvariance(double.NaN, double.NaN, double.NaN, double.NaN);
        return new LayerPhysiology(
            contrasts,
            offsets,
            curves,
            [.. metrics.Select(m => m.Hwhh)],
            invariance.GainRatio,
            invariance.WidthRatio,
            invariance.Separability,
            finite ? metrics[^1].Osi : double.NaN,
            CellMedians.Of(UnitMeasures.Of(battery, nominal: true)),
            AveragedCurve.Of(battery.Contrast),
            AveragedCurve.Of(battery.Size),
            AveragedCurve.Of(battery.Mask));
    }

    internal static double[] Average(IEnumerable<double[]> curves)
    {
        double[][] all = [.. curves];
        return [.. Enumerable.Range(0, all[0].Length).Select(i => all.Average(curve => curve[i]))];
    }
}

/// <summary>Medians over the cells for which a measure exists.</summary>
/// <param name="Cells">Cells that respond to their own grating at full contrast.</param>
/// <param name="GainRatio">Of <see cref="UnitMeasures.GainRatio"/>.</param>
/// <param name="WidthRatio">Of <see cref="UnitMeasures.WidthRatio"/>.</param>
/// <param name="Separability">Of <see cref="UnitMeasures.Separability"/>.</param>
/// <param name="Osi">Of <see cref="UnitMeasures.Osi"/>.</param>
/// <param name="Hwhh">Of <see cref="UnitMeasures.Hwhh"/>.</param>
/// <param name="F1OverF0">Of <see cref="UnitMeasures.F1OverF0"/>.</param>
/// <param name="CrossOrientationSuppression">Of <see cref="UnitMeasures.CrossOrientationSuppression"/>.</param>
/// <param name="SurroundSuppression">Of <see cref="UnitMeasures.SurroundSuppression"/>.</param>
/// <param name="SurroundSuppressionOrthogonal">Of <see cref="UnitMeasures.SurroundSuppressionOrthogonal"/>.</param>
/// <param name="SizeSuppression">Of <see cref="UnitMeasures.SizeSuppression"/>.</param>
public sealed record CellMedians(
    int Cells,
    double GainRatio,
    double WidthRatio,
    double Separability,
    double Osi,
    double Hwhh,
    double F1OverF0,
    double CrossOrientationSuppression,
    double SurroundSuppression,
    double SurroundSuppressionOrthogonal,
    double SizeSuppression)
{
    internal static CellMedians Of(IReadOnlyList<UnitMeasures> units)
    {
        double Of(Func<UnitMeasures, double> measure) => UnitMeasures.Median(units.Select(measure));
        return new CellMedians(
            units.Count(unit => unit.Peak > 0),
            Of(unit => unit.GainRatio),
            Of(unit => unit.WidthRatio),
            Of(unit => unit.Separability),
            Of(unit => unit.Osi),
            Of(unit => unit.Hwhh),
            Of(unit => unit.F1OverF0),
            Of(unit => unit.CrossOrientationSuppression),
            Of(unit => unit.SurroundSuppression),
            Of(unit => unit.SurroundSuppressionOrthogonal),
            Of(unit => unit.SizeSuppression));
    }
}

/// <summary>Responses along one stimulus parameter, averaged over the cells.</summary>
/// <param name="Axis">The parameter and its unit.</param>
/// <param name="Values">Its values, ascending.</param>
/// <param name="Responses">The averaged response to each.</param>
public sealed record AveragedCurve(string Axis, IReadOnlyList<double> Values, IReadOnlyList<double> Responses)
{
    internal static AveragedCurve Of(TuningCurves curves) => new(curves.Axis, curves.Values, LayerPhysiology.Average(curves.Responses));
}
