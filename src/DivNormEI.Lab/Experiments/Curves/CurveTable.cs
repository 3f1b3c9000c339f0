using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Curves;

/// <summary>The results as one table: a row a unit and contrast, with what belongs to the unit repeated in each of its rows. The columns never change.</summary>
public static class CurveTable
{
    /// <summary>The table.</summary>
    /// <param name="results">The results.</param>
    public static CsvTable Of(CurveResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        CsvTable? table = null;
        foreach (UnitMeasures unit in results.Units)
        {
            foreach (CurveMeasures curve in unit.Curves)
            {
                (string Name, object? Value)[] cells = [.. Cells(unit, curve)];
                table ??= new CsvTable([.. cells.Select(cell => cell.Name)]);
                table.Add([.. cells.Select(cell => cell.Value)]);
            }
        }

        return table ?? throw new ArgumentException("There are no units.", nameof(results));
    }

    private static IEnumerable<(string Name, object? Value)> Cells(UnitMeasures unit, CurveMeasures curve)
    {
        yield return ("unit", unit.Unit);
        yield return ("contrast", curve.Contrast);
        yield return ("orientations", curve.Orientations);
        yield return ("trials", curve.Trials);
        yield return ("largestGap", curve.LargestGap);
        yield return ("preferred", curve.Preferred);
        yield return ("peak", curve.Peak);
        yield return ("hwhh", curve.Hwhh);
        yield return ("hwhhFromZero", curve.HwhhFromZero);
        yield return ("ringachBandwidth", curve.RingachBandwidth);
        yield return ("osi", curve.Osi);
        yield return ("gosi", curve.Gosi);
        yield return ("cv", curve.Cv);
        yield return ("opRatio", curve.OpRatio);
        yield return ("problem", curve.Problem);
        foreach (var cell in Intervals(TrialBootstrap.CurveNames, curve.Intervals))
            yield return cell;
        yield return ("vonMisesPreferred", curve.VonMises.Preferred);
        yield return ("vonMisesBaseline", curve.VonMises.Baseline);
        yield return ("vonMisesAmplitude", curve.VonMises.Amplitude);
        yield return ("vonMisesKappa", curve.VonMises.Kappa);
        yield return ("vonMisesHwhh", curve.VonMises.Hwhh);
        yield return ("vonMisesRSquared", curve.VonMises.RSquared);
        yield return ("vonMisesFailure", curve.VonMises.Failure);
        yield return ("gainRatio", unit.GainRatio);
        yield return ("widthRatio", unit.WidthRatio);
        yield return ("widthRatioFromZero", unit.WidthRatioFromZero);
        yield return ("separability", unit.Separability);
        foreach (var cell in Intervals(TrialBootstrap.UnitNames, unit.Intervals))
            yield return cell;
        yield return ("nakaRushtonMaximumResponse", unit.NakaRushton.MaximumResponse);
        yield return ("nakaRushtonSemiSaturation", unit.NakaRushton.SemiSaturation);
        yield return ("nakaRushtonExponent", unit.NakaRushton.Exponent);
        yield return ("nakaRushtonBaseline", unit.NakaRushton.Baseline);
        yield return ("nakaRushtonRSquared", unit.NakaRushton.RSquared);
        yield return ("nakaRushtonFailure", unit.NakaRushton.Failure);
        yield return ("supersaturatingGain", unit.Supersaturating.Gain);
        yield return ("supersaturatingSemiSaturation", unit.Supersaturating.SemiSaturation);
        yield return ("supersaturatingExponent", unit.Supersaturating.Exponent);
        yield return ("supersaturatingSuppression", unit.Supersaturating.Suppression);
        yield return ("supersaturatingBaseline", unit.Supersaturating.Baseline);
        yield return ("supersaturatingRSquared", unit.Supersaturating.RSquared);
        yield return ("supersaturatingFailure", unit.Supersaturating.Failure);
    }

    private static IEnumerable<(string Name, object? Value)> Intervals(IEnumerable<string> names, IReadOnlyDictionary<string, double[]?>? intervals)
    {
        foreach (string name in names)
        {
            double[]? interval = intervals?[name];
            yield return (name + "Low", interval?[0]);
            yield return (name + "High", interval?[1]);
        }
    }
}
