using DivNorm.Filters;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>
/// Records the orientation tuning of the network's 64 cells at the stages before and after the layer. The gratings are seen
/// through the same filters with a stride of their own: the reference measurements were taken from maps at full resolution
/// (stride 1), where the 5x5 pool of Eq. 2 spans 5 pixels of the image; at the training's stride of 4 it spans 17, and the
/// normalised curves are 1 to 3 degrees wider.
/// </summary>
internal static class ContrastRecording
{
    /// <summary>The stages, in order.</summary>
    public static IReadOnlyList<string> Stages { get; } = ["before", "beforeSquared", "normalized", "after"];

    public static IEnumerable<ContrastTuning> Record(
        SuperResolutionNet model, ContrastConfig config, string variant, bool trained, IRunProgress progress, CancellationToken cancellation)
    {
        model.eval();
        var layer = (DivNorm.Layers.DivNormEI)model.Normalization;
        using var encoder = new GaborEncoder(GaborBank.Paper, config.RecordingStride);
        var cells = TunedCell.Of(GaborBank.Paper);
        progress.Stage($"Recording {variant}, {(trained ? "trained" : "untrained")}", 2 * ProgressShare.Whole, "%");
        var records = new List<ContrastTuning>();
        foreach (var background in (Background[])[Background.Grey, Background.Zero])
        {
            var measured = OrientationTuning.Measure(
                Respond,
                Stages,
                cells,
                new OrientationTuningOptions { Background = background, Phases = config.Phases },
                new ProgressShare(progress, records.Count > 0 ? ProgressShare.Whole : 0),
                cancellation);
            records.AddRange(measured.Select(record => Flatten(record, variant, trained)));
        }

        progress.Done(null);
        return records;

        IReadOnlyList<Tensor> Respond(Tensor gratings)
        {
            var drive = encoder.call(gratings);
            return [drive, drive.Squared(), layer.Normalize(drive), layer.call(drive)];
        }
    }

    internal static ContrastTuning Flatten(TuningRecord record, string variant, bool trained) => new(
        variant,
        trained,
        record.Stage,
        record.Readout == Readout.Centre ? "centre" : "mean",
        record.Background == Background.Grey ? "grey" : "zero",
        record.Contrasts,
        [.. record.Metrics.Select(m => m.Peak)],
        [.. record.Metrics.Select(m => m.Hwhh)],
        [.. record.Metrics.Select(m => m.HwhhFromZero)],
        record.Invariance.GainRatio,
        record.Invariance.WidthRatio,
        record.Invariance.WidthRatioFromZero,
        [.. record.Metrics.Select(m => m.Osi)],
        [.. record.Metrics.Select(m => m.CircularVariance)],
        record.OrientationOffsets,
        record.Curves)
    {
        Separability = record.Invariance.Separability,
    };
}
