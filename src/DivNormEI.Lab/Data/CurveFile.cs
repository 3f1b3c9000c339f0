using System.Globalization;

namespace DivNorm.Lab.Data;

/// <summary>
/// Reads tuning curves from a table: columns <c>unit, contrast, orientation_deg, response</c> and optionally <c>trial</c>, in any order, others passed over;
/// separated by commas, semicolons or tabs, fields quoted where needed (RFC 4180), UTF-8. Read line by line: memory holds the responses, not the text.
/// </summary>
public static class CurveFile
{
    private static readonly string[] Needed = ["unit", "contrast", "orientation_deg", "response"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserInputException">The file cannot be read, or a line of it cannot be used; the message names file and line.</exception>
    public static RecordedCurves Read(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return Read(reader, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string reason = Directory.Exists(path) ? "it is a folder"
                : error is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : error.Message;
            throw new UserInputException($"{path}: the curves cannot be read: {reason}", error);
        }
    }

    /// <summary>Reads a table from text.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="UserInputException">As in <see cref="Read(string)"/>.</exception>
    public static RecordedCurves Read(TextReader reader, string name)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var fields = new CsvLine(SeparatorOf);
        var gathered = new CurveGatherer(name);
        int[]? columns = null;
        int trialColumn = -1, headers = 0, number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (!fields.Split(line))
                throw At(number, "a quoted field does not end on its line, or text follows its closing quote");
            if (columns is null)
            {
                (columns, trialColumn) = Header(fields, message => At(number, message));
                headers = fields.Count;
                continue;
            }

            if (fields.Count != headers)
                throw At(number, $"{fields.Count} cells under {headers} column names");
            ReadOnlySpan<char> unit = fields[columns[0]].Trim();
            if (unit.IsEmpty)
                throw At(number, "unit is empty; every row names its unit");
            double contrast = Number(columns[1], "contrast"), orientation = Number(columns[2], "orientation_deg"), response = Number(columns[3], "response");
            if (!(contrast > 0 && contrast <= 1))
            {
                throw At(number, $"contrast is {Text(columns[1])}; it must be in (0, 1]"
                    + (contrast is > 1 and <= 100 ? ": divide by 100 if it is in percent" : string.Empty));
            }

            if (!(Math.Abs(orientation) <= 360))
                throw At(number, $"orientation_deg is {Text(columns[2])}; it must be in degrees, from -360 to 360");
            ReadOnlySpan<char> trial = trialColumn < 0 ? default : fields[trialColumn].Trim();
            if (trialColumn >= 0 && trial.IsEmpty)
                throw At(number, "trial is empty; every row names its trial where there is such a column");
            gathered.Add(number, unit, contrast, orientation, trial, response);
        }

        if (columns is null)
            throw new UserInputException($"{name}: the file is empty; its first line must name the columns {string.Join(", ", Needed)}.");
        if (gathered.Rows == 0)
            throw new UserInputException($"{name}: there are no rows under the column names.");
        return gathered.Curves(hasTrials: trialColumn >= 0);

        UserInputException At(int line, string message) => new($"{name}, line {line}: {message}.");

        string Text(int column) => $"'{fields[column].Trim()}'";

        double Number(int column, string what)
        {
            ReadOnlySpan<char> text = fields[column].Trim();
            if (text.IsEmpty)
                throw At(number, $"{what} is empty; leave the row out where nothing was recorded");
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                throw At(number, $"{what} is {Text(column)}, not a number" + (text.Contains(',') ? "; write decimals with a point" : string.Empty));
            if (!double.IsFinite(value))
                throw At(number, $"{what} is {Text(column)}; it must be a finite number: leave the row out where nothing was recorded");
            return value;
        }
    }

    private static (int[] Columns, int Trial) Header(CsvLine fields, Func<string, UserInputException> error)
    {
        string[] names = [.. Enumerable.Range(0, fields.Count).Select(i => fields[i].Trim().ToString().ToLowerInvariant())];
        foreach (string name in (string[])[.. Needed, "trial"])
        {
            if (names.Count(n => n == name) > 1)
                throw error($"there are two columns '{name}'");
        }

        string[] missing = [.. Needed.Except(names)];
        if (missing.Length > 0)
        {
            throw error($"no column {string.Join(", ", missing.Select(name => $"'{name}'"))}; the first line must name {string.Join(", ", Needed)}"
                + $" and may name trial (found: {string.Join(", ", names)})");
        }

        return ([.. Needed.Select(name => Array.IndexOf(names, name))], Array.IndexOf(names, "trial"));
    }

    /// <summary>The first of comma, semicolon and tab outside quotes in the line of column names.</summary>
    private static char SeparatorOf(string header)
    {
        bool quoted = false;
        foreach (char letter in header)
        {
            if (letter == '"')
                quoted = !quoted;
            else if (!quoted && letter is ',' or ';' or '\t')
                return letter;
        }

        return ',';
    }
}
