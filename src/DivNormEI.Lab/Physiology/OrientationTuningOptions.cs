using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>The background of the gratings.</summary>
public enum Background
{
    /// <summary>Mean luminance 0.5, the middle of [0, 1].</summary>
    Grey,

    /// <summary>Zero mean, signed values, the same modulation as on grey.</summary>
    Zero,
}

/// <summary>What is read from a cell's map.</summary>
public enum Readout
{
    /// <summary>The central unit of the map, row h/2 and column w/2 (of an even side, the one after the middle); its largest response over the phases.</summary>
    Centre,

    /// <summary>The mean over all units of the map, averaged over the phases.</summary>
    Mean,
}

/// <summary>The gratings of an orientation tuning measurement. The defaults are the paper's Experiment 1: 25 orientations, 4 contrasts.</summary>
public sealed record OrientationTuningOptions
{
    /// <summary>Number of orientations, equally spaced over [0, 180) degrees; at least 3. The paper has 25.</summary>
    public int Orientations { get; init; } = 25;

    /// <summary>Michelson contrasts, each in (0, 1], none twice.</summary>
    public IReadOnlyList<double> Contrasts { get; init; } = [0.1, 0.25, 0.5, 1];

    /// <summary>Number of phases, equally spaced over a cycle; at least 1.</summary>
    public int Phases { get; init; } = 8;

    /// <summary>Side of the square stimulus, pixels; at least 1.</summary>
    public int ImageSize { get; init; } = 48;

    /// <summary>The background.</summary>
    public Background Background { get; init; } = Background.Grey;

    /// <summary>Stimuli shown at a time; at least 1. It bounds the memory and does not change the result beyond rounding.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Where the model lives; the CPU if null.</summary>
    public Device? Device { get; init; }

    internal void Validate()
    {
        AtLeast(Orientations, 3, nameof(Orientations));
        AtLeast(Phases, 1, nameof(Phases));
        AtLeast(ImageSize, 1, nameof(ImageSize));
        AtLeast(BatchSize, 1, nameof(BatchSize));
        ArgumentNullException.ThrowIfNull(Contrasts);
        if (Contrasts.Count == 0 || Contrasts.Distinct().Count() != Contrasts.Count || Contrasts.Any(contrast => !(contrast is > 0 and <= 1)))
            throw new ArgumentException($"{nameof(Contrasts)} must be distinct numbers in (0, 1], at least one; got [{string.Join(", ", Contrasts)}].");
    }

    private static void AtLeast(int value, int least, string option)
    {
        if (value < least)
            throw new ArgumentOutOfRangeException(option, value, $"{option} must be at least {least}.");
    }
}
