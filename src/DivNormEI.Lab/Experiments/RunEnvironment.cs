using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace DivNorm.Lab.Experiments;

/// <summary>The machine and the versions that a run was made with.</summary>
/// <param name="Version">Version of this program.</param>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="Dotnet">Version of the .NET runtime.</param>
/// <param name="OperatingSystem">The operating system.</param>
/// <param name="Cpu">The processor's name.</param>
/// <param name="Cores">Logical cores that this process may use.</param>
/// <param name="Threads">Threads of libtorch; the same seed gives the same bits at the same count.</param>
/// <param name="Simd">The widest vectors that .NET uses on this processor.</param>
/// <param name="Cuda">Whether libtorch sees a CUDA device.</param>
public sealed record RunEnvironment(
    string Version, string TorchSharp, string Dotnet, string OperatingSystem, string Cpu, int Cores, int Threads, string Simd, bool Cuda)
{
    /// <summary>This machine, now.</summary>
    public static RunEnvironment Current() => new(
        VersionOf(typeof(RunEnvironment).Assembly),
        VersionOf(typeof(torch).Assembly),
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        CpuName(),
        System.Environment.ProcessorCount,
        torch.get_num_threads(),
        WidestVector(),
        torch.cuda_is_available());

    /// <summary>The widest vectors that .NET uses on this processor.</summary>
    public static string WidestVector() =>
        Vector512.IsHardwareAccelerated ? "Vector512" : Vector256.IsHardwareAccelerated ? "Vector256" : Vector128.IsHardwareAccelerated ? "Vector128" : "none";

    /// <summary>The processor's name as the operating system gives it, or its architecture.</summary>
    public static string CpuName()
    {
        const string info = "/proc/cpuinfo";
        string? line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString() ?? "unknown";
}
