using System.Runtime.InteropServices;

namespace DivNorm.Cli;

/// <summary>The manners of libtorch's own threads.</summary>
internal static partial class OpenMP
{
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>
    /// Has libtorch's idle threads block, unless the user has said what they are to do: by default they spin for milliseconds after every
    /// operation, on cores that the kernels' threads and other programs want. To be called before libtorch is loaded, which reads
    /// the variable once; .NET's own way to set one does not reach native code.
    /// </summary>
    public static void BlockWhenIdle()
    {
        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable(WaitPolicy) is null)
            _ = SetVariable(WaitPolicy, "PASSIVE", overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
