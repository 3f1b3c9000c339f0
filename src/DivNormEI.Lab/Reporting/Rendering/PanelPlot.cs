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
        if (plot.Axes.Left is ScottPlot.AxisPanels.AxisBase left)
            left.PaddingBetweenTickAndAxisLabels = new PixelPadding(5);
        if (hideYLabels)
            plot.Axes.Left.TickLabelStyle.IsVisible = false;
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Grid.MajorLineColor = From(Style.GridColor);
        plot.Grid.MajorLineWidth = 1;

        // From the back: bands, references, curves, their dots, texts.
        foreach (var series in panel.Series)
            AddBand(plot, series, panel);
        foreach (var line in panel.HorizontalLines)
            AddReference(plot, plot.Add.HorizontalLine(PanelAxes.Place(line.Value, panel.LogY)));
        foreach (var line in panel.VerticalLines)
            AddReference(plot, plot.Add.VerticalLine(PanelAxes.Place(line.Value, panel.LogX)));
        foreach (var series in panel.Series)
            AddCurve(plot, series, panel);
        plot.Add.Plottable(new SolidAgain());
        bool any = false;
        foreach (var series in panel.Series)
            any |= AddMarkers(plot, series, panel);
        foreach (var line in panel.HorizontalLines)
            AddText(plot, line.Label, axes.XMax, PanelAxes.Place(line.Value, panel.LogY), Alignment.LowerRight, -2, -3);
        foreach (var line in panel.VerticalLines)
        {
            double x = PanelAxes.Place(line.Value, panel.LogX);
            bool leftward = x > (axes.XMin + axes.XMax) / 2;
            AddText(plot, line.Label, x, axes.YMax, leftward ? Alignment.UpperRight : Alignment.UpperLeft, leftward ? -5 : 5, 0);
        }

        if (!any)
            AddText(plot, panel.EmptyText, (axes.XMin + axes.XMax) / 2, (axes.YMin + axes.YMax) / 2, Alignment.MiddleCenter, 0, 0);
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

    private static void AddCurve(Plot plot, LineSeries series, LinePanel panel)
    {
        if (!series.Line)
            return;
        foreach (var (xs, ys) in Stretches(series, panel))
        {
            var curve = plot.Add.ScatterLine(xs, ys, From(Style.Of(series.Ink)));
            curve.LineWidth = (float)series.Width;
            curve.LinePattern = series.Dashed ? LinePattern.Dashed : LinePattern.Solid;
        }
    }

    /// <summary>Marks the points that are to be marked; says whether the series has any point at all.</summary>
    private static bool AddMarkers(Plot plot, LineSeries series, LinePanel panel)
    {
        bool any = false;
        foreach (var (xs, ys) in Stretches(series, panel))
        {
            any = true;
            // A lone point would leave no trace as a line.
            if (series.Markers || !series.Line || xs.Length == 1)
                plot.Add.ScatterPoints(xs, ys, From(Style.Of(series.Ink))).MarkerSize = LineDrawing.MarkerSize;
        }

        return any;
    }

    private static void AddReference(Plot plot, ScottPlot.Plottables.AxisLine line)
    {
        line.Color = From(Style.MutedText);
        line.LineWidth = 1;
        line.LinePattern = LinePattern.DenselyDashed;
        line.IsVisible = double.IsFinite(line.Position);
    }

    private static void AddText(Plot plot, string text, double x, double y, Alignment alignment, float offsetX, float offsetY)
    {
        if (text.Length == 0 || !double.IsFinite(x) || !double.IsFinite(y))
            return;
        var label = plot.Add.Text(text, x, y);
        label.LabelFontName = Typeface.Family;
        label.LabelFontSize = Style.TickSize;
        label.LabelFontColor = From(Style.MutedText);
        label.LabelAlignment = alignment;
        label.OffsetX = offsetX;
        label.OffsetY = offsetY;
    }

    /// <summary>The points of a series in drawn coordinates, parted where there is a gap.</summary>
    private static IEnumerable<(double[] Xs, double[] Ys)> Stretches(LineSeries series, LinePanel panel)
    {
        foreach (var (from, to) in Runs(series.X.Count, i => IsDrawn(series.X[i], panel.LogX) && IsDrawn(series.Y[i], panel.LogY)))
        {
            var xs = new double[to - from];
            var ys = new double[to - from];
            for (int i = from; i < to; i++)
            {
                xs[i - from] = PanelAxes.Place(series.X[i], panel.LogX);
                ys[i - from] = PanelAxes.Place(series.Y[i], panel.LogY);
            }

            yield return (xs, ys);
        }
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

    /// <summary>
    /// Ends the dashes: ScottPlot draws everything with one paint and leaves the last pattern in it, which texts in SVG cannot have.
    /// </summary>
    private sealed class SolidAgain : IPlottable
    {
        public bool IsVisible { get; set; } = true;

        public IAxes Axes { get; set; } = new Axes();

        public IEnumerable<LegendItem> LegendItems => [];

        public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

        public void Render(RenderPack rp) => rp.Paint.SKPaint.PathEffect = null;
    }
}
