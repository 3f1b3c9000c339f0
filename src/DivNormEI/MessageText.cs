using System.Text;

namespace DivNorm;

/// <summary>Makes text that comes from a file fit for a message of one line.</summary>
internal static class MessageText
{
    /// <summary>The text with control characters and line ends as escapes: it neither breaks the line nor commands a terminal.</summary>
    internal static string OneLine(string text)
    {
        if (!text.Any(IsUnprintable))
            return text;
        var line = new StringBuilder();
        foreach (var character in text)
        {
            if (IsUnprintable(character))
                line.Append($"\\u{(int)character:x4}");
            else
                line.Append(character);
        }

        return line.ToString();
    }

    /// <summary>A name in quotes, on one line, cut where it is very long.</summary>
    internal static string Quote(string name)
    {
        const int longest = 80;
        return name.Length > longest ? $"'{OneLine(name[..longest])}...'" : $"'{OneLine(name)}'";
    }

    private static bool IsUnprintable(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';
}
