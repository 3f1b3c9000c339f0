namespace DivNorm.Lab.Data;

/// <summary>Splits lines of separated values into fields, one line at a time, without a string a field.</summary>
internal sealed class CsvLine
{
    private readonly Func<string, char> separatorOf;
    private readonly List<(int Start, int Length, string? Unescaped)> fields = [];
    private char? separator;
    private string line = string.Empty;

    /// <param name="separatorOf">Finds the separator in the first line.</param>
    internal CsvLine(Func<string, char> separatorOf) => this.separatorOf = separatorOf;

    internal int Count => fields.Count;

    /// <summary>A field of the line split last.</summary>
    internal ReadOnlySpan<char> this[int index]
    {
        get
        {
            (int start, int length, string? unescaped) = fields[index];
            return unescaped is not null ? unescaped : line.AsSpan(start, length);
        }
    }

    /// <summary>Splits a line; false if a quoted field does not end where it should.</summary>
    internal bool Split(string text)
    {
        line = text;
        separator ??= separatorOf(text);
        fields.Clear();
        int at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
            {
                if (!Quoted(ref at))
                    return false;
            }
            else
            {
                int end = line.IndexOf(separator.Value, at);
                end = end < 0 ? line.Length : end;
                fields.Add((at, end - at, null));
                at = end;
            }

            if (at == line.Length)
                return true;
            at++;
        }
    }

    /// <summary>A field from its opening quote; two quotes within it stand for one.</summary>
    private bool Quoted(ref int at)
    {
        int start = at + 1, end = line.IndexOf('"', start);
        bool doubled = false;
        while (end >= 0 && end + 1 < line.Length && line[end + 1] == '"')
        {
            doubled = true;
            end = line.IndexOf('"', end + 2);
        }

        if (end < 0 || (end + 1 < line.Length && line[end + 1] != separator))
            return false;
        fields.Add((start, end - start, doubled ? line[start..end].Replace("\"\"", "\"", StringComparison.Ordinal) : null));
        at = end + 1;
        return true;
    }
}
