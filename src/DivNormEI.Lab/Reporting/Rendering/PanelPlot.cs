using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;
using PlotColor = ScottPlot.Color;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>One panel as a ScottPlot plot in the house style: two axes, light level lines, nothing else.</summary>
internal static class PanelPlot
{
    public static Plot Create(LinePanel panel, PanelAxes axes, bool hideYLabels, int width)
    {
        var plot = new Plot();
        plot.Font.Set(Typeface.Family);
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.RenderManager.ClearCanvasBeforeEachRender = false;
        plot.HideLegend();
        plot.Axes.Right.IsVisible = plot.Axes.Top.IsVisible = false;
        plot.Axes.SetLimits(axes.XMin, axes.XMax, axes.YMin, axes.YMax);

        StyleAxis(plot.Axes.Bottom, panel.XLabel, Ticks(panel.XTicks, panel.LogX, axes.XMin, axes.XMax, Math.Max(3, width / 60)));
        StyleAxis(plot.Axes.Left, hideYLabels ? "" : panel.YLabel, Ticks(panel.YTicks, panel.LogY, axes.YMin, axes.YMax, 6));
        if (hideYLabels)
            plot.Axes.Left.TickLabelStyle.IsVisible = false;
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Grid.MajorLineColor = From(Style.GridColor);
        plot.Grid.MajorLineWidth = 1;

        foreach (var line in panel.HorizontalLines)
            AddReference(plot, line, PanelAxes.Place(line.Value, panel.LogY), axes, horizontal: true);
        foreach (var line in panel.VerticalLines)
            AddReference(plot, line, PanelAxes.Place(line.Value, panel.LogX), axes, horizontal: false);
        // All bands lie under all curves.
        foreach (var series in panel.Series)
            AddBand(plot, series, panel);
        bool any = false;
        foreach (var series in panel.Series)
            any |= AddCurve(plot, series, panel);
        if (!any)
            AddText(plot, "no data", (axes.XMin + axes.XMax) / 2, (axes.YMin + axes.YMax) / 2, Alignment.MiddleCenter);
        return plot;
    }

    /// <summary>Room that tick and axis labels take left of and beneath the area between the axes.</summary>
    public static (float Left, float Bottom) MeasureGutters(Plot plot, int width, int height)
    {
        // The automatic layout measures the labels; the picture itself is thrown away.
        using var recorder = new SKPictureRecorder();
        var canvas = recorder.BeginRecording(SKRect.Create(width + 100, height + 100));
        plot.Layout.Default();
        plot.Render(canvas, width + 100, height + 100);
        using var picture = recorder.EndRecording();
        var layout = plot.LastRender.Layout;
        return (MathF.Ceiling(layout.DataRect.Left), MathF.Ceiling(layout.FigureRect.Bottom - layout.DataRect.Bottom));
    }

    private static void StyleAxis(IAxis axis, string label, NumericManual ticks)
    {
        axis.TickGenerator = ticks;
        axis.Label.Text = label;
        axis.Label.FontSize = Style.LabelSize;
        axis.Label.Bold = false;
        axis.Label.ForeColor = From(Style.TextColor);
        axis.TickLabelStyle.FontSize = Style.TickSize;
        axis.TickLabelStyle.ForeColor = From(Style.TextColor);
        axis.FrameLineStyle.Color = axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = From(Style.AxisColor);
        axis.FrameLineStyle.Width = axis.MajorTickStyle.Width = axis.MinorTickStyle.Width = 1;
        axis.MajorTickStyle.Length = 4;
        axis.MinorTickStyle.Length = 2.5f;
    }

    private static NumericManual Ticks(IReadOnlyList<AxisTick>? stated, bool log, double low, double high, int atMost)
    {
        var ticks = new NumericManual();
        foreach (var tick in stated ?? (log ? AxisScale.LogTicks(low, high, atMost) : AxisScale.LinearTicks(low, high, atMost)))
            if (PanelAxes.Place(tick.Value, log) is var place && place >= low && place <= high)
                ticks.AddMajor(place, tick.Label);
        return ticks;
    }

    private static void AddBand(Plot plot, LineSeries series, LinePanel panel)
    {
        if (series.Lower is null || series.Upper is null)
            return;
        foreach (var (from, to) in Runs(series.X.Count, i => IsDrawn(series.X[i], panel.LogX) && IsDrawn(series.Lower[i], panel.LogY) && IsDrawn(series.Upper[i], panel.LogY)))
        {
            int n = to - from;
            var xs = new double[n];
            var low = new double[n];
            var high = new double[n];
            for (int i = 0; i < n; i++)
            {
                xs[i] = PanelAxes.Place(series.X[from + i], panel.LogX);
                low[i] = PanelAxes.Place(series.Lower[from + i], panel.LogY);
                high[i] = PanelAxes.Place(series.Upper[from + i], panel.LogY);
            }

            var fill = plot.Add.FillY(xs, low, high);
            fill.FillColor = From(Style.Of(series.Ink).WithAlpha(LineDrawing.BandAlpha));
            fill.LineWidth = 0;
            fill.MarkerSize = 0;
        }
    }

    private static bool AddCurve(Plot plot, LineSeries series, LinePanel panel)
    {
        bool any = false;
        foreach (var (from, to) in Runs(series.X.Count, i => IsDrawn(series.X[i], panel.LogX) && IsDrawn(series.Y[i], panel.LogY)))
        {
            any = true;
            var xs = new double[to - from];
            var ys = new double[to - from];
            for (int i = from; i < to; i++)
            {
                xs[i - from] = PanelAxes.Place(series.X[i], panel.LogX);
                ys[i - from] = PanelAxes.Place(series.Y[i], panel.LogY);
            }

            var curve = plot.Add.Scatter(xs, ys, From(Style.Of(series.Ink)));
            curve.LineWidth = series.Line ? (float)series.Width : 0;
            curve.LinePattern = series.Dashed ? LinePattern.Dashed : LinePattern.Solid;
            // A lone point would leave no trace as a line.
            curve.MarkerSize = series.Markers || !series.Line || xs.Length == 1 ? LineDrawing.MarkerSize : 0;
        }

        return any;
    }

    private static void AddReference(Plot plot, ReferenceLine line, double place, PanelAxes axes, bool horizontal)
    {
        bool inside = horizontal ? place >= axes.YMin && place <= axes.YMax : place >= axes.XMin && place <= axes.XMax;
        if (!inside)
            return;
        var drawn = horizontal ? (ScottPlot.Plottables.AxisLine)plot.Add.HorizontalLine(place) : plot.Add.VerticalLine(place);
        drawn.Color = From(Style.MutedText);
        drawn.LineWidth = 1;
        drawn.LinePattern = LinePattern.DenselyDashed;
        if (line.Label.Length == 0)
            return;
        if (horizontal)
            AddText(plot, line.Label, axes.XMax, place, Alignment.LowerRight);
        else
            AddText(plot, line.Label, place, axes.YMax, place > (axes.XMin + axes.XMax) / 2 ? Alignment.UpperRight : Alignment.UpperLeft);
    }

    private static void AddText(Plot plot, string text, double x, double y, Alignment alignment)
    {
        var label = plot.Add.Text(text, x, y);
        label.LabelFontName = Typeface.Family;
        label.LabelFontSize = Style.TickSize;
        label.LabelFontColor = From(Style.MutedText);
        label.LabelAlignment = alignment;
        label.LabelPadding = 3;
    }

    private static bool IsDrawn(double value, bool log) => double.IsFinite(PanelAxes.Place(value, log));

    /// <summary>Longest stretches of indices, end excluded, at which there is something to draw.</summary>
    private static IEnumerable<(int From, int To)> Runs(int count, Func<int, bool> drawn)
    {
        int from = -1;
        for (int i = 0; i <= count; i++)
        {
            bool here = i < count && drawn(i);
            if (here && from < 0)
                from = i;
            if (!here && from >= 0)
            {
                yield return (from, i);
                from = -1;
            }
        }
    }

    private static PlotColor From(SKColor color) => new(color.Red, color.Green, color.Blue, color.Alpha);
}
