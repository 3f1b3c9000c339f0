using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>An <see cref="ImageFigure"/> laid out: title, column labels, rows of images with their captions, and the scale.</summary>
internal sealed class ImageDrawing : IDrawing
{
    private const int PreferredCell = 96;
    private const float RowLabelWidth = 120;
    private static readonly TextStyle s_title = new(Style.TitleSize, true, Style.TextColor);
    private static readonly TextStyle s_label = new(Style.LabelSize, true, Style.TextColor);
    private static readonly TextStyle s_caption = new(Style.TickSize, false, Style.MutedText);

    private readonly ImageFigure _figure;
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _cellWidth;
    private readonly int _cellHeight;
    private readonly int _longest;
    private readonly int _zoom;
    private readonly IReadOnlyList<string> _titleLines;
    private readonly IReadOnlyList<string>[] _columnLabels;
    private readonly IReadOnlyList<string>[] _rowLabels;
    private readonly IReadOnlyList<string>[] _captions;
    private readonly float _labelWidth;
    private readonly float _labelHeight;
    private readonly float[] _captionHeights;
    private readonly (double Low, double High) _range;
    private readonly ScaleBar? _scaleBar;

    public ImageDrawing(ImageFigure figure)
    {
        _figure = figure;
        ImageTile[] tiles = [.. figure.Tiles.OfType<ImageTile>()];
        _columns = Math.Min(figure.Columns, figure.Tiles.Count);
        _rows = (figure.Tiles.Count + _columns - 1) / _columns;
        _longest = tiles.Length == 0 ? 1 : tiles.Max(t => Math.Max(t.Width, t.Height));
        _zoom = figure.Zoom ?? Math.Clamp(PreferredCell / _longest, 1, 64);
        _cellWidth = tiles.Length == 0 ? PreferredCell : tiles.Max(t => t.Width * ZoomOf(t));
        _cellHeight = tiles.Length == 0 ? PreferredCell : tiles.Max(t => t.Height * ZoomOf(t));

        _columnLabels = [.. figure.ColumnLabels.Take(_columns).Select(l => Text.Wrap(l, _cellWidth + figure.Gap, s_label))];
        _rowLabels = [.. figure.RowLabels.Take(_rows).Select(l => Text.Wrap(l, RowLabelWidth, s_label))];
        _captions = [.. figure.Tiles.Select(t => Text.Wrap(t?.Caption ?? "", _cellWidth + Math.Max(0, figure.Gap - 2), s_caption))];
        _labelWidth = _rowLabels.Length == 0 ? 0 : _rowLabels.SelectMany(l => l).Append("").Max(l => Text.Measure(l, s_label)) + 10;
        _labelHeight = _columnLabels.Length == 0 ? 0 : _columnLabels.Max(l => l.Count) * s_label.LineHeight + 4;
        _captionHeights = new float[_rows];
        for (int i = 0; i < _captions.Length; i++)
            _captionHeights[i / _columns] = Math.Max(_captionHeights[i / _columns], _captions[i].Count == 0 ? 0 : _captions[i].Count * s_caption.LineHeight + 2);

        _range = TileRaster.Range(figure.Scale, tiles.Where(t => t.Channels == 1).SelectMany(t => t.Pixels).Select(v => (double)v));
        _scaleBar = figure.ShowScale && tiles.Any(t => t.Channels == 1) ? new ScaleBar(figure.Scale, _range) : null;

        float grid = _labelWidth + _columns * _cellWidth + (_columns - 1) * figure.Gap;
        float width = Math.Max(Math.Max(grid, _scaleBar?.Width ?? 0), figure.Title.Length > 0 ? 220 : 0);
        _titleLines = Text.Wrap(figure.Title, width, s_title);
        float height = TitleHeight + _labelHeight + _rows * _cellHeight + (_rows - 1) * figure.Gap + _captionHeights.Sum() + (_scaleBar is null ? 0 : 8 + ScaleBar.Height);
        Size = new SKSizeI((int)MathF.Ceiling(width) + 2 * Style.Margin, (int)MathF.Ceiling(height) + 2 * Style.Margin);
    }

    public SKSizeI Size { get; }

    private float TitleHeight => _titleLines.Count == 0 ? 0 : _titleLines.Count * s_title.LineHeight + 6;

    public void Draw(SKCanvas canvas)
    {
        float y = Style.Margin;
        for (int i = 0; i < _titleLines.Count; i++)
            Text.Draw(canvas, _titleLines[i], Style.Margin, y + i * s_title.LineHeight, s_title);
        y += TitleHeight;

        for (int column = 0; column < _columnLabels.Length; column++)
        {
            // Set on the images, however many lines the neighbours have.
            float top = y + _labelHeight - 4 - _columnLabels[column].Count * s_label.LineHeight;
            DrawLines(canvas, _columnLabels[column], CellLeft(column) + _cellWidth / 2f, top, s_label, SKTextAlign.Center);
        }

        y += _labelHeight;
        for (int row = 0; row < _rows; row++)
        {
            if (row < _rowLabels.Length)
                DrawLines(canvas, _rowLabels[row], Style.Margin + _labelWidth - 10, y + (_cellHeight - _rowLabels[row].Count * s_label.LineHeight) / 2, s_label, SKTextAlign.Right);
            for (int column = 0; column < _columns && row * _columns + column < _figure.Tiles.Count; column++)
                DrawCell(canvas, row * _columns + column, CellLeft(column), y);
            y += _cellHeight + _captionHeights[row] + _figure.Gap;
        }

        _scaleBar?.Draw(canvas, Style.Margin + _labelWidth, y - _figure.Gap + 8);
    }

    private float CellLeft(int column) => Style.Margin + _labelWidth + column * (_cellWidth + _figure.Gap);

    private int ZoomOf(ImageTile tile) => Math.Max(1, _longest * _zoom / Math.Max(tile.Width, tile.Height));

    private void DrawCell(SKCanvas canvas, int index, float left, float top)
    {
        if (_figure.Tiles[index] is not { } tile)
            return;
        int zoom = ZoomOf(tile);
        // Whole drawing units, so that every pixel of the image has sharp edges.
        float x = left + (_cellWidth - tile.Width * zoom) / 2;
        float y = top + (_cellHeight - tile.Height * zoom) / 2;
        bool own = _figure.Scale.Kind is ScaleKind.PerImage or ScaleKind.SymmetricPerImage;
        var (low, high) = own ? TileRaster.Range(_figure.Scale, tile.Pixels.Select(v => (double)v)) : _range;
        using var image = TileRaster.Render(tile, _figure.Scale.Colors, low, high);
        var place = SKRect.Create(x, y, tile.Width * zoom, tile.Height * zoom);
        canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest));
        using var line = new SKPaint { Color = Style.Hairline, IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        canvas.DrawRect(SKRect.Inflate(place, 0.5f, 0.5f), line);
        DrawLines(canvas, _captions[index], left + _cellWidth / 2f, top + _cellHeight + 3, s_caption, SKTextAlign.Center);
    }

    private static void DrawLines(SKCanvas canvas, IReadOnlyList<string> lines, float x, float top, TextStyle style, SKTextAlign align)
    {
        for (int i = 0; i < lines.Count; i++)
            Text.Draw(canvas, lines[i], x, top + i * style.LineHeight, style, align);
    }
}
