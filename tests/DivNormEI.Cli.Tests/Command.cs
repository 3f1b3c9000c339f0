using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary>The program as a user starts it: a process of its own.</summary>
internal sealed partial class Command : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private Command(IReadOnlyDictionary<string, string>? environment, string[] arguments, string? redirection = null)
    {
        var start = new ProcessStartInfo(redirection is null ? "dotnet" : "sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in redirection is null ? (string[])[] : ["-c", $"exec dotnet \"$@\" {redirection}", "sh"])
            start.ArgumentList.Add(word);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "DivNormEI.Cli.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        process = Process.Start(start)!;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => process.HasExited;

    /// <summary>Starts the program.</summary>
    public static Command Start(params string[] arguments) => new(null, arguments);

    /// <summary>Runs the program to its end.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments) => RunWith(null, arguments);

    /// <summary>Runs the program to its end with variables in its environment.</summary>
    public static (int ExitCode, string Output, string Error) RunWith(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var command = new Command(environment, arguments);
        return command.Wait();
    }

    /// <summary>Runs the program to its end, its output sent where a shell sends it; not on Windows.</summary>
    public static (int ExitCode, string Output, string Error) RunRedirected(string redirection, params string[] arguments)
    {
        using var command = new Command(null, arguments, redirection);
        return command.Wait();
    }

    public void Kill() => process.Kill();

    /// <summary>What Ctrl-C does; not on Windows, where a signal cannot be sent to one process.</summary>
    public void Interrupt()
    {
        const int interrupt = 2;
        Assert.Equal(0, SendSignal(process.Id, interrupt));
    }

    public (int ExitCode, string Output, string Error) Wait()
    {
        const int minutes = 5;
        if (!process.WaitForExit(TimeSpan.FromMinutes(minutes)))
        {
            process.Kill();
            throw new TimeoutException($"divnormei did not end within {minutes} minutes");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
