using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>The entries of all series by name, in rows above the panels, outside the data.</summary>
internal sealed class Legend
{
    private const float Swatch = 22;
    private const float SwatchGap = 6;
    private const float EntryGap = 18;
    private static readonly TextStyle s_entry = new(Style.LabelSize, false, Style.TextColor);
    private static readonly TextStyle s_title = new(Style.LabelSize, false, Style.MutedText);

    private readonly List<(LineSeries Series, float X, int Row)> _entries = [];
    private readonly string _title;
    private readonly int _rows;

    public Legend(IEnumerable<LineSeries> series, string title, float width)
    {
        // The same thing in several panels is named once.
        LineSeries[] distinct = [.. series.Where(s => s.Name.Length > 0).DistinctBy(s => (s.Name, s.Ink))];
        _title = distinct.Length == 0 ? "" : title;
        float start = _title.Length == 0 ? 0 : Text.Measure(_title, s_title) + 12;
        float x = start;
        int row = 0;
        foreach (var s in distinct)
        {
            float entry = Swatch + SwatchGap + Text.Measure(s.Name, s_entry);
            if (x > start && x + entry > width)
            {
                x = start;
                row++;
            }

            _entries.Add((s, x, row));
            x += entry + EntryGap;
        }

        _rows = distinct.Length == 0 ? 0 : row + 1;
    }

    public float Height => _rows == 0 ? 0 : _rows * (s_entry.LineHeight + 2) + 8;

    /// <summary>Width of the widest single entry, which the figure must have room for.</summary>
    public float MinimumWidth => _entries.Count == 0
        ? 0
        : _entries.Max(e => Swatch + SwatchGap + Text.Measure(e.Series.Name, s_entry)) + (_title.Length == 0 ? 0 : Text.Measure(_title, s_title) + 12);

    public void Draw(SKCanvas canvas, float left, float top)
    {
        Text.Draw(canvas, _title, left, top, s_title);
        foreach (var (series, x, row) in _entries)
        {
            float y = top + row * (s_entry.LineHeight + 2);
            DrawSwatch(canvas, series, left + x, y + s_entry.LineHeight / 2);
            Text.Draw(canvas, series.Name, left + x + Swatch + SwatchGap, y, s_entry);
        }
    }

    private static void DrawSwatch(SKCanvas canvas, LineSeries series, float x, float y)
    {
        var color = Style.Of(series.Ink);
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        if (series.Lower is not null)
        {
            paint.Color = color.WithAlpha(LineDrawing.BandAlpha);
            canvas.DrawRect(x, y - 5, Swatch, 10, paint);
            paint.Color = color;
        }

        if (series.Line)
        {
            paint.StrokeWidth = (float)Math.Max(series.Width, 1.5);
            // Drawn dash by dash, the same on every canvas.
            for (float at = 0; at < Swatch; at += series.Dashed ? 8 : Swatch)
                canvas.DrawLine(x + at, y, x + Math.Min(Swatch, at + (series.Dashed ? 5.5f : Swatch)), y, paint);
        }

        if (series.Markers || !series.Line)
            canvas.DrawCircle(x + Swatch / 2, y, LineDrawing.MarkerSize / 2, paint);
    }
}
