using ScottPlot;
using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>
/// A <see cref="LineFigure"/> laid out: title, legend, then the panels. Every panel has the same area between its axes,
/// and the axes of a column and of a row are aligned.
/// </summary>
internal sealed class LineDrawing : IDrawing
{
    public const byte BandAlpha = 46;
    public const float MarkerSize = 6;
    private const float ColumnGap = 18;
    private const float RowGap = 14;
    private const float RightOverhang = 10;

    private static readonly TextStyle s_title = new(Style.TitleSize, true, Style.TextColor);
    private static readonly TextStyle s_panelTitle = new(Style.PanelTitleSize, true, Style.TextColor);

    private readonly LineFigure _figure;
    private readonly Plot[] _plots;
    private readonly Legend _legend;
    private readonly IReadOnlyList<string> _titleLines;
    private readonly float[] _left;
    private readonly float[] _bottom;
    private readonly float[] _top;
    private readonly int _columns;

    public LineDrawing(LineFigure figure)
    {
        Typeface.EnsureRegistered();
        _figure = figure;
        _columns = Math.Min(figure.Columns ?? 3, figure.Panels.Count);
        int rows = (figure.Panels.Count + _columns - 1) / _columns;
        var axes = PanelAxes.Of(figure);
        _plots = [.. figure.Panels.Select((p, i) => PanelPlot.Create(p, axes[i], figure.ShareY && i % _columns != 0, figure.PanelWidth))];

        _left = new float[_columns];
        _bottom = new float[rows];
        _top = new float[rows];
        for (int i = 0; i < _plots.Length; i++)
        {
            var (left, bottom) = PanelPlot.MeasureGutters(_plots[i], figure.PanelWidth, figure.PanelHeight);
            _left[i % _columns] = Math.Max(_left[i % _columns], left);
            _bottom[i / _columns] = Math.Max(_bottom[i / _columns], bottom);
            bool titled = figure.Panels[i].Title.Length + figure.Panels[i].Letter.Length > 0;
            _top[i / _columns] = Math.Max(_top[i / _columns], titled ? s_panelTitle.LineHeight + 6 : 4);
        }

        float content = _left.Sum() + _columns * (figure.PanelWidth + RightOverhang) + (_columns - 1) * ColumnGap;
        _legend = new Legend(figure.Panels.SelectMany(p => p.Series), figure.LegendTitle, content);
        content = Math.Max(content, _legend.MinimumWidth);
        _titleLines = Text.Wrap(figure.Title, content, s_title);
        float height = _titleLines.Count * s_title.LineHeight + (_titleLines.Count > 0 ? 6 : 0) + _legend.Height
            + _top.Sum() + _bottom.Sum() + rows * figure.PanelHeight + (rows - 1) * RowGap;
        Size = new SKSizeI((int)MathF.Ceiling(content) + 2 * Style.Margin, (int)MathF.Ceiling(height) + 2 * Style.Margin);
    }

    public SKSizeI Size { get; }

    public void Draw(SKCanvas canvas)
    {
        float y = Style.Margin;
        foreach (string line in _titleLines)
        {
            Text.Draw(canvas, line, Style.Margin, y, s_title);
            y += s_title.LineHeight;
        }

        y += _titleLines.Count > 0 ? 6 : 0;
        _legend.Draw(canvas, Style.Margin, y);
        y += _legend.Height;

        for (int row = 0; row < _top.Length; row++)
        {
            float x = Style.Margin;
            for (int column = 0; column < _columns && row * _columns + column < _plots.Length; column++)
            {
                DrawPanel(canvas, row, column, x, y);
                x += _left[column] + _figure.PanelWidth + RightOverhang + ColumnGap;
            }

            y += _top[row] + _figure.PanelHeight + _bottom[row] + RowGap;
        }
    }

    private void DrawPanel(SKCanvas canvas, int row, int column, float x, float y)
    {
        int index = row * _columns + column;
        var panel = _figure.Panels[index];
        float dataLeft = x + _left[column];
        float titleLeft = dataLeft;
        if (panel.Letter.Length > 0)
        {
            Text.Draw(canvas, panel.Letter, dataLeft, y, s_panelTitle with { Size = Style.TitleSize });
            titleLeft += Text.Measure(panel.Letter, s_panelTitle with { Size = Style.TitleSize }) + 8;
        }

        string title = Text.Shorten(panel.Title, _figure.PanelWidth - (titleLeft - dataLeft) + RightOverhang, s_panelTitle);
        Text.Draw(canvas, title, titleLeft, y + (panel.Letter.Length > 0 ? 1 : 0), s_panelTitle);

        var plot = _plots[index];
        plot.Layout.Fixed(new PixelPadding(_left[column], RightOverhang, _bottom[row], _top[row]));
        float width = _left[column] + _figure.PanelWidth + RightOverhang;
        float height = _top[row] + _figure.PanelHeight + _bottom[row];
        canvas.Save();
        plot.Render(canvas, new PixelRect(x, x + width, y + height, y));
        canvas.Restore();
    }
}
