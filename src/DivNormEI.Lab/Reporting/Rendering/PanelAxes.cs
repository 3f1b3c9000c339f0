namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>The ranges of a panel's axes, in the coordinates that are drawn: logarithms to base 10 where the axis is logarithmic.</summary>
internal readonly record struct PanelAxes(double XMin, double XMax, double YMin, double YMax)
{
    /// <summary>Finds the ranges of all panels of a figure; with a shared vertical axis, one that holds them all.</summary>
    public static PanelAxes[] Of(LineFigure figure)
    {
        var axes = figure.Panels.Select(p => Of(figure.Name, p)).ToArray();
        if (!figure.ShareY)
            return axes;
        double low = axes.Min(a => a.YMin), high = axes.Max(a => a.YMax);
        return Array.ConvertAll(axes, a => a with { YMin = low, YMax = high });
    }

    /// <summary>A value in drawn coordinates; NaN where a logarithmic axis has no place for it.</summary>
    public static double Place(double value, bool log) => !log ? value : value > 0 ? Math.Log10(value) : double.NaN;

    private static PanelAxes Of(string figure, LinePanel panel)
    {
        var xs = panel.Series.SelectMany(s => s.X).Concat(panel.XTicks?.Select(t => t.Value) ?? []);
        var ys = panel.Series.SelectMany(s => s.Y.Concat(s.Lower ?? []).Concat(s.Upper ?? []))
            .Concat(panel.HorizontalLines.Select(l => l.Value))
            .Concat(panel.YTicks?.Select(t => t.Value) ?? []);
        var (xMin, xMax) = Range(figure, panel, "x", xs, panel.XMin, panel.XMax, panel.LogX, 0.02);
        var (yMin, yMax) = Range(figure, panel, "y", ys, panel.YMin, panel.YMax, panel.LogY, panel.HorizontalLines.Any(l => l.Label.Length > 0) ? 0.1 : 0.06);
        return new PanelAxes(xMin, xMax, yMin, yMax);
    }

    private static (double Min, double Max) Range(string figure, LinePanel panel, string axis, IEnumerable<double> values, double? low, double? high, bool log, double padding)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (double v in values)
        {
            double place = Place(v, log);
            if (!double.IsFinite(place))
                continue;
            min = Math.Min(min, place);
            max = Math.Max(max, place);
        }

        if (min > max)
            (min, max) = (0, 1);
        if (min == max)
            // A flat curve lies in the middle of its panel, whatever its size.
            (min, max) = (min - Math.Max(Math.Abs(min) * 0.1, 0.5), max + Math.Max(Math.Abs(max) * 0.1, 0.5));
        double? statedLow = low is { } l ? Place(l, log) : null, statedHigh = high is { } h ? Place(h, log) : null;
        // Room for the curve's width: a share of the axis, which a stated end makes longer than the data.
        double room = (Math.Max(max, statedHigh ?? max) - Math.Min(min, statedLow ?? min)) * padding;
        double from = statedLow ?? min - room;
        double to = statedHigh ?? max + room;
        // With one end stated beyond the data, the other makes room for it.
        if (low is null && from >= to)
            from = to - 1;
        if (high is null && to <= from)
            to = from + 1;
        if (!(from < to))
            throw new ArgumentException($"figure '{figure}', panel '{panel.Title}': the {axis} range {low} to {high} must be ascending{(log ? " and above 0" : "")}");
        return (from, to);
    }
}
