using System.Globalization;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Curves;

/// <summary>The measures of tuning curves as one self-contained HTML page: distributions over units, pictures of the first units, a table of all.</summary>
public static class CurveReport
{
    /// <summary>Units that are drawn one by one; more would make the page slow and no clearer.</summary>
    public const int DrawnUnits = 24;

    private const int DrawnMatrices = 6;

    /// <summary>Composes the page.</summary>
    /// <param name="curves">The curves.</param>
    /// <param name="results">Their measures, as <see cref="CurveAnalysis.Run"/> gave them.</param>
    public static HtmlReport Compose(RecordedCurves curves, CurveResults results)
    {
        ArgumentNullException.ThrowIfNull(curves);
        ArgumentNullException.ThrowIfNull(results);
        var report = new HtmlReport("Tuning curves")
        {
            Subtitle = $"{results.Source}: {Count(results.Units.Count, "unit")}, {Count(results.Rows, "response")}",
            Footer = "Definitions: docs/measures.md of DivNormEI for .NET",
        };
        Lead(report, results);
        if (results.Units.Count > 1)
            Population(report.Section("Population"), results);
        RecordedUnit[] units = [.. curves.Units.Take(DrawnUnits)];
        UnitMeasures[] measures = [.. results.Units.Take(DrawnUnits)];
        var drawn = report.Section(curves.Units.Count > DrawnUnits ? $"The first {DrawnUnits} units" : "Units");
        drawn.Figure(CurveFigures.Polar(units, measures) with { Caption = "Orientation tuning: mean responses (dots) and von Mises fits (lines); orientation repeats after half a turn. A curve without a fit joins its dots." });
        if (measures.Any(unit => unit.Curves.Count > 1))
            drawn.Figure(CurveFigures.ContrastResponse(measures) with { Caption = "Response at the preferred orientation by contrast, with the fits that converged." });
        drawn.FigureRow([.. units.Take(DrawnMatrices).Select((unit, i) => CurveFigures.Matrix(unit, i) with { Caption = $"Responses of {unit.Name}; grey cells were not recorded." })]);
        Tables(report, results);
        return report;
    }

    private static void Lead(HtmlReport report, CurveResults results)
    {
        report.Lead("**Width** is the half-width at half height between minimum and peak, at each unit's highest contrast. **Gain ratio** and **width ratio** are lowest contrast over highest: "
            + "1 is contrast-invariant. **Separability** is 1 where contrast scales one tuning curve.");
        report.KeyFigure(Text(Median(results.Units.Select(u => u.Curves[^1].Hwhh)), "0.0°"), "median width")
            .KeyFigure(Text(Median(results.Units.Select(u => u.GainRatio))), "median gain ratio")
            .KeyFigure(Text(Median(results.Units.Select(u => u.WidthRatio))), "median width ratio")
            .KeyFigure(Text(Median(results.Units.Select(u => u.Separability)), "0.000"), "median separability");
    }

    private static void Population(ReportSection section, CurveResults results)
    {
        section.Paragraph("One count a unit, at its highest contrast; units without the measure are left out.");
        section.FigureRow(
            CurveFigures.Histogram("hwhh", "HWHH (°)", results.Units.Select(u => u.Curves[^1].Hwhh)) with { Caption = "Tuning width." },
            CurveFigures.Histogram("osi", "OSI", results.Units.Select(u => u.Curves[^1].Osi)) with { Caption = "Orientation selectivity index." },
            CurveFigures.Histogram("cv", "circular variance", results.Units.Select(u => u.Curves[^1].Cv), maximum: 1) with { Caption = "Circular variance: 0 sharpest, 1 untuned." });
        if (results.Units.Any(u => u.Curves.Count > 1))
        {
            section.FigureRow(
                CurveFigures.Histogram("gain-ratio", "gain ratio", results.Units.Select(u => u.GainRatio)) with { Caption = "Peak at the lowest contrast over that at the highest." },
                CurveFigures.Histogram("width-ratio", "width ratio", results.Units.Select(u => u.WidthRatio)) with { Caption = "HWHH at the lowest contrast over that at the highest." },
                CurveFigures.Histogram("separability", "separability", results.Units.Select(u => u.Separability), minimum: null, maximum: 1) with { Caption = "Power in the first singular component of contrast by orientation." });
        }
    }

    private static void Tables(HtmlReport report, CurveResults results)
    {
        var units = new ReportTable(
            "unit", new("gain ratio", "0.00"), new("width ratio", "0.00"), new("separability", "0.000"), new("c50", "0.000"), new("n", "0.00"), new("R²", "0.000"), "Naka-Rushton")
        { Caption = "Units: contrast" };
        var curves = new ReportTable(
            "unit", new("contrast", "0.###"), new("preferred", "0.0"), new("HWHH", "0.0"), new("from zero", "0.0"), new("Ringach", "0.0"), new("OSI", "0.00"),
            new("CV", "0.00"), new("O/P", "0.00"), new("fit HWHH", "0.0"), new("fit R²", "0.000"), "note")
        { Caption = "Curves: orientation (angles and widths in degrees)" };
        foreach (var u in results.Units)
        {
            units.Add(u.Unit, u.GainRatio, u.WidthRatio, u.Separability, u.NakaRushton.SemiSaturation, u.NakaRushton.Exponent, u.NakaRushton.RSquared, u.NakaRushton.Failure ?? "converged");
            foreach (var c in u.Curves)
                curves.Add(u.Unit, c.Contrast, c.Preferred, c.Hwhh, c.HwhhFromZero, c.RingachBandwidth, c.Osi, c.Cv, c.OpRatio, c.VonMises.Hwhh, c.VonMises.RSquared, c.Problem ?? c.VonMises.Failure ?? "");
        }

        report.Section("All measures").Table(units).Table(curves);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double value, string format = "0.00") => double.IsNaN(value) ? "–" : value.ToString(format, CultureInfo.InvariantCulture);

    private static string Count(int count, string what) => $"{count.ToString("#,0", CultureInfo.InvariantCulture)} {what}{(count == 1 ? "" : "s")}";
}
