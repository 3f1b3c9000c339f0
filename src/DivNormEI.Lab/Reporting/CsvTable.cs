using System.Globalization;
using System.Text;

namespace DivNorm.Lab.Reporting;

/// <summary>
/// A table written as comma-separated values (RFC 4180): comma, CRLF, quotes where needed. Numbers are in the invariant culture
/// and read back to the same bits; NaN and null are empty fields, infinities <c>Infinity</c> and <c>-Infinity</c>.
/// </summary>
public sealed class CsvTable
{
    private readonly string[] _header;
    private readonly List<object?[]> _rows = [];

    /// <summary>Starts a table.</summary>
    /// <param name="header">Names of the columns, at least one.</param>
    /// <exception cref="ArgumentException">There is no column, or two have one name.</exception>
    public CsvTable(params string[] header)
    {
        ArgumentNullException.ThrowIfNull(header);
        if (header.Length == 0)
            throw new ArgumentException("a table needs at least one column", nameof(header));
        if (header.Distinct(StringComparer.Ordinal).Count() != header.Length)
            throw new ArgumentException($"column names must differ: {string.Join(", ", header)}", nameof(header));
        _header = [.. header];
    }

    /// <summary>Number of rows so far, the header not counted.</summary>
    public int RowCount => _rows.Count;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">As many cells as there are columns: text, numbers, truth values or null.</param>
    /// <returns>This table.</returns>
    /// <exception cref="ArgumentException">The number of cells is not the number of columns.</exception>
    public CsvTable Add(params object?[] cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Length != _header.Length)
            throw new ArgumentException($"a row of {cells.Length} cells in a table of {_header.Length} columns", nameof(cells));
        _rows.Add([.. cells]);
        return this;
    }

    /// <summary>The table as text, header first.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder();
        AppendRow(text, _header);
        foreach (object?[] row in _rows)
            AppendRow(text, row);
        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, object?[] cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            string field = Field(cells[i]);
            // A single empty field would make an empty line, which readers skip.
            bool quoted = field.AsSpan().ContainsAny(",\"\r\n") || (field.Length == 0 && cells.Length == 1)
                || (field.Length > 0 && (field[0] == ' ' || field[^1] == ' '));
            if (quoted)
                text.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else
                text.Append(field);
        }

        text.Append("\r\n");
    }

    private static string Field(object? cell) => cell switch
    {
        null or double.NaN or float.NaN => "",
        bool b => b ? "true" : "false",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        float f => f.ToString("R", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };
}
