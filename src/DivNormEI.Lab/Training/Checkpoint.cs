using System.Text.Json;
using System.Text.Json.Serialization;
using DivNorm.Interop;
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
    private const string FormatKey = "divnormei.checkpoint";
    private const string Format = "1";
    private const string StateKey = "state";
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
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string>
        {
            [FormatKey] = Format,
            [StateKey] = JsonSerializer.Serialize(state, CheckpointJson.Default.TrainingState),
        };
        SafetensorsFile.Write(path, Tensors(model, optimizer), metadata);
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
        using var file = SafetensorsFile.Open(path);
        var state = ReadState(path, file);
        if (state.Run != run)
            throw new UserInputException($"{path}: this checkpoint is of another run ({Difference(state.Run, run)}); resume with the same options, or choose another --out.");

        using (no_grad())
        {
            foreach (var (name, target) in Tensors(model, optimizer))
            {
                using var source = file.Read(name);
                if (source.dtype != target.dtype || !source.shape.SequenceEqual(target.shape))
                    throw new UserInputException($"{path}: tensor {name} is {source.dtype} [{string.Join(", ", source.shape)}], this run's is {target.dtype} [{string.Join(", ", target.shape)}].");
                target.copy_(source);
            }
        }

        optimizer.ResumeAt(state.Step);
        return state;
    }

    private static List<(string Name, Tensor Tensor)> Tensors(nn.Module model, Adam optimizer) =>
    [
        .. model.state_dict().Select(p => (ModelPrefix + p.Key, p.Value)),
        .. optimizer.Moments.Select(m => (MomentPrefix + m.Name, m.Moment)),
    ];

    private static TrainingState ReadState(string path, SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(FormatKey, out string? format) || format != Format || !file.Metadata.TryGetValue(StateKey, out string? json))
            throw new UserInputException($"{path}: not a training checkpoint of this program; delete it or choose another --out.");
        try
        {
            return JsonSerializer.Deserialize(json, CheckpointJson.Default.TrainingState)
                ?? throw new UserInputException($"{path}: the checkpoint's state is null; delete it and start again.");
        }
        catch (JsonException error)
        {
            throw new UserInputException($"{path}: the checkpoint's state cannot be read; delete it and start again.", error);
        }
    }

    private static string Difference(string theirs, string ours)
    {
        var known = ours.Split('\n').ToHashSet();
        string? line = theirs.Split('\n').FirstOrDefault(l => !known.Contains(l));
        return line is null ? "fewer settings" : $"it had {line.Trim().TrimEnd(',')}";
    }
}

/// <summary>How the state of a checkpoint is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
