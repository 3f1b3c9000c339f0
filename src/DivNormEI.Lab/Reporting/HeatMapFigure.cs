using DivNorm.Lab.Reporting.Rendering;

namespace DivNorm.Lab.Reporting;

/// <summary>A matrix as coloured cells, such as contrast by orientation or a confusion matrix.</summary>
public sealed record HeatMapFigure : Figure
{
    /// <summary>Makes a heat map.</summary>
    /// <param name="name">File stem, see <see cref="Figure.Name"/>.</param>
    /// <param name="values">Rows from the top, each of the same length of at least 1; NaN cells are drawn grey.</param>
    /// <exception cref="ArgumentException">The name is no file stem, or the rows are missing or of unequal length.</exception>
    public HeatMapFigure(string name, IReadOnlyList<IReadOnlyList<double>> values)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values[0].Count == 0 || values.Any(r => r.Count != values[0].Count))
            throw new ArgumentException($"figure '{name}': a heat map needs rows of one length, at least one by one", nameof(values));
        Values = values;
    }

    /// <summary>Rows from the top.</summary>
    public IReadOnlyList<IReadOnlyList<double>> Values { get; }

    /// <summary>Labels of the rows; none, or one for each. Where they do not fit, every second, third, ... is shown.</summary>
    public IReadOnlyList<string> RowLabels { get; init; } = [];

    /// <summary>Labels of the columns; none, or one for each.</summary>
    public IReadOnlyList<string> ColumnLabels { get; init; } = [];

    /// <summary>What the columns are, beneath the map.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>What the rows are, left of the map.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>What the values are, beside the colour bar.</summary>
    public string ValueLabel { get; init; } = "";

    /// <summary>How values become colours. Default: from the smallest to the largest.</summary>
    public ValueScale Scale { get; init; } = ValueScale.Shared with { Colors = ColorMap.Sequential };

    /// <summary>Size of a cell in drawing units, 1 to 200; chosen for a map of about 480 units when null.</summary>
    public int? CellSize { get; init; }

    /// <summary>Width of a cell where it differs from its height.</summary>
    public int? CellWidth { get; init; }

    /// <summary>.NET numeric format of a number written into each cell, for example <c>0.00</c>; none when empty.</summary>
    public string CellFormat { get; init; } = "";

    internal override IDrawing CreateDrawing()
    {
        if (CellSize is < 1 or > 200 || CellWidth is < 1 or > 200)
            throw new ArgumentException($"figure '{Name}': cells of {CellWidth ?? CellSize} x {CellSize} must be 1 to 200");
        if (RowLabels.Count != 0 && RowLabels.Count != Values.Count)
            throw new ArgumentException($"figure '{Name}': {RowLabels.Count} row labels for {Values.Count} rows");
        if (ColumnLabels.Count != 0 && ColumnLabels.Count != Values[0].Count)
            throw new ArgumentException($"figure '{Name}': {ColumnLabels.Count} column labels for {Values[0].Count} columns");
        return new HeatMapDrawing(this);
    }
}
