using System.Text.Json;
using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Models;
using TorchSharp;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>
/// The output folder of a recognition run: config.json, checkpoints/pairN-ARM.safetensors, models/pairN-ARM.safetensors,
/// tensorboard/pairN-ARM/, results.json, epochs.csv, figures/*.png and *.svg, report.html. Every file but the TensorBoard logs, which grow
/// by appending, appears whole or not at all.
/// </summary>
internal sealed class RecognitionOutput
{
    /// <summary>What a run that resumes another may have otherwise: which runs there are. Each is trained for itself.</summary>
    private static readonly string[] Free = ["pairs", "arms"];

    private readonly string folder;
    private readonly RecognitionConfig config;
    private readonly string configText;

    /// <summary>Makes the folder and writes the resolved configuration.</summary>
    /// <exception cref="UserInputException">The folder cannot be made or written to, or holds a run of another configuration to resume.</exception>
    public RecognitionOutput(RecognitionPlaces places, RecognitionConfig config)
    {
        folder = places.Output;
        this.config = config;
        Resume = places.Resume;
        configText = JsonResults.Serialize(config).TrimEnd();
        OutputFolder.Prepare(folder, configText, Resume, ["models", "figures", "tensorboard"], free: Free);
    }

    /// <summary>Whether to go on from checkpoints.</summary>
    public bool Resume { get; }

    /// <summary>What the files of one run are called.</summary>
    public static string Name(int pair, string arm) => $"pair{pair}-{arm}";

    /// <summary>The checkpoint file of one run.</summary>
    public string Checkpoint(string name) => Path.Combine(folder, "checkpoints", name + ".safetensors");

    /// <summary>The folder of one run's TensorBoard log.</summary>
    public string EventFolder(string name) => Path.Combine(folder, "tensorboard", name);

    /// <summary>What a checkpoint keeps of the run that it is of, a line each.</summary>
    public string RunIdentity(string name, ClassifiedImages data) => $"run {name}\nimages of checksum {data.Identity}\nthreads {torch.get_num_threads()}\n{configText}";

    /// <summary>What of a <see cref="RunIdentity"/> must be equal for a checkpoint to be resumed: all but which other runs there are.</summary>
    public static string SameRun(string identity)
    {
        int config = identity.IndexOf('{', StringComparison.Ordinal);
        try
        {
            return config < 0 ? identity : identity[..config] + OutputFolder.Without(identity[config..], Free);
        }
        catch (JsonException)
        {
            return identity; // of no run of ours, and so equal to none
        }
    }

    /// <summary>Writes one trained network with its classes.</summary>
    public void SaveModel(string name, string arm, Vgg9 model, ClassifiedImages data) =>
        Classifier.Save(Path.Combine(folder, "models", name + ".safetensors"), model, arm, data, config, configText);

    /// <summary>Writes results.json, epochs.csv, the figures and the report.</summary>
    public void SaveResults(RecognitionResults results, IReadOnlyList<RecognitionPictures> pictures, IReadOnlyList<ImageTile> examples, IReadOnlyList<SkippedFile> skipped)
    {
        AtomicFile.WriteAllText(Path.Combine(folder, "results.json"), JsonResults.Serialize(results));
        AtomicFile.WriteAllText(Path.Combine(folder, "epochs.csv"), Epochs(results).ToCsv());
        var report = RecognitionReport.Compose(results, config, pictures, examples, skipped, configText);
        foreach (var (name, bytes) in report.SaveAll())
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(bytes));
    }

    private static CsvTable Epochs(RecognitionResults results)
    {
        var table = new CsvTable(
            "pair", "model", "seed", "epoch", "train_loss", "train_top1", "validation_loss", "validation_top1", "validation_top5", "seconds", "images_per_second", "learning_rate");
        foreach (var run in results.Runs)
        {
            foreach (var e in run.Epochs)
                table.Add(run.Pair, run.Model, run.Seed, e.Epoch, e.TrainLoss, e.TrainTop1, e.ValidationLoss, e.ValidationTop1, e.ValidationTop5, e.Seconds, e.ImagesPerSecond, e.LearningRate);
        }

        return table;
    }
}
