namespace DivNorm.Lab.Reporting;

/// <summary>A column of a table in a report.</summary>
/// <param name="Header">Name at its head, with the unit.</param>
/// <param name="Format">.NET numeric format of its numbers, for example <c>0.00</c> or <c>0.0 %</c>; three significant digits when empty.</param>
public sealed record ReportColumn(string Header, string Format = "")
{
    /// <summary>A column with a header and the usual format.</summary>
    public static implicit operator ReportColumn(string header) => new(header);
}

/// <summary>
/// A table in a report. Columns of numbers are aligned to the right; NaN and null are shown as a dash.
/// </summary>
public sealed class ReportTable
{
    private readonly ReportColumn[] _columns;
    private readonly List<(object?[] Cells, bool Highlight)> _rows = [];

    /// <summary>Starts a table.</summary>
    /// <param name="columns">The columns, at least one; a text stands for a column with that header.</param>
    /// <exception cref="ArgumentException">There is no column.</exception>
    public ReportTable(params ReportColumn[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length == 0)
            throw new ArgumentException("a table needs at least one column", nameof(columns));
        _columns = [.. columns];
    }

    /// <summary>What the table shows, above it; none when empty.</summary>
    public string Caption { get; init; } = "";

    internal IReadOnlyList<ReportColumn> Columns => _columns;

    internal IReadOnlyList<(object?[] Cells, bool Highlight)> Rows => _rows;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">As many cells as there are columns: text, numbers or null.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">The number of cells is not the number of columns.</exception>
    public ReportTable Add(params object?[] cells) => Add(cells, highlight: false);

    /// <summary>Adds a row that stands out.</summary>
    /// <param name="cells">As many cells as there are columns: text, numbers or null.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">The number of cells is not the number of columns.</exception>
    public ReportTable AddHighlighted(params object?[] cells) => Add(cells, highlight: true);

    /// <summary>Whether a column holds numbers, gaps aside.</summary>
    internal bool IsNumeric(int column) =>
        _rows.Any(r => IsNumber(r.Cells[column])) && _rows.All(r => r.Cells[column] is null || IsNumber(r.Cells[column]));

    /// <summary>A cell as the reader sees it.</summary>
    internal string Display(int row, int column)
    {
        object? cell = _rows[row].Cells[column];
        string format = _columns[column].Format;
        return cell switch
        {
            null => "–",
            bool b => b ? "yes" : "no",
            double or float or decimal when format.Length == 0 => NumberText.Brief(ToDouble(cell)),
            _ when IsNumber(cell) => NumberText.Formatted(ToDouble(cell), format.Length == 0 ? "#,0" : format),
            _ => cell.ToString() ?? "",
        };
    }

    private static bool IsNumber(object? cell) => cell is double or float or decimal or int or long or short or byte or uint or ulong;

    private static double ToDouble(object cell) => Convert.ToDouble(cell, System.Globalization.CultureInfo.InvariantCulture);

    private ReportTable Add(object?[] cells, bool highlight)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Length != _columns.Length)
            throw new ArgumentException($"a row of {cells.Length} cells in a table of {_columns.Length} columns", nameof(cells));
        _rows.Add(([.. cells], highlight));
        return this;
    }
}
