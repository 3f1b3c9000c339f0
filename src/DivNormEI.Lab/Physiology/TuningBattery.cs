using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>
/// The whole battery of a physiologist on every unit of a layer: orientation x contrast, spatial frequency, phase, contrast, size, surround orientation and
/// cross-orientation masks. A coarse search over orientation x frequency finds what each unit prefers; units that prefer the same are
/// shown the same stimuli, once.
/// </summary>
/// <example><code>
/// var result = TuningBattery.Measure(network, "features.0");
/// Console.WriteLine(result.SizeMeasures[0].SuppressionIndex);
/// </code></example>
public static class TuningBattery
{
    /// <summary>Measures a layer of a network.</summary>
    /// <param name="network">The network, which takes [B, 1, ImageSize, ImageSize] or what <see cref="RecordingOptions.Preprocess"/> makes of it.</param>
    /// <param name="layer">The layer's name among <c>named_modules</c>; its output is [B, C, h, w] or [B, C].</param>
    /// <param name="options">The stimuli; the defaults if null.</param>
    /// <param name="cells">Units to test at a nominal orientation and frequency; null tests every unit at what the search finds.</param>
    /// <param name="progress">Receives the fraction done, in (0, 1].</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="UserInputException">There is no such layer, or its output cannot be read as units.</exception>
    /// <exception cref="ArgumentException">An option or a cell is out of range.</exception>
    public static TuningBatteryResult Measure(
        nn.Module<Tensor, Tensor> network,
        string layer,
        TuningBatteryOptions? options = null,
        IReadOnlyList<TunedCell>? cells = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default) => Measure(new UnitRecorder(network, layer), options, cells, progress, cancellation);

    /// <summary>Measures the one layer of a recorder.</summary>
    /// <param name="recorder">A recorder of one layer.</param>
    /// <param name="options">The stimuli; the defaults if null.</param>
    /// <param name="cells">Units to test at a nominal orientation and frequency; null tests every unit at what the search finds.</param>
    /// <param name="progress">Receives the fraction done, in (0, 1]; may be null.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="UserInputException">The layer did not run, or its output cannot be read as units.</exception>
    /// <exception cref="ArgumentException">The recorder has several layers, or an option or a cell is out of range.</exception>
    public static TuningBatteryResult Measure(
        UnitRecorder recorder, TuningBatteryOptions? options, IReadOnlyList<TunedCell>? cells, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        if (recorder.Layers.Count != 1)
            throw new ArgumentException($"The battery tests one layer, since stimuli depend on what its units prefer; the recorder has {string.Join(", ", recorder.Layers)}.", nameof(recorder));
        if (cells is { Count: 0 })
            throw new ArgumentException("There is no cell to test; null tests every unit.", nameof(cells));
        options ??= new TuningBatteryOptions();
        options.Validate();
        return new BatteryRun(recorder, options, progress, cancellation).Run(cells);
    }
}
