using System.Text.Json.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Training;

/// <summary>Where a training run stands, beside its tensors.</summary>
/// <param name="Run">What identifies the run: its resolved configuration, data and thread count, as text. A checkpoint resumes only its own run.</param>
/// <param name="Step">Steps taken.</param>
/// <param name="Seconds">Seconds spent in training so far.</param>
/// <param name="Losses">The loss of every step so far.</param>
/// <param name="Sampler">State of the random generator that draws the crops.</param>
public sealed record TrainingState(string Run, int Step, double Seconds, IReadOnlyList<double> Losses, ulong[] Sampler);

/// <summary>
/// A training run on disk: one safetensors file with the model's state dict (<c>model.*</c>), the optimiser's moments
/// (<c>adam.*</c>), and <see cref="TrainingState"/> as JSON in the metadata. Written to a temporary
/// name and renamed, so that a kill at any moment leaves the last whole one.
/// </summary>
public static class Checkpoint
{
    private const string MomentPrefix = "adam.";
    private const string ModelPrefix = "model.";

    /// <summary>Writes a checkpoint in place of the last.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model; its whole state dict is kept.</param>
    /// <param name="optimizer">The optimiser.</param>
    /// <param name="state">Where the run stands.</param>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static void Save(string path, nn.Module model, Adam optimizer, TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        CheckpointFile.Save(path, Tensors(model, optimizer), state, CheckpointJson.Default.TrainingState);
    }

    /// <summary>Puts model and optimiser where the checkpoint left them. Call it outside dispose scopes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="run">What identifies the run that wants to resume.</param>
    /// <param name="model">A model of the same configuration.</param>
    /// <param name="optimizer">An optimiser of that model's parameters.</param>
    /// <returns>Where the run stands.</returns>
    /// <exception cref="UserInputException">The file is no checkpoint, or one of another run.</exception>
    public static TrainingState Load(string path, string run, nn.Module model, Adam optimizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        var state = CheckpointFile.Load(path, run, s => s.Run, Tensors(model, optimizer), CheckpointJson.Default.TrainingState);
        optimizer.ResumeAt(state.Step);
        return state;
    }

    private static List<(string Name, Tensor Tensor)> Tensors(nn.Module model, Adam optimizer) =>
    [
        .. model.state_dict().Select(p => (ModelPrefix + p.Key, p.Value)),
        .. optimizer.Moments.Select(m => (MomentPrefix + m.Name, m.Moment)),
    ];
}

/// <summary>How the state of a checkpoint is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
