using System.Text.RegularExpressions;

namespace DivNorm.Lab.Tests.Documentation;

/// <summary>
/// C# code of a Markdown page. The fenced blocks of a page are one program, each going on where the one before ended; a block that starts with a
/// using directive begins another program. A comment <c>&lt;!-- csharp</c> ... <c>--&gt;</c> is a block that readers do not see: what a fragment
/// takes for granted. A block <c>```csharp no-run</c> needs what a test does not have: its program is only compiled.
/// </summary>
/// <param name="Page">The page, relative to the repository.</param>
/// <param name="Line">The line of its first block, counted from 1.</param>
/// <param name="Code">The program, with directives that lead the compiler's messages back to the page.</param>
/// <param name="Runs">Whether it can be run.</param>
internal sealed partial record DocumentedProgram(string Page, int Line, string Code, bool Runs)
{
    /// <summary>The programs of a page.</summary>
    internal static IReadOnlyList<DocumentedProgram> Of(string page, string markdown)
    {
        List<DocumentedProgram> programs = [];
        string[] lines = markdown.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (Opening().Match(lines[i]) is not { Success: true } opening)
                continue;
            string closing = opening.Groups["mark"].Value == "```" ? "```" : "-->";
            int start = i + 1;
            i = Array.FindIndex(lines, start, line => line.Trim() == closing);
            if (i < 0)
                throw new InvalidDataException($"{page}({start}): the block does not end");
            string code = string.Join('\n', [$"#line {start + 1} \"{page}\"", .. lines[start..i], ""]);
            bool runs = !opening.Groups["flags"].Value.Contains("no-run", StringComparison.Ordinal);
            if (programs.Count == 0 || lines[start..i].FirstOrDefault(line => line.Length > 0) is { } first && UsingDirective().IsMatch(first))
                programs.Add(new DocumentedProgram(page, start, code, runs));
            else
                programs[^1] = programs[^1] with { Code = programs[^1].Code + code, Runs = programs[^1].Runs && runs };
        }

        return programs;
    }

    [GeneratedRegex(@"^ *(?<mark>```|<!--) *(csharp|cs|c#)(?<flags>( .*)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Opening();

    [GeneratedRegex(@"^ *using [\w. =]+;")]
    private static partial Regex UsingDirective();
}
