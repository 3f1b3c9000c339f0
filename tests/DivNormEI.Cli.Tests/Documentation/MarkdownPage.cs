using System.Text.RegularExpressions;

namespace DivNorm.Cli.Tests.Documentation;

/// <summary>A page of the documentation: its headings, its links and pictures, and the anchors that others can link to. What stands in code is none of them.</summary>
/// <param name="Path">Where it is in the repository, with forward slashes.</param>
/// <param name="Text">Markdown.</param>
internal sealed partial record MarkdownPage(string Path, string Text)
{
    private readonly string[] prose = [.. WithoutBlocks(Text)];

    /// <summary>Targets of links and pictures, with the line each stands on, counted from 1.</summary>
    public IEnumerable<(int Line, string Target)> Links =>
        prose.SelectMany((line, i) => Link().Matches(InlineCode().Replace(line, "code")).Select(link => (i + 1, link.Groups["target"].Value)));

    /// <summary>The headings as they are written.</summary>
    public IEnumerable<string> Headings => prose.Select(line => Heading().Match(line)).Where(heading => heading.Success).Select(heading => heading.Groups["text"].Value);

    /// <summary>The anchors of the headings, as GitHub forms them: lower case, punctuation dropped, blanks to hyphens, repeats numbered.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (string heading in Headings)
            {
                string text = Link().Replace(heading, "${text}").ToLowerInvariant();
                string anchor = string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c));
                string free = anchor;
                for (int i = 1; !anchors.Add(free); i++)
                    free = $"{anchor}-{i}";
            }

            return anchors;
        }
    }

    /// <summary>The path in the repository that a relative target means; empty for the page itself.</summary>
    public string Resolve(string target)
    {
        string path = target.Split('#')[0];
        if (path.Length == 0)
            return Path;
        var parts = new List<string>();
        foreach (string part in (System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/') + "/" + path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part != ".")
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static IEnumerable<string> WithoutBlocks(string text)
    {
        bool code = false;
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            bool fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            code ^= fence;
            yield return code || fence ? "" : line;
        }
    }

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^#{1,6} (?<text>.+)$")]
    private static partial Regex Heading();
}
