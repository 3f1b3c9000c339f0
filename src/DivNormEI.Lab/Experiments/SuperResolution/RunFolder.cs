using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using TorchSharp;

namespace DivNorm.Lab.Experiments.SuperResolution;

/// <summary>
/// The output folder of a run that trains networks one after the other: config.json, checkpoints/NAME.safetensors, models/NAME.safetensors and
/// whatever the experiment writes beside them. Every file appears whole or not at all.
/// </summary>
internal sealed class RunFolder
{
    private const string Checkpoints = "checkpoints";

    private readonly string folder;
    private readonly string identity;

    /// <summary>Makes the folder and writes the resolved configuration.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">The configuration.</param>
    /// <param name="resume">Whether to go on from checkpoints.</param>
    /// <param name="stages">Folders of what finished networks left, beside the checkpoints: a run that does not resume empties them.</param>
    /// <param name="free">A key that may differ between a run and the one that resumes it: which networks to train.</param>
    /// <exception cref="UserInputException">The folder cannot be made or written to, or holds a run of another configuration to resume.</exception>
    public RunFolder(string folder, SuperResolutionConfig config, bool resume, IReadOnlyList<string>? stages = null, string? free = null)
    {
        this.folder = folder;
        Resume = resume;
        ConfigText = JsonResults.Serialize<object>(config).TrimEnd();
        string[] keys = free is null ? [] : [free];
        identity = OutputFolder.Without(ConfigText, keys);
        OutputFolder.Prepare(folder, ConfigText, resume, ["models", "figures"], stages, keys);
    }

    /// <summary>Whether to go on from checkpoints.</summary>
    public bool Resume { get; }

    /// <summary>The configuration as it stands in config.json.</summary>
    public string ConfigText { get; }

    /// <summary>A file or folder of the run.</summary>
    public string In(params ReadOnlySpan<string> parts) => Path.Combine([folder, .. parts]);

    /// <summary>The checkpoint file of one network.</summary>
    public string Checkpoint(string name) => In(Checkpoints, name + ".safetensors");

    /// <summary>The file of one trained network.</summary>
    public string Model(string name) => In("models", name + ".safetensors");

    /// <summary>What must be equal for a checkpoint to be resumed, a line each.</summary>
    public string RunIdentity(string name, ImageSet images) =>
        $"variant {name}\nimages of checksum {images.Checksum}\nthreads {torch.get_num_threads()}\n{identity}";

    /// <summary>Writes a text of the run.</summary>
    public void Write(string name, string text) => AtomicFile.WriteAllText(In(name), text);

    /// <summary>Writes every file of a report.</summary>
    public void Write(HtmlReport report)
    {
        foreach (var (name, bytes) in report.SaveAll())
            AtomicFile.Write(In(name), stream => stream.Write(bytes));
    }
}
