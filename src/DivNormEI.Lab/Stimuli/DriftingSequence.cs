using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Stimuli;

/// <summary>
/// The frames of a stimulus whose gratings drift along their orientation through whole cycles: the phase falls by 2 pi Cycles / Frames a frame, which moves
/// the stripes in the direction of the orientation. The frame after the last would be the first again.
/// </summary>
public sealed record DriftingSequence
{
    /// <summary>The first frame.</summary>
    public required IDriftingStimulus First { get; init; }

    /// <summary>Number of frames, 1 or more.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>Cycles over all frames, 1 or more and at most half the frames, beyond which the drift would look reversed.</summary>
    public int Cycles { get; init; } = 1;

    /// <summary>The frames, in order.</summary>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public IReadOnlyList<IStimulus> Stimuli
    {
        get
        {
            Validate();
            return [.. Enumerable.Range(0, Frames).Select(frame => First.WithPhaseShift(-2 * Math.PI * Cycles * frame / Frames))];
        }
    }

    /// <summary>Checks every parameter.</summary>
    /// <exception cref="ArgumentException">A number is out of range, or the stimulus is not valid.</exception>
    public void Validate()
    {
        Check.That(Frames is >= 1 and <= 4096, "Drifting sequence", nameof(Frames), Frames, "1 to 4096");
        int most = Math.Max(1, Frames / 2);
        Check.That(Cycles >= 1 && Cycles <= most, "Drifting sequence", nameof(Cycles), Cycles, $"1 to {most} (half the frames)");
        First.Validate();
    }

    /// <summary>Renders the frames.</summary>
    /// <returns>float32 [Frames, 1, Height, Width] on the CPU.</returns>
    /// <exception cref="ArgumentException">As <see cref="Validate"/>.</exception>
    public Tensor Render() => Stimulus.RenderBatch(Stimuli);
}
