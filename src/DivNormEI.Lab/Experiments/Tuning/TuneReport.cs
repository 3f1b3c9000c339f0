using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting;

namespace DivNorm.Lab.Experiments.Tuning;

/// <summary>Composes the report of one layer's battery.</summary>
internal static class TuneReport
{
    /// <summary>Units whose curves are drawn; the table and the files have all.</summary>
    private const int MostDrawn = 16;

    private const int Columns = 4;

    public static HtmlReport Compose(TuneResults results)
    {
        var units = results.Units;
        var responsive = units.Where(u => double.IsFinite(u.Peak)).ToList();
        var battery = results.Battery;
        var report = new HtmlReport($"Tuning of {(results.Layer.Length > 0 ? results.Layer : "the network")}")
        {
            Subtitle = $"{results.Network} ({results.Model}): {(battery.Readout == Readout.Centre ? "the centre unit of every map" : "the mean of every map")}, {(battery.Background == Background.Grey ? "grey" : "zero-mean")} background",
            Footer = $"DivNormEI for .NET {results.Environment.Version}",
        };
        report.Lead($"**{responsive.Count} of {units.Count}** units respond to gratings; medians are over those for which the measure exists.");
        report.KeyFigure(Median(u => u.Osi, "0.00"), "OSI").KeyFigure(Median(u => u.Hwhh, "0.0") + "°", "half-width at half height").KeyFigure(Median(u => u.GainRatio, "0.00"), "gain ratio")
            .KeyFigure(Median(u => u.WidthRatio, "0.00"), "width ratio").KeyFigure(Median(u => u.Separability, "0.000"), "separability").KeyFigure(Median(u => u.F1OverF0, "0.00"), "F1/F0")
            .KeyFigure(Median(u => u.CrossOrientationSuppression, "0.00"), "cross-orientation suppression").KeyFigure(Median(u => u.SurroundSuppression, "0.00"), "surround suppression");

        Curves(report.Section("Orientation tuning by contrast"), battery, responsive);
        Others(report.Section("Contrast, size and masks"), battery, responsive);
        Population(report.Section("The population"), responsive);
        Table(report.Section("Every unit"), units);
        return report;

        string Median(Func<UnitMeasures, double> measure, string format) => NumberText.Formatted(UnitMeasures.Median(units.Select(measure)), format);
    }

    private static void Curves(ReportSection section, TuningBatteryResult battery, List<UnitMeasures> responsive)
    {
        if (responsive.Count == 0)
        {
            section.Paragraph("No unit responds to gratings.");
            return;
        }

        var orientation = battery.Orientation;
        var shown = responsive.OrderByDescending(u => u.Osi).Take(MostDrawn).OrderBy(u => u.Unit).ToList();
        section.Figure(new LineFigure("orientation", [.. shown.Select(u => new LinePanel(
            $"unit {u.Unit}",
            [.. orientation.Contrasts.Select((contrast, c) => new LineSeries($"{contrast:g}", orientation.Orientations, orientation.Responses[Place(battery, u)][c])
            {
                Ink = Ink.Ordered(c, orientation.Contrasts.Length),
            })])
        { XLabel = "orientation (°)", YLabel = "response", XTicks = AxisTick.At(0, 45, 90, 135, 180), XMin = 0, XMax = 180 })])
        {
            Columns = Math.Min(Columns, shown.Count),
            PanelWidth = 170,
            PanelHeight = 120,
            LegendTitle = "contrast",
            Caption = shown.Count == responsive.Count ? "Every unit that responds, full-field gratings at its best frequency." : $"The {shown.Count} units of highest OSI, full-field gratings at each unit's best frequency.",
        });
    }

    private static void Others(ReportSection section, TuningBatteryResult battery, List<UnitMeasures> responsive)
    {
        if (responsive.Count == 0)
            return;
        section.FigureRow(
            Averaged("contrast-response", battery.Contrast, "contrast", logX: true, curve => curve[^1], "Contrast response: each unit over its response at full contrast."),
            Averaged("size-tuning", battery.Size, "diameter (px)", logX: false, curve => curve.Max(), "Size tuning: each unit over its peak."),
            Averaged("mask", battery.Mask, "mask contrast", logX: false, curve => curve[0], "A mask at 90°: each unit over its response without one."),
            Averaged("spatial-frequency", battery.SpatialFrequency, "cycles/pixel", logX: true, curve => curve.Max(), "Spatial frequency at the unit's orientation: each unit over its peak."));

        LineFigure Averaged(string name, TuningCurves curves, string xLabel, bool logX, Func<double[], double> scale, string caption)
        {
            double[][] relative = [.. responsive.Select(u => curves.Responses[Place(battery, u)]).Where(curve => scale(curve) > 0).Select(curve => Array.ConvertAll(curve, v => v / scale(curve)))];
            double[] At(Func<double[], double> pick) => [.. curves.Values.Select((_, i) => relative.Length == 0 ? double.NaN : pick([.. relative.Select(curve => curve[i]).Order()]))];
            return new LineFigure(name, new LinePanel(string.Empty, [new LineSeries("median", curves.Values, At(sorted => sorted[sorted.Length / 2]))
            {
                Ink = Ink.Strong,
                Markers = true,
                Lower = At(sorted => sorted[sorted.Length / 4]),
                Upper = At(sorted => sorted[3 * sorted.Length / 4]),
            }])
            { XLabel = xLabel, YLabel = "relative response", LogX = logX })
            { Caption = caption + " Line: median of the units; band: their middle half." };
        }
    }

    private static void Population(ReportSection section, List<UnitMeasures> responsive)
    {
        if (responsive.Count == 0)
            return;
        section.FigureRow(
            Histogram("histogram-orientation", "preferred orientation (°)", u => u.PreferredOrientation, 0, 180),
            Histogram("histogram-hwhh", "HWHH (°)", u => u.Hwhh, 0, 90),
            Histogram("histogram-osi", "OSI", u => u.Osi, 0, 1.05),
            Histogram("histogram-f1f0", "F1/F0", u => u.F1OverF0, 0, 2),
            Histogram("histogram-cross", "cross-orientation suppression", u => u.CrossOrientationSuppression, -1, 1),
            Histogram("histogram-surround", "surround suppression", u => u.SurroundSuppression, -1, 1));

        HistogramFigure Histogram(string name, string label, Func<UnitMeasures, double> measure, double low, double high)
        {
            int outside = responsive.Select(measure).Count(value => value < low || value > high || double.IsNaN(value));
            return new HistogramFigure(name, new HistogramSeries(string.Empty, [.. responsive.Select(measure)]))
            {
                XLabel = label,
                YLabel = "units",
                Minimum = low,
                Maximum = high,
                Width = 300,
                Height = 160,
                Caption = outside == 0 ? $"Median {NumberText.Brief(UnitMeasures.Median(responsive.Select(measure)))}." : $"Median {NumberText.Brief(UnitMeasures.Median(responsive.Select(measure)))}; {outside} units are outside this range or without the measure.",
            };
        }
    }

    private static void Table(ReportSection section, IReadOnlyList<UnitMeasures> units)
    {
        var table = new ReportTable(
            "unit", new("preferred (°)", "0.0"), new("cycles/pixel", "0.00"), new("peak", "0.00"), new("HWHH (°)", "0.0"), new("OSI", "0.00"), new("gain", "0.00"), new("width", "0.00"), new("separability", "0.000"),
            new("F1/F0", "0.00"), new("size SI", "0.00"), new("surround", "0.00"), new("cross-orient.", "0.00"))
        {
            Caption = "Measures at full contrast; gain and width are ratios, lowest over highest contrast. units.csv has all",
        };
        foreach (var u in units)
            table.Add(u.Unit, u.PreferredOrientation, u.SpatialFrequency, u.Peak, u.Hwhh, u.Osi, u.GainRatio, u.WidthRatio, u.Separability, u.F1OverF0, u.SizeSuppression, u.SurroundSuppression, u.CrossOrientationSuppression);
        section.Table(table);
    }

    private static int Place(TuningBatteryResult battery, UnitMeasures unit) => battery.Cells.ToList().FindIndex(cell => cell.Channel == unit.Unit);
}
