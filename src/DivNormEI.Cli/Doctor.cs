using System.Diagnostics;
using DivNorm.Build;
using DivNorm.Lab.Experiments;
using DivNorm.Layers;
using TorchSharp;

namespace DivNorm.Cli;

/// <summary>One thing that the doctor looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What was found.</param>
internal sealed record Finding(string Name, string Value);

/// <summary>Says what this machine offers.</summary>
internal static class Doctor
{
    /// <summary>Looks at the machine; libtorch is loaded.</summary>
    /// <exception cref="UserInputException">libtorch cannot be loaded, or the environment names no kernel of this machine.</exception>
    public static IReadOnlyList<Finding> Examine()
    {
        RunEnvironment machine;
        string kernels, kernel;
        try
        {
            machine = RunEnvironment.Current();
            kernels = string.Join(", ", DivNormEIOptions.AvailableKernels);
            kernel = DivNormEIOptions.DefaultKernel;
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or NotSupportedException)
        {
            var cause = error.GetBaseException();
            throw new UserInputException($"libtorch cannot be loaded: {cause.Message.Split('\n')[0]}. See docs/older-linux.md, or build again on this machine.", error);
        }

        return
        [
            new("program", $"DivNormEI {machine.Version} on {machine.Dotnet}"),
            new("system", $"{machine.OperatingSystem}, {machine.Cpu}"),
            new("libtorch", $"{torch.__version__}, through TorchSharp {machine.TorchSharp}"),
            new("threads", $"{machine.Threads} of {machine.Cores} cores"),
            new("SIMD", machine.Simd),
            new("kernels", $"{kernel} (this machine has {kernels}; {DivNormEIOptions.KernelVariable} forces one)"),
            new("CUDA", machine.Cuda ? $"{torch.cuda.device_count()} device(s)" : "none; build with -p:Torch=cuda for a machine that has it"),
            new("libstdc++", StandardLibrary()),
        ];
    }

    /// <summary>What the system's C++ library offers, and whether libtorch's bridge was mended for it (docs/older-linux.md).</summary>
    private static string StandardLibrary()
    {
        if (!OperatingSystem.IsLinux())
            return "not used on this system";
        var found = StandardLibraryFinder.OfThisMachine().Find();
        string offer = found.Count == 0 ? "none found"
            : string.Join("; ", found.Select(library => $"{library.Path} {(library.Offers ? "offers" : "lacks")} {IostreamsImport.Version}"));
        using var self = Process.GetCurrentProcess();
        string? bridge = self.Modules.Cast<ProcessModule>().Select(m => m.FileName).FirstOrDefault(f => f.EndsWith("libLibTorchSharp.so", StringComparison.Ordinal));
        if (bridge is null)
            return offer;
        bool mended = IostreamsImport.Mend(File.ReadAllBytes(bridge)).Outcome == MendOutcome.AlreadyMended;
        return $"{offer}; fix for older libraries {(mended ? "applied" : "not needed")}";
    }
}
