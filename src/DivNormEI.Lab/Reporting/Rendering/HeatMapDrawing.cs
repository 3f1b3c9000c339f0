using System.Globalization;
using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>A <see cref="HeatMapFigure"/> laid out: row labels, cells, column labels beneath, and a colour bar at the right.</summary>
internal sealed class HeatMapDrawing : IDrawing
{
    private const float PreferredMap = 480;
    private const float BarWidth = 12;
    private static readonly TextStyle s_title = new(Style.TitleSize, true, Style.TextColor);
    private static readonly TextStyle s_axis = new(Style.LabelSize, false, Style.TextColor);
    private static readonly TextStyle s_tick = new(Style.TickSize, false, Style.TextColor);

    private readonly HeatMapFigure _figure;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float _cellWidth;
    private readonly float _cellHeight;
    private readonly (double Low, double High) _range;
    private readonly float _left;
    private readonly float _top;
    private readonly float _columnLabelHeight;
    private readonly bool _turnColumnLabels;
    private readonly IReadOnlyList<AxisTick> _barTicks;
    private readonly IReadOnlyList<string> _titleLines;

    public HeatMapDrawing(HeatMapFigure figure)
    {
        _figure = figure;
        _rows = figure.Values.Count;
        _columns = figure.Values[0].Count;
        _cellHeight = figure.CellSize ?? Math.Clamp(MathF.Floor(PreferredMap / Math.Max(_rows, _columns)), 3, 44);
        _cellWidth = figure.CellWidth ?? _cellHeight;
        _range = TileRaster.Range(figure.Scale, figure.Values.SelectMany(r => r));
        float mapWidth = _columns * _cellWidth, mapHeight = _rows * _cellHeight;

        float rowLabels = figure.RowLabels.Count == 0 ? 0 : figure.RowLabels.Max(l => Text.Measure(l, s_tick)) + 6;
        float widest = figure.ColumnLabels.Count == 0 ? 0 : figure.ColumnLabels.Max(l => Text.Measure(l, s_tick));
        // Numbers explain themselves by every second or third; names do not, and are turned upright rather than left out.
        bool names = figure.ColumnLabels.Any(l => !double.TryParse(l.Replace('−', '-'), CultureInfo.InvariantCulture, out _));
        _turnColumnLabels = widest + 4 > (names ? _cellWidth : 4 * _cellWidth);
        _columnLabelHeight = widest == 0 ? 0 : (_turnColumnLabels ? widest : s_tick.LineHeight) + 5;
        _left = Style.Margin + (figure.YLabel.Length > 0 ? s_axis.LineHeight + 4 : 0) + rowLabels;
        _barTicks = AxisScale.LinearTicks(_range.Low, _range.High, Math.Max(2, (int)(Math.Max(mapHeight, 60) / 34)));
        float bar = 16 + BarWidth + 6 + _barTicks.Select(t => Text.Measure(t.Label, s_tick)).Append(0).Max() + (figure.ValueLabel.Length > 0 ? s_axis.LineHeight + 4 : 0);
        float width = _left + mapWidth + bar + Style.Margin;
        _titleLines = Text.Wrap(figure.Title, width - 2 * Style.Margin, s_title);
        _top = Style.Margin + (_titleLines.Count == 0 ? 0 : _titleLines.Count * s_title.LineHeight + 6);
        float below = _columnLabelHeight + (figure.XLabel.Length > 0 ? s_axis.LineHeight + 4 : 0);
        Size = new SKSizeI((int)MathF.Ceiling(width), (int)MathF.Ceiling(_top + mapHeight + below) + Style.Margin);
    }

    public SKSizeI Size { get; }

    private SKRect Map => SKRect.Create(_left, _top, _columns * _cellWidth, _rows * _cellHeight);

    public void Draw(SKCanvas canvas)
    {
        for (int i = 0; i < _titleLines.Count; i++)
            Text.Draw(canvas, _titleLines[i], Style.Margin, Style.Margin + i * s_title.LineHeight, s_title);
        DrawCells(canvas);
        DrawLabels(canvas);
        DrawBar(canvas);
    }

    private void DrawCells(SKCanvas canvas)
    {
        float[] pixels = [.. _figure.Values.SelectMany(r => r).Select(v => (float)v)];
        using (var image = TileRaster.Render(ImageTile.Grey(_columns, _rows, pixels), _figure.Scale.Colors, _range.Low, _range.High))
            canvas.DrawImage(image, Map, new SKSamplingOptions(SKFilterMode.Nearest));
        using var line = new SKPaint { Color = Style.Hairline, IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        canvas.DrawRect(SKRect.Inflate(Map, 0.5f, 0.5f), line);
        if (_figure.CellFormat.Length == 0)
            return;
        for (int r = 0; r < _rows; r++)
            for (int c = 0; c < _columns; c++)
            {
                double value = _figure.Values[r][c];
                var shade = ColorMaps.Color(_figure.Scale.Colors, (value - _range.Low) / (_range.High - _range.Low));
                // Dark text on light cells and light on dark ones, by the luma of ITU-R BT.601.
                bool dark = 0.299 * shade.Red + 0.587 * shade.Green + 0.114 * shade.Blue < 140;
                var style = s_tick with { Color = dark ? SKColors.White : Style.TextColor };
                string text = Text.Shorten(NumberText.Formatted(value, _figure.CellFormat), _cellWidth, style);
                Text.Draw(canvas, text, _left + (c + 0.5f) * _cellWidth, _top + r * _cellHeight + (_cellHeight - style.LineHeight) / 2, style, SKTextAlign.Center);
            }
    }

    private void DrawLabels(SKCanvas canvas)
    {
        int rowStep = Step(s_tick.LineHeight, _cellHeight);
        for (int r = 0; r < _figure.RowLabels.Count; r += rowStep)
            Text.Draw(canvas, _figure.RowLabels[r], _left - 6, _top + (r + 0.5f) * _cellHeight - s_tick.LineHeight / 2, s_tick, SKTextAlign.Right);

        float widest = _figure.ColumnLabels.Count == 0 ? 0 : _figure.ColumnLabels.Max(l => Text.Measure(l, s_tick));
        int columnStep = Step(_turnColumnLabels ? s_tick.LineHeight : widest + 4, _cellWidth);
        for (int c = 0; c < _figure.ColumnLabels.Count; c += columnStep)
        {
            float x = _left + (c + 0.5f) * _cellWidth;
            if (_turnColumnLabels)
                DrawUpright(canvas, _figure.ColumnLabels[c], x, Map.Bottom + 5, s_tick, SKTextAlign.Right);
            else
                Text.Draw(canvas, _figure.ColumnLabels[c], x, Map.Bottom + 4, s_tick, SKTextAlign.Center);
        }

        Text.Draw(canvas, _figure.XLabel, Map.MidX, Map.Bottom + _columnLabelHeight + 4, s_axis, SKTextAlign.Center);
        if (_figure.YLabel.Length > 0)
            DrawUpright(canvas, _figure.YLabel, Style.Margin + s_axis.LineHeight / 2, Map.MidY, s_axis, SKTextAlign.Center);
    }

    private void DrawBar(SKCanvas canvas)
    {
        var strip = SKRect.Create(Map.Right + 16, _top, BarWidth, Map.Height);
        ScaleBar.DrawStrip(canvas, _figure.Scale.Colors, strip, vertical: true);
        using var line = new SKPaint { Color = Style.AxisColor, StrokeWidth = 1, IsAntialias = true };
        foreach (var tick in _barTicks)
        {
            float y = strip.Bottom - (float)((tick.Value - _range.Low) / (_range.High - _range.Low)) * strip.Height;
            canvas.DrawLine(strip.Right, y, strip.Right + 3, y, line);
            Text.Draw(canvas, tick.Label, strip.Right + 6, y - s_tick.LineHeight / 2, s_tick);
        }

        if (_figure.ValueLabel.Length > 0)
            DrawUpright(canvas, _figure.ValueLabel, Size.Width - Style.Margin - s_axis.LineHeight / 2, Map.MidY, s_axis, SKTextAlign.Center);
    }

    /// <summary>Draws a text that reads upwards; <paramref name="x"/> is the middle of its line, <paramref name="y"/> the end or centre of the text.</summary>
    private static void DrawUpright(SKCanvas canvas, string text, float x, float y, TextStyle style, SKTextAlign align)
    {
        canvas.Save();
        canvas.Translate(x, y);
        canvas.RotateDegrees(-90);
        Text.Draw(canvas, text, 0, -style.LineHeight / 2, style, align);
        canvas.Restore();
    }

    private static int Step(float needed, float available) => Math.Max(1, (int)MathF.Ceiling(needed / available));
}
