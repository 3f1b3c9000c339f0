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

    /// <summary>Adds the responses of some cells to a batch of the stimuli of their frequency.</summary>
    internal void Add(ResponseBatch batch, int[] group)
    {
        int lastChannel = group.Max(cell => cells[cell].Channel);
        if (batch.Units <= lastChannel)
            throw new ArgumentException($"Stage {stages[batch.Layer]} has {batch.Units} channels; the cells need over {lastChannel}.");
        double[][][] responses = gathered[batch.Layer][Array.IndexOf(Readouts, batch.Readout)];
        for (int i = 0; i < batch.Count; i++)
        {
            int rest = (batch.First + i) / options.Phases;
            int orientation = rest % options.Orientations, contrast = rest / options.Orientations;
            foreach (int cell in group)
            {
                ref double total = ref responses[cell][contrast][orientation];
                float response = batch.Values[i * batch.Units + cells[cell].Channel];
                total = batch.Readout == Readout.Centre ? Math.Max(total, response) : total + response / options.Phases;
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
            Invariance = ContrastInvariance.Of(options.Contrasts, metrics),
            Orientations = Nest(options.Orientations, i => 180.0 * i / options.Orientations),
            CellResponses = Array.ConvertAll(responses, cell => Array.ConvertAll(cell, row => Array.ConvertAll(row, value => (float)value))),
        };
    }

    private static T[] Nest<T>(int count, Func<int, T> make) => [.. Enumerable.Range(0, count).Select(make)];
}
