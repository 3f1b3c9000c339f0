namespace DivNorm.Lab.Experiments;

/// <summary>One thing that the doctor looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What was found.</param>
/// <param name="Works">Whether it is usable.</param>
public sealed record Finding(string Name, string Value, bool Works = true);

/// <summary>Says what this machine offers.</summary>
public static class Doctor
{
    /// <summary>Looks at the machine; libtorch is loaded.</summary>
    public static IReadOnlyList<Finding> Examine()
    {
        var e = RunEnvironment.Current();
        return
        [
            new("program", $"DivNormEI {e.Version}, TorchSharp {e.TorchSharp}"),
            new("runtime", $"{e.Dotnet} on {e.OperatingSystem}"),
        ];
    }
}
