using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>How responses are recorded.</summary>
public sealed record RecordingOptions
{
    /// <summary>What is read from a unit's map. Layers whose output is [B, C] have one response a unit, and this does not matter.</summary>
    public Readout Readout { get; init; } = Readout.Centre;

    /// <summary>Stimuli shown at a time; at least 1. It bounds the memory and does not change the result beyond rounding.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Where the stimuli are sent; null takes the device of the network's parameters, or the CPU for a function.</summary>
    public Device? Device { get; init; }

    /// <summary>
    /// Makes the network's input from a batch of stimuli [B, 1, Height, Width]; null shows them as they are. A network that takes colours:
    /// <c>grey => grey.expand(-1, 3, -1, -1)</c>. It is called inside a dispose scope.
    /// </summary>
    public Func<Tensor, Tensor>? Preprocess { get; init; }

    internal void Validate()
    {
        if (!Enum.IsDefined(Readout))
            throw new ArgumentOutOfRangeException(nameof(Readout), Readout, $"{nameof(Readout)} must be {Readout.Centre} or {Readout.Mean}.");
        if (BatchSize < 1)
            throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, $"{nameof(BatchSize)} is {BatchSize}; it must be at least 1.");
    }
}
