using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>A <see cref="PolarFigure"/> laid out: title, legend, then circles with their spokes and curves.</summary>
internal sealed class PolarDrawing : IDrawing
{
    private const float Gap = 16;
    private const float LabelGap = 5;
    private const float MarkerRadius = 2.2f;
    private const int Circles = 3;
    private const double Spoke = 45;

    /// <summary>Where the circles' values may stand, between two spokes: of these, where the curves are lowest.</summary>
    private static readonly double[] s_valueAngles = [67.5, 22.5, 112.5, 157.5];

    private static readonly TextStyle s_title = new(Style.TitleSize, true, Style.TextColor);
    private static readonly TextStyle s_panelTitle = new(Style.PanelTitleSize, true, Style.TextColor);
    private static readonly TextStyle s_angle = new(Style.TickSize, false, Style.TextColor);
    private static readonly TextStyle s_value = new(Style.TickSize, false, Style.MutedText);

    private readonly PolarFigure _figure;
    private readonly Legend _legend;
    private readonly IReadOnlyList<string> _titleLines;
    private readonly (double Step, double Outer)[] _scales;
    private readonly int _columns;
    private readonly float _side;
    private readonly float _panelTop;
    private readonly float _panelWidth;
    private readonly float _panelHeight;

    public PolarDrawing(PolarFigure figure)
    {
        _figure = figure;
        _columns = Math.Min(figure.Columns ?? 4, figure.Panels.Count);
        int rows = (figure.Panels.Count + _columns - 1) / _columns;
        _scales = [.. figure.Panels.Select(p => ScaleOf(p.Series))];
        if (figure.ShareRadius)
            Array.Fill(_scales, ScaleOf(figure.Panels.SelectMany(p => p.Series)));

        _side = Text.Measure("135°", s_angle) + LabelGap;
        bool titled = figure.Panels.Any(p => p.Title.Length + p.Letter.Length > 0);
        _panelTop = titled ? s_panelTitle.LineHeight + 4 : 0;
        _panelWidth = figure.PanelSize + 2 * _side;
        _panelHeight = _panelTop + figure.PanelSize + 2 * (s_angle.LineHeight + 2);
        float content = _columns * _panelWidth + (_columns - 1) * Gap;
        var entries = figure.Panels.SelectMany(p => p.Series).Select(s => new LineSeries(s.Name, [], []) { Ink = s.Ink, Line = s.Line, Markers = s.Markers, Width = s.Width });
        _legend = new Legend(entries, figure.LegendTitle, content);
        content = Math.Max(content, _legend.MinimumWidth);
        _titleLines = Text.Wrap(figure.Title, content, s_title);
        float height = Head() + rows * _panelHeight + (rows - 1) * Gap;
        Size = new SKSizeI((int)MathF.Ceiling(content) + 2 * Style.Margin, (int)MathF.Ceiling(height) + 2 * Style.Margin);
    }

    public SKSizeI Size { get; }

    public void Draw(SKCanvas canvas)
    {
        for (int i = 0; i < _titleLines.Count; i++)
            Text.Draw(canvas, _titleLines[i], Style.Margin, Style.Margin + i * s_title.LineHeight, s_title);
        _legend.Draw(canvas, Style.Margin, Style.Margin + Head() - _legend.Height);
        for (int i = 0; i < _figure.Panels.Count; i++)
        {
            float left = Style.Margin + i % _columns * (_panelWidth + Gap);
            DrawPanel(canvas, i, left, Style.Margin + Head() + i / _columns * (_panelHeight + Gap));
        }
    }

    private static (double Step, double Outer) ScaleOf(IEnumerable<PolarSeries> series)
    {
        double largest = series.SelectMany(s => s.Radii).Where(r => double.IsFinite(r) && r > 0).Append(0).Max();
        if (largest == 0)
            return (1, 1);
        var ticks = AxisScale.LinearTicks(0, largest, Circles);
        double step = ticks[1].Value;
        return (step, step * Math.Ceiling(largest / step - 1e-9));
    }

    private float Head() => _titleLines.Count * s_title.LineHeight + (_titleLines.Count > 0 ? 6 : 0) + _legend.Height;

    private void DrawPanel(SKCanvas canvas, int index, float left, float top)
    {
        var panel = _figure.Panels[index];
        float titleLeft = left;
        if (panel.Letter.Length > 0)
        {
            Text.Draw(canvas, panel.Letter, left, top, s_panelTitle with { Size = Style.TitleSize });
            titleLeft += Text.Measure(panel.Letter, s_panelTitle with { Size = Style.TitleSize }) + 8;
        }

        Text.Draw(canvas, Text.Shorten(panel.Title, _panelWidth - (titleLeft - left), s_panelTitle), titleLeft, top, s_panelTitle);
        float radius = _figure.PanelSize / 2f;
        var centre = new SKPoint(left + _side + radius, top + _panelTop + s_angle.LineHeight + 2 + radius);
        DrawGrid(canvas, centre, radius, _scales[index]);
        DrawValues(canvas, centre, radius, _scales[index], QuietAngle(panel));
        foreach (var series in panel.Series)
            DrawSeries(canvas, series, centre, radius / _scales[index].Outer);
        if (!panel.Series.Any(s => s.Radii.Any(double.IsFinite)))
            Text.Draw(canvas, "no data", centre.X, centre.Y - s_value.LineHeight / 2, s_value, SKTextAlign.Center);
    }

    private void DrawGrid(SKCanvas canvas, SKPoint centre, float radius, (double Step, double Outer) scale)
    {
        using var line = new SKPaint { Color = Style.GridColor, IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        for (double value = scale.Step; value < scale.Outer * (1 - 1e-9); value += scale.Step)
            canvas.DrawCircle(centre, (float)(radius * value / scale.Outer), line);
        for (double angle = 0; angle < 360; angle += Spoke)
            canvas.DrawLine(centre, At(centre, angle, radius), line);
        line.Color = Style.Hairline;
        canvas.DrawCircle(centre, radius, line);
        for (double angle = 0; angle < _figure.Period; angle += Spoke)
        {
            var place = At(centre, angle, radius + LabelGap);
            double cosine = Math.Round(Math.Cos(angle * Math.PI / 180), 6), sine = Math.Sin(angle * Math.PI / 180);
            var align = cosine > 0 ? SKTextAlign.Left : cosine < 0 ? SKTextAlign.Right : SKTextAlign.Center;
            float height = s_angle.LineHeight;
            Text.Draw(canvas, $"{angle:0}°", place.X, place.Y - height / 2 - (float)sine * height / 2, s_angle, align);
        }
    }

    private static void DrawValues(SKCanvas canvas, SKPoint centre, float radius, (double Step, double Outer) scale, double angle)
    {
        using var ground = new SKPaint { Color = SKColors.White.WithAlpha(200), IsAntialias = true };
        for (int i = 1; i * scale.Step <= scale.Outer * (1 + 1e-9); i++)
        {
            string text = NumberText.Tick(i * scale.Step);
            var place = At(centre, angle, radius * i * scale.Step / scale.Outer);
            float width = Text.Measure(text, s_value), height = s_value.LineHeight;
            canvas.DrawRoundRect(SKRect.Create(place.X - width / 2 - 2, place.Y - height / 2, width + 4, height), 3, 3, ground);
            Text.Draw(canvas, text, place.X, place.Y - height / 2, s_value, SKTextAlign.Center);
        }
    }

    private double QuietAngle(PolarPanel panel)
    {
        return s_valueAngles.MinBy(angle => panel.Series.SelectMany(s => s.Angles.Zip(s.Radii)).Where(p => Distance(p.First, angle) < Spoke / 2).Sum(p => Math.Max(0, p.Second)));

        double Distance(double a, double b) => Math.Abs(Math.IEEERemainder(a - b, _figure.Period));
    }

    private void DrawSeries(SKCanvas canvas, PolarSeries series, SKPoint centre, double unit)
    {
        var points = series.Angles.Zip(series.Radii, (angle, value) => (Angle: (angle % _figure.Period + _figure.Period) % _figure.Period, Value: value))
            .Where(p => double.IsFinite(p.Angle))
            .OrderBy(p => p.Angle)
            .ToArray();
        // Orientation repeats after half a turn: the curve is its own mirror image through the centre.
        (SKPoint Place, bool Drawn)[] round =
        [
            .. Enumerable.Range(0, (int)(360 / _figure.Period)).SelectMany(turn => points.Select(p =>
                (At(centre, p.Angle + turn * _figure.Period, unit * Math.Max(0, double.IsFinite(p.Value) ? p.Value : 0)), double.IsFinite(p.Value)))),
        ];
        using var paint = new SKPaint { Color = Style.Of(series.Ink), IsAntialias = true, StrokeWidth = (float)series.Width, StrokeJoin = SKStrokeJoin.Round };
        if (series.Line)
        {
            paint.IsStroke = true;
            using var path = Outline(round);
            canvas.DrawPath(path, paint);
            paint.IsStroke = false;
        }

        if (series.Markers || !series.Line)
        {
            foreach (var (place, drawn) in round)
                if (drawn)
                    canvas.DrawCircle(place, MarkerRadius, paint);
        }
    }

    private static SKPath Outline((SKPoint Place, bool Drawn)[] round)
    {
        var path = new SKPath();
        bool whole = round.All(p => p.Drawn);
        for (int i = 0; i < round.Length + (whole ? 0 : 1); i++)
        {
            var (place, drawn) = round[i % round.Length];
            if (!drawn)
                continue;
            if (i > 0 && round[i - 1].Drawn)
                path.LineTo(place);
            else
                path.MoveTo(place);
        }

        if (whole)
            path.Close();
        return path;
    }

    private static SKPoint At(SKPoint centre, double angle, double radius)
    {
        (double sine, double cosine) = Math.SinCos(angle * Math.PI / 180);
        return new SKPoint(centre.X + (float)(radius * cosine), centre.Y - (float)(radius * sine));
    }
}
