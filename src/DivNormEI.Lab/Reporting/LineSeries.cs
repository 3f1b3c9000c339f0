namespace DivNorm.Lab.Reporting;

/// <summary>
/// One curve. A NaN or infinite y (or x) is a gap: the curve stops there and starts again after it.
/// </summary>
/// <param name="Name">Label in the legend; a series with an empty name has no entry there.</param>
/// <param name="X">Abscissae, in the axis's unit.</param>
/// <param name="Y">Ordinates, as many as <paramref name="X"/>.</param>
public sealed record LineSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>The role of the colour. Default: the first category.</summary>
    public Ink Ink { get; init; } = Ink.Category(0);

    /// <summary>Whether the points are connected. Default true.</summary>
    public bool Line { get; init; } = true;

    /// <summary>Whether the line is dashed. Default false.</summary>
    public bool Dashed { get; init; }

    /// <summary>Whether each point is marked with a dot. Default false; a point without neighbours is always marked.</summary>
    public bool Markers { get; init; }

    /// <summary>Stroke width in drawing units. Default 2.</summary>
    public double Width { get; init; } = 2;

    /// <summary>Lower edge of a band around the curve (an interval, a range), as many values as <see cref="X"/>; with <see cref="Upper"/>.</summary>
    public IReadOnlyList<double>? Lower { get; init; }

    /// <summary>Upper edge of the band, as many values as <see cref="X"/>; with <see cref="Lower"/>.</summary>
    public IReadOnlyList<double>? Upper { get; init; }

    internal void Validate(string figure)
    {
        if (X.Count != Y.Count)
            throw new ArgumentException($"figure '{figure}', series '{Name}': {X.Count} x values but {Y.Count} y values");
        if (Lower is null != Upper is null)
            throw new ArgumentException($"figure '{figure}', series '{Name}': a band needs both a lower and an upper edge");
        if (Lower is not null && (Lower.Count != X.Count || Upper!.Count != X.Count))
            throw new ArgumentException($"figure '{figure}', series '{Name}': the band's edges have {Lower.Count} and {Upper!.Count} values for {X.Count} points");
    }
}

/// <summary>A labelled place on an axis.</summary>
/// <param name="Value">Position in the axis's unit.</param>
/// <param name="Label">Text at the position.</param>
public readonly record struct AxisTick(double Value, string Label)
{
    /// <summary>Ticks at the given positions, labelled with their values.</summary>
    /// <param name="values">Positions in the axis's unit.</param>
    public static IReadOnlyList<AxisTick> At(params double[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Array.ConvertAll(values, v => new AxisTick(v, NumberText.Tick(v)));
    }
}

/// <summary>A thin dashed line across a panel at one value, such as a baseline's score or the epoch of a decay.</summary>
/// <param name="Value">Position in the axis's unit.</param>
/// <param name="Label">Text beside the line; none when empty.</param>
public readonly record struct ReferenceLine(double Value, string Label = "");
