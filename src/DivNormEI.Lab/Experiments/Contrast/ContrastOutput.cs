using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Models;
using TorchSharp;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>
/// The output folder of a contrast run: config.json, checkpoints/NAME.safetensors, models/NAME.safetensors, results.json,
/// curves.csv, figures/*.png and *.svg, report.html. Every file appears whole or not at all.
/// </summary>
internal sealed class ContrastOutput
{
    private readonly string folder;
    private readonly ContrastConfig config;
    private readonly string configText;

    /// <summary>Makes the folder and writes the resolved configuration.</summary>
    /// <exception cref="UserInputException">The folder cannot be made or written to, or holds a run of another configuration to resume.</exception>
    public ContrastOutput(ContrastPlaces places, ContrastConfig config)
    {
        folder = places.Output;
        this.config = config;
        Resume = places.Resume;
        configText = JsonResults.Serialize(config).TrimEnd();
        OutputFolder.Prepare(folder, configText, Resume, "models", "figures");
    }

    /// <summary>Whether to go on from checkpoints.</summary>
    public bool Resume { get; }

    /// <summary>The checkpoint file of one variant.</summary>
    public string Checkpoint(string variant) => Path.Combine(folder, "checkpoints", variant + ".safetensors");

    /// <summary>What must be equal for a checkpoint to be resumed, a line each.</summary>
    public string RunIdentity(string variant, ImageSet images) =>
        $"variant {variant}\nimages of checksum {images.Checksum}\nthreads {torch.get_num_threads()}\n{configText}";

    /// <summary>Writes one trained network's state dict.</summary>
    public void SaveModel(string variant, SuperResolutionNet model) => ModuleState.SaveModule(
        model,
        Path.Combine(folder, "models", variant + ".safetensors"),
        new Dictionary<string, string> { ["model"] = "super-resolution", ["variant"] = variant, ["config"] = configText });

    /// <summary>Writes results.json, curves.csv, the figures and the report.</summary>
    public void SaveResults(ContrastResults results, IReadOnlyList<ContrastPictures> pictures, IReadOnlyList<SkippedFile> skipped)
    {
        AtomicFile.WriteAllText(Path.Combine(folder, "results.json"), JsonResults.Serialize(results));
        AtomicFile.WriteAllText(Path.Combine(folder, "curves.csv"), Curves(results).ToCsv());
        var report = ContrastReport.Compose(results, config, pictures, skipped, configText);
        foreach (var (name, bytes) in report.SaveAll())
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(bytes));
    }

    private static CsvTable Curves(ContrastResults results)
    {
        var table = new CsvTable("variant", "trained", "stage", "readout", "background", "contrast", "orientation_offset_deg", "response");
        foreach (var t in results.Tuning.Concat(results.Vgg16?.Tuning ?? []))
        {
            for (int c = 0; c < t.Contrasts.Count; c++)
            {
                for (int o = 0; o < t.OrientationOffsets.Count; o++)
                    table.Add(t.Variant, t.Trained, t.Stage, t.Readout, t.Background, t.Contrasts[c], t.OrientationOffsets[o], t.Curves[c][o]);
            }
        }

        return table;
    }
}
