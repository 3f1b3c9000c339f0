using DivNorm.Interop;
using DivNorm.Lab.Physiology;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Lab.Experiments.Tuning;

/// <summary>What to record from.</summary>
/// <param name="Model">A safetensors file, a network saved by the experiments; or VGG-16's first layers as safetensors or PyTorch file.</param>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Output">The folder for results; made where missing.</param>
public sealed record TuneRequest(string Model, string Layer, string Output)
{
    /// <summary>Side of the stimuli, pixels, 16 to 512.</summary>
    public int ImageSize { get; init; } = 48;

    /// <summary>Phases of every stimulus, 1 to 64.</summary>
    public int Phases { get; init; } = 8;

    /// <summary>What is read from a unit's map.</summary>
    public Readout Readout { get; init; } = Readout.Centre;

    internal void Validate()
    {
        Check("--size", ImageSize, 16, 512);
        Check("--phases", Phases, 1, 64);

        static void Check(string option, int value, int least, int most)
        {
            if (value < least || value > most)
                throw new UserInputException($"{option} is {value}; it must be {least} to {most}.");
        }
    }
}

/// <summary>The battery on one layer of a saved network: results.json, schema <c>divnormei.tune/1</c>.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Model">The file's name.</param>
/// <param name="Network">What the network is, in words.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Units">One entry a unit.</param>
/// <param name="Battery">The responses that the measures are of.</param>
/// <param name="Environment">The machine and the versions.</param>
public sealed record TuneResults(
    string Schema, string Model, string Network, string Layer, IReadOnlyList<UnitMeasures> Units, TuningBatteryResult Battery, RunEnvironment Environment)
{
    /// <summary>The name of this schema.</summary>
    public const string SchemaName = "divnormei.tune/1";
}

/// <summary>Runs the whole battery on every unit of one layer of a saved network.</summary>
public static class TuneExperiment
{
    /// <summary>Runs the battery and writes results.json, units.csv, curves.csv, figures and report.html.</summary>
    /// <param name="request">What to record from.</param>
    /// <param name="progress">Is told how far the run is.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="UserInputException">The file, the layer, an option or the output folder cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped; nothing is written.</exception>
    public static TuneResults Run(TuneRequest request, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(progress);
        request.Validate();
        using var network = TunedNetwork.Load(request.Model);
        var recorder = new UnitRecorder(network.Network, request.Layer);
        try
        {
            Directory.CreateDirectory(Path.Combine(request.Output, "figures"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"{request.Output}: the output folder cannot be made or written to ({error.Message}); choose another --out.", error);
        }

        progress.Stage($"Recording {request.Layer}", ProgressShare.Whole, "%");
        var options = new TuningBatteryOptions { ImageSize = request.ImageSize, Phases = request.Phases, Recording = new RecordingOptions { Readout = request.Readout } };
        var battery = TuningBattery.Measure(recorder, options, cells: null, new ProgressShare(progress), cancellation);
        progress.Done($"{battery.Cells.Count} units");
        var results = new TuneResults(
            TuneResults.SchemaName,
            Path.GetFileName(request.Model),
            network.Description,
            request.Layer,
            UnitMeasures.Of(battery, nominal: false),
            battery,
            RunEnvironment.Current());
        Save(results, request.Output);
        return results;
    }

    /// <summary>The layers of a network that can be recorded from, in the order in which they answer, each with the shape of its answer to one stimulus of 48x48 pixels.</summary>
    /// <param name="model">The file.</param>
    /// <exception cref="UserInputException">The file cannot be used.</exception>
    public static IReadOnlyList<(string Name, long[] Shape)> Layers(string model)
    {
        using var network = TunedNetwork.Load(model);
        var points = network.Points(new TuningBatteryOptions().ImageSize);
        return [.. points.Where(point => point.OutputShape is not null).Select(point => (point.Name, point.OutputShape!.Skip(1).ToArray()))];
    }

    private static void Save(TuneResults results, string folder)
    {
        AtomicFile.WriteAllText(Path.Combine(folder, "results.json"), JsonResults.Serialize(results, ExperimentJson.Default.TuneResults));
        AtomicFile.WriteAllText(Path.Combine(folder, "units.csv"), Units(results).ToCsv());
        AtomicFile.WriteAllText(Path.Combine(folder, "curves.csv"), Curves(results).ToCsv());
        foreach (var (name, bytes) in TuneReport.Compose(results).SaveAll())
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(bytes));
    }

    private static CsvTable Units(TuneResults results)
    {
        var table = new CsvTable(
            "unit", "preferred_deg", "spatial_frequency", "baseline", "peak", "hwhh_deg", "ringach_bandwidth_deg", "osi", "gosi", "cv", "op_ratio", "gain_ratio", "width_ratio",
            "separability", "f1_f0", "size_suppression", "summation_field_px", "surround_suppression", "surround_suppression_orthogonal", "cross_orientation_suppression");
        foreach (var u in results.Units)
        {
            table.Add(
                u.Unit, u.PreferredOrientation, u.SpatialFrequency, u.Baseline, u.Peak, u.Hwhh, u.RingachBandwidth, u.Osi, u.GlobalOsi, u.CircularVariance, u.OrthogonalToPreferred,
                u.GainRatio, u.WidthRatio, u.Separability, u.F1OverF0, u.SizeSuppression, u.SummationField, u.SurroundSuppression, u.SurroundSuppressionOrthogonal, u.CrossOrientationSuppression);
        }

        return table;
    }

    private static CsvTable Curves(TuneResults results)
    {
        var table = new CsvTable("unit", "axis", "contrast", "value", "response");
        var battery = results.Battery;
        for (int unit = 0; unit < battery.Cells.Count; unit++)
        {
            int channel = battery.Cells[unit].Channel;
            var orientation = battery.Orientation;
            for (int c = 0; c < orientation.Contrasts.Length; c++)
            {
                for (int o = 0; o < orientation.Orientations.Length; o++)
                    table.Add(channel, "orientation (degrees)", orientation.Contrasts[c], orientation.Orientations[o], orientation.Responses[unit][c][o]);
            }

            foreach (var curves in (TuningCurves[])[battery.SpatialFrequency, battery.Phase, battery.Contrast, battery.Size, battery.Surround, battery.Mask])
            {
                for (int i = 0; i < curves.Values.Length; i++)
                    table.Add(channel, curves.Axis, null, curves.Values[i], curves.Responses[unit][i]);
            }
        }

        return table;
    }
}
