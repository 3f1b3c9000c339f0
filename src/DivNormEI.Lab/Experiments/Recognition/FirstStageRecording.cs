using DivNorm.Lab.Data;
using DivNorm.Lab.Physiology;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>
/// Records the first stage of a network as a physiologist would: finds each cell's preferred orientation and spatial frequency with gratings
/// at full contrast, then measures tuning by contrast before and after the arm's layer.
/// </summary>
internal static class FirstStageRecording
{
    private const int LargestGrating = 48;
    private const int Phases = 4;

    /// <summary>Cycles per pixel: what 3x3 filters can tell apart.</summary>
    private static readonly double[] Frequencies = [0.0625, 0.125, 0.25, 0.375];

    public static IReadOnlyList<FirstStageTuning> Record(Vgg9 model, ImageTransform transform, int pair, string arm, bool trained, CancellationToken cancellation)
    {
        model.eval();
        var device = model.FirstConvolution.weight!.device;
        using var mean = tensor([.. transform.Mean.Select(m => (float)m)], device: device);
        using var deviation = tensor([.. transform.Deviation.Select(d => (float)d)], device: device);
        var options = new OrientationTuningOptions { Orientations = 24, Phases = Phases, ImageSize = Math.Min(LargestGrating, model.Options.InputSize), Device = device };
        var cells = Cells(input => [model.FirstStage(Input(input)).Before], model.Options.Width, options, cancellation);
        if (cells.Count == 0)
            return [];

        bool layer = model.Normalizations.ContainsKey(1);
        var records = OrientationTuning.Measure(
            input =>
            {
                var (before, after) = model.FirstStage(Input(input));
                return layer ? [before, after] : [before];
            },
            layer ? ["before", "after"] : ["before"],
            cells,
            options,
            cancellation: cancellation);
        return
        [
            .. records.Where(record => record.Readout == Readout.Centre).Select(record => new FirstStageTuning(
                pair,
                arm,
                trained,
                record.Stage,
                cells.Count,
                record.Contrasts,
                [.. record.Metrics.Select(m => m.Peak)],
                [.. record.Metrics.Select(m => m.Hwhh)],
                record.Invariance.GainRatio,
                record.Invariance.WidthRatio,
                record.OrientationOffsets,
                record.Curves)),
        ];

        Tensor Input(Tensor grey) => (grey.expand(-1, 3, -1, -1) - mean.view(1, 3, 1, 1)) / deviation.view(1, 3, 1, 1);
    }

    /// <summary>The cells that gratings drive, each at the frequency and orientation that drive it most.</summary>
    private static List<TunedCell> Cells(Func<Tensor, IReadOnlyList<Tensor>> before, int width, OrientationTuningOptions options, CancellationToken cancellation)
    {
        var best = new (double Depth, TunedCell? Cell)[width];
        foreach (double frequency in Frequencies)
        {
            var all = Enumerable.Range(0, width).Select(channel => new TunedCell(channel, 0, frequency)).ToList();
            var responses = OrientationTuning.Measure(before, ["before"], all, options with { Contrasts = [1] }, cancellation: cancellation)[0].CellResponses;
            for (int channel = 0; channel < width; channel++)
            {
                float[] curve = responses[channel][0];
                double depth = curve.Max() - curve.Min();
                if (depth > best[channel].Depth)
                    best[channel] = (depth, new TunedCell(channel, PreferredOrientation(curve), frequency));
            }
        }

        const double driven = 1e-3; // of a response in units of the normalised image
        return [.. best.Where(b => b.Depth > driven).Select(b => b.Cell!)];
    }

    /// <summary>The direction of the mean vector on the doubled angle: steadier than the largest of a few samples.</summary>
    private static double PreferredOrientation(float[] curve)
    {
        double x = 0, y = 0;
        for (int i = 0; i < curve.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * i / curve.Length);
            x += curve[i] * cosine;
            y += curve[i] * sine;
        }

        double orientation = Math.Atan2(y, x) / 2;
        return orientation < 0 ? orientation + Math.PI : orientation;
    }
}
