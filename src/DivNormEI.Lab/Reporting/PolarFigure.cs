using DivNorm.Lab.Reporting.Rendering;

namespace DivNorm.Lab.Reporting;

/// <summary>
/// One closed curve of a polar plot: the radius is the response, 0 at the centre, at angles counted counter-clockwise from the right. A response that is
/// negative is drawn at the centre; one that is NaN opens the curve there.
/// </summary>
/// <param name="Name">Label in the legend; a series with an empty name has no entry there.</param>
/// <param name="Angles">Degrees, in any order; taken modulo the figure's period.</param>
/// <param name="Radii">Responses, as many as <paramref name="Angles"/>.</param>
public sealed record PolarSeries(string Name, IReadOnlyList<double> Angles, IReadOnlyList<double> Radii)
{
    /// <summary>The role of the colour. Default: the first category.</summary>
    public Ink Ink { get; init; } = Ink.Category(0);

    /// <summary>Whether the points are connected. Default true.</summary>
    public bool Line { get; init; } = true;

    /// <summary>Whether each point is marked with a dot. Default false.</summary>
    public bool Markers { get; init; }

    /// <summary>Stroke width in drawing units. Default 2.</summary>
    public double Width { get; init; } = 2;
}

/// <summary>One circle with its curves.</summary>
/// <param name="Title">Heading of the panel; none when empty.</param>
/// <param name="Series">The curves, drawn in order. May be empty: the panel then says so.</param>
public sealed record PolarPanel(string Title, IReadOnlyList<PolarSeries> Series)
{
    /// <summary>Bold letter set before the title; none when empty.</summary>
    public string Letter { get; init; } = "";
}

/// <summary>Tuning curves round a circle, in a grid of panels under one legend.</summary>
public sealed record PolarFigure : Figure
{
    /// <summary>Makes a polar figure.</summary>
    /// <param name="name">File stem, see <see cref="Figure.Name"/>.</param>
    /// <param name="panels">The panels in reading order, at least one.</param>
    /// <exception cref="ArgumentException">The name is no file stem, or there is no panel.</exception>
    public PolarFigure(string name, params IReadOnlyList<PolarPanel> panels)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(panels);
        if (panels.Count == 0)
            throw new ArgumentException($"figure '{name}' needs at least one panel", nameof(panels));
        Panels = panels;
    }

    /// <summary>The panels in reading order.</summary>
    public IReadOnlyList<PolarPanel> Panels { get; }

    /// <summary>Degrees after which curves repeat: 180 for orientation (default), whose curves are drawn twice round the full circle, or 360 for direction.</summary>
    public double Period { get; init; } = 180;

    /// <summary>Panels in a row, at least 1. Default: as many as there are, 4 at most.</summary>
    public int? Columns { get; init; }

    /// <summary>Whether all panels have the same outermost circle. Default false.</summary>
    public bool ShareRadius { get; init; }

    /// <summary>Diameter of a panel's outermost circle, in drawing units, 40 to 4000. Default 180.</summary>
    public int PanelSize { get; init; } = 180;

    /// <summary>What the legend's entries are values of, for example <c>contrast</c>; none when empty.</summary>
    public string LegendTitle { get; init; } = "";

    internal override IDrawing CreateDrawing()
    {
        if (Columns is < 1)
            throw new ArgumentException($"figure '{Name}': columns is {Columns}, must be at least 1");
        if (PanelSize is < 40 or > 4000)
            throw new ArgumentException($"figure '{Name}': panel size {PanelSize} must be within 40 to 4000");
        if (Period is not (180 or 360))
            throw new ArgumentException($"figure '{Name}': period is {Period}, must be 180 or 360");
        foreach (var series in Panels.SelectMany(p => p.Series))
            if (series.Angles.Count != series.Radii.Count)
                throw new ArgumentException($"figure '{Name}', series '{series.Name}': {series.Angles.Count} angles but {series.Radii.Count} radii");
        return new PolarDrawing(this);
    }
}
