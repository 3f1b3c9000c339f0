using System.Text.RegularExpressions;

namespace DivNorm.Cli.Tests.Documentation;

/// <summary>A command as the program itself describes it.</summary>
/// <param name="Name">With that of its group: <c>run contrast</c>.</param>
/// <param name="Options">Its options in their long form.</param>
internal sealed partial record CommandHelp(string Name, IReadOnlyList<string> Options)
{
    /// <summary>Every command that does something; groups stand aside for what is in them.</summary>
    public static IReadOnlyList<CommandHelp> All() => [.. Below("")];

    private static IEnumerable<CommandHelp> Below(string name)
    {
        string[] words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string help = Command.Run([.. words, "--help"]).Output.ReplaceLineEndings("\n");
        string[] inside = Section(help, "Commands");

        // the kinds of `stimuli` are arguments to whoever types them, and share its page
        if (inside.Length == 0 || name == "stimuli")
            return [new CommandHelp(name, [.. Section(help, "Options").SelectMany(line => Option().Matches(line)).Select(option => option.Value).Where(option => option != "--help")])];
        return inside.SelectMany(line => Below($"{name} {line.Split(' ')[0]}".Trim()));
    }

    /// <summary>The entries of a section, each from its name on.</summary>
    private static string[] Section(string help, string title)
    {
        int start = help.IndexOf($"\n{title}:\n", StringComparison.Ordinal);
        if (start < 0)
            return [];
        string section = help[(start + title.Length + 3)..];
        int end = section.IndexOf("\n\n", StringComparison.Ordinal);
        return [.. (end < 0 ? section : section[..end]).Split('\n').Where(line => Entry().IsMatch(line)).Select(line => line.Trim())];
    }

    // continuation lines are indented further
    [GeneratedRegex(@"^  \S")]
    private static partial Regex Entry();

    // the first of an entry: names that a description mentions come after two blanks
    [GeneratedRegex(@"(?<=^(-\w, )?)--[a-z0-9-]+")]
    private static partial Regex Option();
}
