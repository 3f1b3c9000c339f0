using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>Gathers responses batch by batch and turns them into records: memory does not grow with the number of stimuli shown.</summary>
internal sealed class TuningRecorder
{
    private static readonly Readout[] Readouts = [Readout.Centre, Readout.Mean];

    private readonly IReadOnlyList<string> stages;
    private readonly IReadOnlyList<TunedCell> cells;
    private readonly OrientationTuningOptions options;

    // [stage][readout][cell][contrast][orientation]: the largest response over the phases (centre) or their sum (mean).
    private readonly double[][][][][] gathered;

    internal TuningRecorder(IReadOnlyList<string> stages, IReadOnlyList<TunedCell> cells, OrientationTuningOptions options)
    {
        this.stages = stages;
        this.cells = cells;
        this.options = options;
        gathered = Nest(stages.Count, _ => Nest(Readouts.Length, readout => Nest(cells.Count, _ => Nest(options.Contrasts.Count, _ =>
            Nest(options.Orientations, _ => Readouts[readout] == Readout.Centre ? double.NegativeInfinity : 0)))));
    }

    /// <summary>Adds the responses of some cells to stimuli first, first + 1, ... of their frequency.</summary>
    internal void Add(IReadOnlyList<Tensor> maps, int[] group, int first, int count)
    {
        if (maps.Count != stages.Count)
            throw new ArgumentException($"The model gave {maps.Count} stages, but {stages.Count} are named: {string.Join(", ", stages)}.");
        for (int stage = 0; stage < stages.Count; stage++)
        {
            Tensor map = maps[stage];
            int lastChannel = group.Max(cell => cells[cell].Channel);
            if (map.dim() != 4 || map.shape[0] != count || map.shape[1] <= lastChannel)
            {
                throw new ArgumentException(
                    $"Stage {stages[stage]} gave a tensor [{string.Join(", ", map.shape)}] for {count} stimuli; needed is [{count}, C, h, w] with C over {lastChannel}.");
            }

            using DisposeScope scope = NewDisposeScope();
            using Tensor channels = tensor(Array.ConvertAll(group, cell => (long)cells[cell].Channel), device: map.device);
            float[] centre = ToArray(map.select(3, map.shape[3] / 2).select(2, map.shape[2] / 2).index_select(1, channels));
            float[] mean = ToArray(map.mean([2, 3]).index_select(1, channels));
            for (int i = 0; i < count; i++)
            {
                int rest = (first + i) / options.Phases;
                int orientation = rest % options.Orientations, contrast = rest / options.Orientations;
                for (int g = 0; g < group.Length; g++)
                {
                    int cell = group[g], at = i * group.Length + g;
                    ref double largest = ref gathered[stage][0][cell][contrast][orientation];
                    largest = Math.Max(largest, centre[at]);
                    gathered[stage][1][cell][contrast][orientation] += mean[at] / options.Phases;
                }
            }
        }
    }

    internal IReadOnlyList<TuningRecord> Records() =>
        [.. from stage in Enumerable.Range(0, stages.Count)
            from readout in Enumerable.Range(0, Readouts.Length)
            select Record(stage, readout)];

    private TuningRecord Record(int stage, int readout)
    {
        double[][][] responses = gathered[stage][readout];
        double[] offsets = OrientationShift.Offsets(options.Orientations);
        double[][] curves = Nest(options.Contrasts.Count, contrast =>
        {
            double[] mean = new double[options.Orientations];
            for (int cell = 0; cell < cells.Count; cell++)
            {
                double[] aligned = OrientationShift.Align(responses[cell][contrast], cells[cell].Orientation * 180 / Math.PI);
                for (int i = 0; i < mean.Length; i++)
                    mean[i] += aligned[i] / cells.Count;
            }

            return mean;
        });
        TuningMetrics[] metrics = Array.ConvertAll(curves, curve => TuningMetrics.Of(offsets, curve, nominal: 0));
        return new TuningRecord
        {
            Stage = stages[stage],
            Readout = Readouts[readout],
            Background = options.Background,
            Contrasts = [.. options.Contrasts],
            OrientationOffsets = offsets,
            Curves = curves,
            Metrics = metrics,
            Invariance = ContrastInvariance.Of(options.Contrasts, metrics, curves),
            Orientations = Nest(options.Orientations, i => 180.0 * i / options.Orientations),
            CellResponses = Array.ConvertAll(responses, cell => Array.ConvertAll(cell, row => Array.ConvertAll(row, value => (float)value))),
        };
    }

    private static float[] ToArray(Tensor values) => values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();

    private static T[] Nest<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(make)];
}
