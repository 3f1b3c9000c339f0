using System.Text;

namespace DivNorm.Lab.Reporting.Html;

/// <summary>Escapes text for a page that is both HTML and well-formed XML.</summary>
internal static class Markup
{
    /// <summary>The text with characters that neither XML nor a page may hold replaced, half characters too.</summary>
    public static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            _ = rune.Value switch
            {
                '\t' or '\n' => printable.Append((char)rune.Value),
                '\r' => printable,
                < ' ' or 0xFFFE or 0xFFFF => printable.Append('\uFFFD'),
                _ => printable.Append(rune.ToString()),
            };
        return printable.ToString();
    }

    /// <summary>Text or attribute value.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in Printable(text))
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                _ => escaped.Append(c),
            };
        return escaped.ToString();
    }

    /// <summary>Prose: escaped, then <c>**strong**</c> and <c>`code`</c>; a mark without its partner stays as it is.</summary>
    public static string Prose(string text)
    {
        var result = new StringBuilder();
        int at = 0;
        while (at < text.Length)
        {
            if (Enclosed(text, at, "`") is { } code)
            {
                result.Append("<code>").Append(Escape(code)).Append("</code>");
                at += code.Length + 2;
            }
            else if (Enclosed(text, at, "**") is { } strong)
            {
                result.Append("<strong>").Append(Prose(strong)).Append("</strong>");
                at += strong.Length + 4;
            }
            else
            {
                int next = text.AsSpan(at + 1).IndexOfAny('`', '*');
                int end = next < 0 ? text.Length : at + 1 + next;
                result.Append(Escape(text[at..end]));
                at = end;
            }
        }

        return result.ToString();
    }

    private static string? Enclosed(string text, int at, string mark)
    {
        if (string.CompareOrdinal(text, at, mark, 0, mark.Length) != 0)
            return null;
        int from = at + mark.Length;
        int to = text.IndexOf(mark, from, StringComparison.Ordinal);
        return to > from ? text[from..to] : null;
    }
}
