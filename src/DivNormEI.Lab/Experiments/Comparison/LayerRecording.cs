using DivNorm.Filters;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>
/// The battery on the 64 Gabor cells behind a layer. As in the contrast experiment, stimuli reach the layer through the filters at a stride of their own. The
/// central unit alone is read: at a stride of 1 the filters are computed no farther from it than a layer can see, an eighth of the maps.
/// </summary>
internal sealed class LayerRecording : IDisposable
{
    /// <summary>Pixels of the maps, to each side, that a layer's central unit may depend on; the widest, DivNormEI, reaches 6: a 5x5 pool under 9x9 weights.</summary>
    internal const int Reach = 8;

    private const int BatchSize = 64;

    private readonly ComparisonConfig config;
    private readonly GaborEncoder encoder;
    private readonly Tensor filters;

    public LayerRecording(ComparisonConfig config)
    {
        this.config = config;
        encoder = new GaborEncoder(GaborBank.Paper, config.RecordingStride);
        filters = GaborBank.Paper.PaddedKernels().DetachFromDisposeScope();
    }

    /// <summary>The stimuli.</summary>
    public TuningBatteryOptions Options => new()
    {
        Phases = config.Phases,
        Orientations = config.Orientations,
        Recording = new RecordingOptions { BatchSize = BatchSize },
    };

    /// <summary>Records from a layer in eval mode; null records what reaches it.</summary>
    public LayerPhysiology Record(nn.Module<Tensor, Tensor>? layer, string stage, IRunProgress progress, CancellationToken cancellation)
    {
        progress.Stage($"Recording {stage}", ProgressShare.Whole, "%");
        layer?.eval();
        var recorder = new UnitRecorder(stimuli => [layer is null ? Drive(stimuli) : layer.call(Drive(stimuli))], stage);
        var physiology = LayerPhysiology.Of(TuningBattery.Measure(recorder, Options, TunedCell.Of(GaborBank.Paper), new ProgressShare(progress), cancellation));
        progress.Done($"gain ratio {physiology.GainRatio:f2}, width ratio {physiology.WidthRatio:f2}");
        return physiology;
    }

    /// <summary>The rectified responses of the filters around the central unit, [B, 64, h, w]; the central unit is at (h / 2, w / 2).</summary>
    internal Tensor Drive(Tensor stimuli)
    {
        long centre = stimuli.shape[2] / 2, reach = Reach + GaborBank.Paper.LargestSize / 2;
        if (config.RecordingStride != 1 || centre < reach || centre + reach >= stimuli.shape[2])
            return encoder.call(stimuli);
        using var scope = NewDisposeScope();
        var around = stimuli.slice(2, centre - reach, centre + reach + 1, 1).slice(3, centre - reach, centre + reach + 1, 1);
        return F.relu(F.conv2d(around, filters)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        encoder.Dispose();
        filters.Dispose();
    }
}
