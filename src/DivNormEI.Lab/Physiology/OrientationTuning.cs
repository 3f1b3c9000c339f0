using DivNorm.Lab.Stimuli;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>
/// In-silico electrophysiology of orientation tuning (Veerabadran, Raina, de Sa 2021, Experiment 1): full-field gratings at each cell's own
/// spatial frequency, every orientation x contrast x phase, recorded at every stage of a model in one pass.
/// </summary>
public static class OrientationTuning
{
    private static readonly Readout[] Readouts = [Readout.Centre, Readout.Mean];

    /// <summary>Records every stage with both readouts.</summary>
    /// <param name="model">
    /// Maps stimuli [B, 1, ImageSize, ImageSize] (float32, on the options' device) to one [B, C, h, w] a stage. It is called without gradients, inside
    /// a dispose scope that frees what it returns; put a module into eval mode first.
    /// </param>
    /// <param name="stages">Names of the stages, in the order of the model's list.</param>
    /// <param name="cells">The cells to record; each distinct spatial frequency is shown once, to all cells that have it.</param>
    /// <param name="options">The stimuli; the paper's if null.</param>
    /// <param name="progress">Receives the fraction done, in (0, 1].</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>Stage by stage, the centre readout and then the mean.</returns>
    /// <exception cref="ArgumentException">An option is out of range, there is no stage or no cell, or the model's maps do not fit them.</exception>
    /// <exception cref="UserInputException">A stage's tensor is neither [B, C, h, w] nor [B, C].</exception>
    public static IReadOnlyList<TuningRecord> Measure(
        Func<Tensor, IReadOnlyList<Tensor>> model,
        IReadOnlyList<string> stages,
        IReadOnlyList<TunedCell> cells,
        OrientationTuningOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        UnitRecorder recorder = new(model, stages);
        ArgumentNullException.ThrowIfNull(cells);
        if (cells.Count == 0)
            throw new ArgumentException("A recording needs at least one cell.", nameof(cells));
        options ??= new OrientationTuningOptions();
        options.Validate();

        TuningRecorder gathered = new(stages, cells, options);
        RecordingOptions recording = new() { BatchSize = options.BatchSize, Device = options.Device };
        int[][] groups = [.. Enumerable.Range(0, cells.Count).GroupBy(cell => cells[cell].SpatialFrequency).Select(group => group.ToArray())];
        int perGroup = options.Contrasts.Count * options.Orientations * options.Phases, before = 0;
        foreach (int[] group in groups)
        {
            double frequency = cells[group[0]].SpatialFrequency;
            recorder.Show(
                perGroup,
                index => GratingAt(index, frequency, options),
                recording,
                Readouts,
                batch => gathered.Add(batch, group),
                done => progress?.Report((double)(before + done) / (groups.Length * perGroup)),
                cancellation);
            before += perGroup;
        }

        return gathered.Records();
    }

    /// <summary>Stimuli of one frequency run phase fastest, then orientation, then contrast.</summary>
    private static Grating GratingAt(int index, double frequency, OrientationTuningOptions options)
    {
        int phase = index % options.Phases, rest = index / options.Phases;
        int orientation = rest % options.Orientations, contrast = rest / options.Orientations;
        return new Grating
        {
            Height = options.ImageSize,
            Width = options.ImageSize,
            SpatialFrequency = frequency,
            Orientation = Math.PI * orientation / options.Orientations,
            Phase = 2 * Math.PI * phase / options.Phases,
            Contrast = options.Contrasts[contrast],
            Mean = options.Background == Background.Grey ? Grating.Grey : 0,
        };
    }
}
