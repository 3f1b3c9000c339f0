using System.Globalization;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Curves;

/// <summary>The pictures of measured tuning curves, from plain records.</summary>
internal static class CurveFigures
{
    private const int FinePoints = 91;

    /// <summary>Units up to which there is room for large panels.</summary>
    private const int Few = 2;

    /// <summary>Each unit's curves round the circle: means as points, the von Mises fits as lines.</summary>
    public static PolarFigure Polar(IReadOnlyList<RecordedUnit> units, IReadOnlyList<UnitMeasures> measures) => new(
        "polar", [.. units.Zip(measures, (unit, m) => new PolarPanel(unit.Name, [.. unit.Curves.SelectMany((curve, c) => PolarCurve(unit, m.Curves[c], curve, c))]))])
    {
        LegendTitle = "contrast",
        PanelSize = units.Count > Few ? 150 : 240,
        Columns = 4,
    };

    /// <summary>Each unit's peaks by contrast with the two fits.</summary>
    public static LineFigure ContrastResponse(IReadOnlyList<UnitMeasures> units) => new(
        "contrast-response", [.. units.Select(ContrastPanel)])
    {
        PanelWidth = units.Count > Few ? 150 : 280,
        PanelHeight = units.Count > Few ? 120 : 200,
        Columns = 4,
    };

    /// <summary>One unit's responses, contrast by orientation; cells not recorded are missing.</summary>
    public static HeatMapFigure Matrix(RecordedUnit unit, int index)
    {
        double[] orientations = [.. unit.Curves.SelectMany(curve => curve.Orientations).Distinct().Order()];
        // The highest contrast on top, as in a contrast-response plot.
        RecordedCurve[] rows = [.. unit.Curves.Reverse()];
        return new HeatMapFigure($"matrix-{index}", [.. rows.Select(curve => Row(curve, orientations))])
        {
            Title = unit.Name,
            RowLabels = [.. rows.Select(curve => Number(curve.Contrast))],
            ColumnLabels = [.. orientations.Select(Number)],
            XLabel = "orientation (°)",
            YLabel = "contrast",
            ValueLabel = "response",
            CellSize = 22,
            CellWidth = Math.Clamp(260 / orientations.Length, 4, 40),
        };
    }

    /// <summary>The distribution over units of one measure at the highest contrast, or of the units' own.</summary>
    public static HistogramFigure Histogram(string name, string label, IEnumerable<double> values, double? minimum = 0, double? maximum = null) =>
        new(name, new HistogramSeries("", [.. values])) { XLabel = label, YLabel = "units", Bins = 15, Minimum = minimum, Maximum = maximum, Width = 220, Height = 130 };

    private static IEnumerable<PolarSeries> PolarCurve(RecordedUnit unit, CurveMeasures measures, RecordedCurve curve, int index)
    {
        Ink ink = Ink.Ordered(index, unit.Curves.Count);
        double[] fine = [.. Enumerable.Range(0, FinePoints).Select(i => 180.0 * i / FinePoints)];
        yield return measures.VonMises.Converged
            ? new PolarSeries(Number(curve.Contrast), fine, Array.ConvertAll(fine, measures.VonMises.At)) { Ink = ink }
            : new PolarSeries(Number(curve.Contrast), curve.Orientations, curve.Means) { Ink = ink };
        yield return new PolarSeries("", curve.Orientations, curve.Means) { Ink = ink, Line = false };
    }

    private static LinePanel ContrastPanel(UnitMeasures unit)
    {
        double[] contrasts = [.. unit.Curves.Select(curve => curve.Contrast)];
        double low = Math.Log(contrasts[0]), high = Math.Log(contrasts[^1]);
        double[] fine = [.. Enumerable.Range(0, FinePoints).Select(i => Math.Exp(low + (high - low) * i / (FinePoints - 1)))];
        var series = new List<LineSeries>();
        if (unit.NakaRushton.Converged)
            series.Add(new LineSeries("Naka-Rushton", fine, Array.ConvertAll(fine, unit.NakaRushton.At)) { Ink = Ink.Category(0) });
        if (unit.Supersaturating.Converged)
            series.Add(new LineSeries("supersaturating", fine, Array.ConvertAll(fine, unit.Supersaturating.At)) { Ink = Ink.Category(1), Dashed = true });
        series.Add(new LineSeries("recorded", contrasts, [.. unit.Curves.Select(curve => curve.Peak)]) { Ink = Ink.Strong, Line = false });
        return new LinePanel(unit.Unit, series) { XLabel = "contrast", YLabel = "response", LogX = true, YMin = unit.Curves.Any(curve => curve.Peak < 0) ? null : 0 };
    }

    private static double[] Row(RecordedCurve curve, double[] orientations)
    {
        double[] means = curve.Means;
        return Array.ConvertAll(orientations, orientation => Array.IndexOf(curve.Orientations, orientation) is >= 0 and var at ? means[at] : double.NaN);
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
