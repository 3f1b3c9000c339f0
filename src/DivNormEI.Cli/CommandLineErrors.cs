using System.CommandLine;
using System.CommandLine.Parsing;

namespace DivNorm.Cli;

/// <summary>What is wrong with a command line, a line for each mistake, which names the option.</summary>
internal static class CommandLineErrors
{
    /// <summary>The mistakes; empty where the command can run.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        // The parser takes an empty path for a text, and says of it as a file which type of .NET that is.
        var blank = parsed.CommandResult.Children.Where(IsBlankPath).ToList();
        return
        [
            .. blank.Select(result => $"{Name(result)} is empty; it must name a file or a folder."),
            .. parsed.Errors.Where(error => !blank.Contains(Given(error)!)).Select(Message),
        ];
    }

    /// <summary>Whether a path is empty: every argument of a command is one, and the options whose type says so.</summary>
    private static bool IsBlankPath(SymbolResult result) => result switch
    {
        ArgumentResult argument => argument.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)),
        OptionResult option => option.Option.ValueType.IsAssignableTo(typeof(FileSystemInfo)) && option.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)),
        _ => false,
    };

    /// <summary>The option or argument that an error is about: the parser names the argument within an option.</summary>
    private static SymbolResult? Given(ParseError error) => error.SymbolResult is ArgumentResult { Parent: OptionResult option } ? option : error.SymbolResult;

    private static string Name(SymbolResult result) => result switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult argument => argument.Argument.Name,
        _ => string.Empty,
    };

    private static string Message(ParseError error)
    {
        string message = InOneLine(error.Message);
        return Given(error) is OptionResult option && !message.Contains(option.Option.Name, StringComparison.Ordinal) ? $"{option.Option.Name}: {message}" : message;
    }

    /// <summary>The parser puts each of the values that an option accepts on a line of its own.</summary>
    private static string InOneLine(string message)
    {
        string[] lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length < 2 ? message : $"{lines[0]} {string.Join(", ", lines[1..])}";
    }
}
