using DivNorm.Lab.Physiology;

namespace DivNorm.Lab.Experiments.Tuning;

/// <summary>
/// Every measure of one unit under the <see cref="TuningBattery"/>. Measures of one orientation tuning curve are of that at the highest contrast. A measure that
/// does not exist is NaN, null in files; a silent unit has none.
/// </summary>
/// <param name="Unit">The unit's channel.</param>
/// <param name="PreferredOrientation">Degrees in [0, 180).</param>
/// <param name="SpatialFrequency">Frequency that the unit was tested at, cycles/pixel.</param>
/// <param name="Baseline">Response to the background alone.</param>
/// <param name="Peak">Response at the preferred orientation.</param>
/// <param name="Hwhh">Half-width at half height between minimum and peak, degrees.</param>
/// <param name="RingachBandwidth">Half-width at 1/sqrt(2) of the smoothed curve's peak, degrees.</param>
/// <param name="Osi">(Rpref - Rorth) / (Rpref + Rorth).</param>
/// <param name="GlobalOsi">Length of the mean vector.</param>
/// <param name="CircularVariance">1 - GlobalOsi.</param>
/// <param name="OrthogonalToPreferred">Rorth / Rpref.</param>
/// <param name="GainRatio">Peak at the lowest contrast over peak at the highest.</param>
/// <param name="WidthRatio">HWHH at the lowest contrast over HWHH at the highest.</param>
/// <param name="Separability">Share of the first singular component in the contrast x orientation matrix.</param>
/// <param name="F1OverF0">Modulation by phase.</param>
/// <param name="SizeSuppression">SI of the size tuning.</param>
/// <param name="SummationField">Diameter, pixels.</param>
/// <param name="SurroundSuppression">Surround suppression index of an annulus at the centre's orientation.</param>
/// <param name="SurroundSuppressionOrthogonal">The same of the annulus farthest from it in orientation.</param>
/// <param name="CrossOrientationSuppression">Suppression index under the strongest mask.</param>
public sealed record UnitMeasures(
    int Unit,
    double PreferredOrientation,
    double SpatialFrequency,
    double Baseline,
    double Peak,
    double Hwhh,
    double RingachBandwidth,
    double Osi,
    double GlobalOsi,
    double CircularVariance,
    double OrthogonalToPreferred,
    double GainRatio,
    double WidthRatio,
    double Separability,
    double F1OverF0,
    double SizeSuppression,
    double SummationField,
    double SurroundSuppression,
    double SurroundSuppressionOrthogonal,
    double CrossOrientationSuppression)
{
    /// <summary>Measures every unit of a battery.</summary>
    /// <param name="battery">The responses.</param>
    /// <param name="nominal">Whether the orientation that a unit was tested at counts as its preferred one; else the highest point of each curve does.</param>
    public static IReadOnlyList<UnitMeasures> Of(TuningBatteryResult battery, bool nominal)
    {
        ArgumentNullException.ThrowIfNull(battery);
        double[] modulation = battery.F1OverF0, crossed = battery.CrossOrientationSuppression;
        SizeTuning[] sizes = battery.SizeMeasures;
        double[][] surround = battery.SurroundSuppression;
        return [.. battery.Cells.Select((cell, i) =>
        {
            double[][] curves = battery.Orientation.Responses[i];
            if (curves.Any(curve => curve.Any(value => !double.IsFinite(value))))
                return Silent(cell.Channel, battery.Baseline[i]);
            double? preferred = nominal ? double.RadiansToDegrees(cell.Orientation) : null;
            TuningMetrics[] metrics = Array.ConvertAll(curves, curve => TuningMetrics.Of(battery.Orientation.Orientations, curve, preferred));
            TuningMetrics full = metrics[^1];
            var invariance = ContrastInvariance.Of(battery.Orientation.Contrasts, metrics, curves);
            return new UnitMeasures(
                cell.Channel,
                full.Preferred,
                cell.SpatialFrequency,
                battery.Baseline[i],
                full.Peak,
                full.Hwhh,
                full.RingachBandwidth,
                full.Osi,
                full.GlobalOsi,
                full.CircularVariance,
                full.OrthogonalToPreferred,
                invariance.GainRatio,
                invariance.WidthRatio,
                invariance.Separability,
                modulation[i],
                sizes[i].SuppressionIndex,
                sizes[i].SummationField,
                surround[i][0],
                surround[i][^1],
                crossed[i]);
        })];
    }

    /// <summary>The median of those values that exist; NaN where none does.</summary>
    /// <param name="values">The values.</param>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        int half = sorted.Length / 2;
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private static UnitMeasures Silent(int unit, double baseline)
    {
        const double none = double.NaN;
        return new UnitMeasures(unit, none, none, baseline, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none, none);
    }
}
