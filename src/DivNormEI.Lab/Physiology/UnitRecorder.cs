using DivNorm.Lab.Stimuli;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>
/// Records from the units of named layers, one unit a channel, while stimuli are shown. The network is put into eval mode for the time of a recording
/// and back afterwards, no gradients are kept, and responses are read batch by batch, so that memory does not grow with the number of stimuli.
/// One thread at a time.
/// </summary>
/// <example><code>
/// var recorder = new UnitRecorder(network, "features.0", "features.2");
/// var responses = recorder.Record(stimuli);   // one UnitResponses a layer
/// </code></example>
public sealed class UnitRecorder
{
    private readonly IResponseSource source;

    /// <summary>
    /// Records from layers of a network, found by the names of <c>named_modules</c>. A pass is broken off once all of them have answered.
    /// </summary>
    /// <param name="network">The network; it must run its layers with <c>call</c>.</param>
    /// <param name="layers">Names such as <c>features.0</c>, at least one, none twice; the empty name is the network itself. A layer's output is [B, C, h, w] or [B, C].</param>
    /// <exception cref="UserInputException">There is no layer of a name (the message lists those that there are), or it does not turn one tensor into one tensor.</exception>
    /// <exception cref="ArgumentException">No layer is named, or one twice.</exception>
    public UnitRecorder(nn.Module<Tensor, Tensor> network, params IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(network);
        CheckNames(layers);
        source = new HookedNetwork(network, layers);
    }

    /// <summary>Records from whatever a function makes of stimuli, for stages that are no module of their own.</summary>
    /// <param name="model">
    /// Maps stimuli [B, 1, Height, Width] to one [B, C, h, w] or [B, C] a stage. It is called without gradients, inside a dispose scope that frees what it
    /// returns; put its modules into eval mode first.
    /// </param>
    /// <param name="stages">Names of the stages in the order of the model's list, at least one, none twice.</param>
    /// <exception cref="ArgumentException">No stage is named, or one twice.</exception>
    public UnitRecorder(Func<Tensor, IReadOnlyList<Tensor>> model, params IReadOnlyList<string> stages)
    {
        ArgumentNullException.ThrowIfNull(model);
        CheckNames(stages);
        source = new FunctionSource(model, [.. stages]);
    }

    /// <summary>Names of the layers.</summary>
    public IReadOnlyList<string> Layers => source.Layers;

    /// <summary>Shows stimuli and records every unit of every layer.</summary>
    /// <param name="stimuli">At least one, all of one image size.</param>
    /// <param name="options">How to record; the defaults if null.</param>
    /// <param name="progress">Receives the fraction done, in (0, 1].</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>One entry a layer, in the order of <see cref="Layers"/>.</returns>
    /// <exception cref="ArgumentException">There is no stimulus, one is not valid, sizes differ, or an option is out of range.</exception>
    /// <exception cref="UserInputException">A layer did not run, or its output is neither [B, C, h, w] nor [B, C].</exception>
    public IReadOnlyList<UnitResponses> Record(
        IReadOnlyList<IStimulus> stimuli, RecordingOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stimuli);
        if (stimuli.Count == 0)
            throw new ArgumentException("A recording needs at least one stimulus.", nameof(stimuli));
        options ??= new RecordingOptions();
        float[][][] values = [.. Layers.Select(_ => new float[stimuli.Count][])];
        Show(stimuli.Count, i => stimuli[i], options, [options.Readout], Keep, done => progress?.Report((double)done / stimuli.Count), cancellation);
        return [.. Layers.Select((layer, i) => new UnitResponses(layer, options.Readout, values[i][0].Length, values[i]))];

        void Keep(ResponseBatch batch)
        {
            for (int i = 0; i < batch.Count; i++)
                values[batch.Layer][batch.First + i] = batch.Values.AsSpan(i * batch.Units, batch.Units).ToArray();
        }
    }

    /// <summary>Shows stimuli made one by one, and hands on what each batch gave.</summary>
    internal void Show(
        int count,
        Func<int, IStimulus> stimulus,
        RecordingOptions options,
        IReadOnlyList<Readout> readouts,
        Action<ResponseBatch> read,
        Action<int>? shown,
        CancellationToken cancellation)
    {
        options.Validate();
        (Device device, ScalarType type) = source.Input;
        using var inference = no_grad();
        using IDisposable session = source.Open();
        for (int first = 0; first < count; first += options.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int start = first, size = Math.Min(options.BatchSize, count - first);
            Tensor batch = Stimulus.RenderBatch([.. Enumerable.Range(first, size).Select(stimulus)]).to(type, options.Device ?? device);
            source.Present(options.Preprocess is null ? batch : options.Preprocess(batch), (layer, answer) =>
            {
                foreach (Readout readout in readouts)
                {
                    float[] values = Read(Layers[layer], answer, size, readout);
                    read(new ResponseBatch(layer, readout, start, size, values.Length / size, values));
                }
            });
            shown?.Invoke(first + size);
        }
    }

    private static float[] Read(string layer, Tensor answer, int count, Readout readout)
    {
        if (answer.dim() is not (2 or 4) || answer.shape[0] != count || answer.numel() == 0)
        {
            throw new UserInputException(
                $"Layer '{layer}' gave a tensor [{string.Join(", ", answer.shape)}] for {count} stimuli; units are read from [{count}, C, h, w] or [{count}, C].");
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor units = answer.dim() == 2 ? answer
            : readout == Readout.Centre ? answer.select(3, answer.shape[3] / 2).select(2, answer.shape[2] / 2)
            : answer.mean([2, 3]);
        return units.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
    }

    private static void CheckNames(IReadOnlyList<string> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0 || layers.Distinct().Count() != layers.Count)
            throw new ArgumentException($"A recording needs at least one layer, none named twice; got [{string.Join(", ", layers)}].", nameof(layers));
    }
}
