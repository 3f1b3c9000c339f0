using DivNorm.Lab.Reporting.Rendering;

namespace DivNorm.Lab.Reporting;

/// <summary>One pair of axes with its curves.</summary>
/// <param name="Title">Heading of the panel; none when empty.</param>
/// <param name="Series">The curves, drawn in order. May be empty: the panel then says so.</param>
public sealed record LinePanel(string Title, IReadOnlyList<LineSeries> Series)
{
    /// <summary>What the panel says where it has no curve. Default <c>no data</c>.</summary>
    public string EmptyText { get; init; } = "no data";

    /// <summary>Label of the horizontal axis with its unit, for example <c>orientation (°)</c>.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Label of the vertical axis with its unit.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>Bold letter set before the title (A, B, C, ...), as in a paper's figure; none when empty.</summary>
    public string Letter { get; init; } = "";

    /// <summary>Left end of the horizontal axis; found from the data when null.</summary>
    public double? XMin { get; init; }

    /// <summary>Right end of the horizontal axis; found from the data when null.</summary>
    public double? XMax { get; init; }

    /// <summary>Lower end of the vertical axis; found from the data when null.</summary>
    public double? YMin { get; init; }

    /// <summary>Upper end of the vertical axis; found from the data when null.</summary>
    public double? YMax { get; init; }

    /// <summary>Whether the horizontal axis is logarithmic; values at or under 0 are then gaps.</summary>
    public bool LogX { get; init; }

    /// <summary>Whether the vertical axis is logarithmic; values at or under 0 are then gaps.</summary>
    public bool LogY { get; init; }

    /// <summary>Ticks of the horizontal axis (also category names); chosen automatically when null.</summary>
    public IReadOnlyList<AxisTick>? XTicks { get; init; }

    /// <summary>Ticks of the vertical axis (also category names); chosen automatically when null.</summary>
    public IReadOnlyList<AxisTick>? YTicks { get; init; }

    /// <summary>Lines across the panel at values of the vertical axis.</summary>
    public IReadOnlyList<ReferenceLine> HorizontalLines { get; init; } = [];

    /// <summary>Lines across the panel at values of the horizontal axis.</summary>
    public IReadOnlyList<ReferenceLine> VerticalLines { get; init; } = [];
}

/// <summary>Curves in a grid of panels under one legend.</summary>
public sealed record LineFigure : Figure
{
    /// <summary>Makes a figure of curves.</summary>
    /// <param name="name">File stem, see <see cref="Figure.Name"/>.</param>
    /// <param name="panels">The panels in reading order, at least one.</param>
    /// <exception cref="ArgumentException">The name is no file stem, or there is no panel.</exception>
    public LineFigure(string name, params IReadOnlyList<LinePanel> panels)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(panels);
        if (panels.Count == 0)
            throw new ArgumentException($"figure '{name}' needs at least one panel", nameof(panels));
        Panels = panels;
    }

    /// <summary>The panels in reading order.</summary>
    public IReadOnlyList<LinePanel> Panels { get; }

    /// <summary>Panels in a row, at least 1. Default: as many as there are, 3 at most.</summary>
    public int? Columns { get; init; }

    /// <summary>Whether all panels have the same vertical range, labelled once a row. Default false.</summary>
    public bool ShareY { get; init; }

    /// <summary>Width of a panel between its axes, in drawing units. Default 280.</summary>
    public int PanelWidth { get; init; } = 280;

    /// <summary>Height of a panel between its axes, in drawing units. Default 220.</summary>
    public int PanelHeight { get; init; } = 220;

    /// <summary>What the legend's entries are values of, for example <c>contrast</c>; none when empty.</summary>
    public string LegendTitle { get; init; } = "";

    internal override IDrawing CreateDrawing()
    {
        if (Columns is < 1)
            throw new ArgumentException($"figure '{Name}': columns is {Columns}, must be at least 1");
        if (PanelWidth is < 40 or > 4000 || PanelHeight is < 40 or > 4000)
            throw new ArgumentException($"figure '{Name}': panel size {PanelWidth} x {PanelHeight} must be within 40 to 4000");
        foreach (var series in Panels.SelectMany(p => p.Series))
            series.Validate(Name);
        return new LineDrawing(this);
    }
}
