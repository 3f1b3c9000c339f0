using System.Diagnostics;

/// <summary>
/// Runs inside the program under test: .NET calls a class of this name, outside any namespace, in the assembly that DOTNET_STARTUP_HOOKS names.
/// At its end the program then writes which native libraries it had loaded.
/// </summary>
internal static class StartupHook
{
    /// <summary>The variable that names the file to write, a path a line.</summary>
    internal const string FileVariable = "DIVNORMEI_TEST_LOADED_FILES";

    public static void Initialize() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        using var self = Process.GetCurrentProcess();
        File.WriteAllLines(Environment.GetEnvironmentVariable(FileVariable)!, self.Modules.Cast<ProcessModule>().Select(module => module.FileName));
    };
}
