using System.Text.Json;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Models;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>
/// Records VGG-16's first convolution, after its ReLU, under the gratings of the experiment. Its 3x3 filters have no nominal orientation: every unit's
/// preferred grating is searched first (<see cref="PreferredGrating"/>), on grey, and used for both readouts and both backgrounds.
/// Gratings are grey: the same in red, green and blue. On the zero-mean background the modulation is added to the mean colour that the
/// weights' convention subtracts, so that what the filters see has no mean; on the plain convention a signed grating would lie around black.
/// </summary>
internal static class Vgg16Recording
{
    private const int SearchPhases = 8;

    /// <summary>Side of the gratings where the central unit alone is read: it sees 3 pixels of them.</summary>
    private const int SmallImage = 5;

    /// <summary>Records every unit.</summary>
    /// <param name="vgg">The front end, with one convolution.</param>
    /// <param name="file">The weights' file, for the record.</param>
    /// <param name="config">The run's phases.</param>
    /// <param name="progress">Is told how far the recording is.</param>
    /// <param name="cancellation">Stops between batches.</param>
    internal static ContrastVgg16 Record(Vgg16FrontEnd vgg, string file, ContrastConfig config, IRunProgress progress, CancellationToken cancellation)
    {
        const int parts = 4; // the search, the tuned units on two backgrounds, the others
        progress.Stage("Recording VGG-16", parts * ProgressShare.Whole, "%");
        int part = 0;
        using var mean = tensor(vgg.MeanColor.Select(value => (float)value).ToArray(), [1, 3, 1, 1]);
        var search = PreferredGrating.Search(vgg.call, vgg.Channels, new OrientationTuningOptions { Phases = SearchPhases, ImageSize = SmallImage }, Share(), cancellation);
        var full = new OrientationTuningOptions { Phases = config.Phases };
        PreferredGrating[] tuned = Group(unit => unit == UnitTuning.Tuned), others = Group(unit => unit != UnitTuning.Tuned);
        var onGrey = Measure(tuned, full);
        var onZero = Measure(tuned, full with { Background = Background.Zero });
        var ofOthers = Measure(others, full with { ImageSize = SmallImage });
        progress.Done($"{tuned.Length} of {vgg.Channels} units are tuned");
        return new ContrastVgg16(
            Path.GetFileName(file),
            JsonNamingPolicy.CamelCase.ConvertName(vgg.Convention.ToString()),
            vgg.Layers[0],
            tuned.Length,
            Group(unit => unit == UnitTuning.Untuned).Length,
            Group(unit => unit == UnitTuning.ManyPeaked).Length,
            Group(unit => unit == UnitTuning.Silent).Length,
            PreferredGrating.LeastOsi,
            PreferredGrating.LeastOfLargest,
            PreferredGrating.Frequencies,
            [.. Units(tuned, onGrey).Concat(Units(others, ofOthers)).OrderBy(unit => unit.Unit)],
            [.. onGrey.Concat(onZero).Select(record => ContrastRecording.Flatten(record, ContrastVgg16.VariantName, trained: true))]);

        ProgressShare Share() => new(progress, ProgressShare.Whole * part++);

        PreferredGrating[] Group(Func<UnitTuning, bool> which) => [.. search.Where(unit => which(unit.Tuning))];

        IReadOnlyList<TuningRecord> Measure(PreferredGrating[] group, OrientationTuningOptions options)
        {
            var share = Share();
            return group.Length == 0
                ? []
                : OrientationTuning.Measure(images => [Respond(images, options.Background)], [vgg.Layers[0]], [.. group.Select(unit => unit.Cell)], options, share, cancellation);
        }

        Tensor Respond(Tensor gratings, Background background)
        {
            if (background == Background.Grey)
                return vgg.call(gratings);
            using var onMean = gratings + mean;
            return vgg.call(onMean);
        }
    }

    private static IEnumerable<ContrastVgg16Unit> Units(PreferredGrating[] group, IReadOnlyList<TuningRecord> records) =>
        group.Select((unit, i) => Unit(unit, records.First(record => record.Readout == Readout.Centre), i));

    private static ContrastVgg16Unit Unit(PreferredGrating member, TuningRecord record, int cell)
    {
        double[][] curves = Array.ConvertAll(record.CellResponses[cell], curve => Array.ConvertAll(curve, response => (double)response));
        TuningMetrics[] metrics = Array.ConvertAll(curves, curve => TuningMetrics.Of(record.Orientations, curve, member.Metrics.Preferred));
        var invariance = ContrastInvariance.Of(record.Contrasts, metrics);
        return new ContrastVgg16Unit(
            member.Channel,
            JsonNamingPolicy.CamelCase.ConvertName(member.Tuning.ToString()),
            member.SpatialFrequency,
            member.Metrics.Preferred,
            member.Metrics.Osi,
            member.Metrics.GlobalOsi,
            [.. metrics.Select(m => m.Peak)],
            [.. metrics.Select(m => m.Hwhh)],
            invariance.GainRatio,
            invariance.WidthRatio);
    }
}
