using Spectre.Console;

namespace DivNorm.Lab.Reporting.Progress;

/// <summary>Chooses how progress is shown.</summary>
public static class RunProgress
{
    /// <summary>
    /// Bars that move on a terminal; plain lines every few seconds where the output is a pipe, a file or a terminal that cannot
    /// redraw; nothing when quiet.
    /// </summary>
    /// <param name="quiet">Whether to say nothing at all.</param>
    public static IRunProgress Create(bool quiet = false)
    {
        if (quiet)
            return new SilentProgress();
        var console = AnsiConsole.Console;
        bool canRedraw = !Console.IsOutputRedirected && console.Profile.Capabilities is { Interactive: true, Ansi: true };
        return canRedraw ? new TerminalProgress(console, TimeProvider.System) : new PlainProgress(Console.Out, TimeProvider.System);
    }
}
