using System.Diagnostics;

namespace DivNorm.Tests;

/// <summary>The command <c>dotnet</c>.</summary>
internal static class DotNet
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit code, and what it wrote.</returns>
    /// <exception cref="TimeoutException">It did not end within minutes.</exception>
    internal static (int ExitCode, string Text) Run(string folder, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // a build's helpers must not outlive it
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        const int minutes = 5;
        if (!process.WaitForExit(TimeSpan.FromMinutes(minutes)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} did not end within {minutes} minutes");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
    }
}
