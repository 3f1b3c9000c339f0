using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DivNorm.Interop;
using static TorchSharp.torch;

namespace DivNorm.Lab.Training;

/// <summary>
/// A training run on disk: one safetensors file of named tensors, with what identifies the run and where it stands in the metadata.
/// Written to a temporary name and renamed, so that a kill at any moment leaves the last whole one.
/// </summary>
internal static class CheckpointFile
{
    private const string FormatKey = "divnormei.checkpoint";
    private const string Format = "1";
    private const string StateKey = "state";

    /// <summary>Writes a checkpoint in place of the last.</summary>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    internal static void Save<T>(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, T state, JsonTypeInfo<T> type)
    {
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string> { [FormatKey] = Format, [StateKey] = JsonSerializer.Serialize(state, type) };
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Copies a checkpoint into tensors and gives back where the run stands.</summary>
    /// <param name="path">The file.</param>
    /// <param name="run">What identifies the run that wants to resume.</param>
    /// <param name="runOf">What identifies the run of a state.</param>
    /// <param name="tensors">The tensors to fill, by name.</param>
    /// <param name="type">How the state is read.</param>
    /// <exception cref="UserInputException">The file is no checkpoint, or one of another run.</exception>
    internal static T Load<T>(string path, string run, Func<T, string> runOf, IEnumerable<(string Name, Tensor Tensor)> tensors, JsonTypeInfo<T> type)
        where T : class
    {
        using var file = SafetensorsFile.Open(path);
        var state = ReadState(path, file, type);
        if (runOf(state) != run)
            throw new UserInputException($"{path}: this checkpoint is of another run ({Difference(runOf(state), run)}); resume with the same options, or choose another --out.");

        using (no_grad())
        {
            foreach (var (name, target) in tensors)
            {
                using var source = file.Read(name);
                if (source.dtype != target.dtype || !source.shape.SequenceEqual(target.shape))
                    throw new UserInputException($"{path}: tensor {name} is {source.dtype} [{string.Join(", ", source.shape)}], this run's is {target.dtype} [{string.Join(", ", target.shape)}].");
                target.copy_(source);
            }
        }

        return state;
    }

    private static T ReadState<T>(string path, SafetensorsFile file, JsonTypeInfo<T> type)
    {
        if (!file.Metadata.TryGetValue(FormatKey, out string? format) || format != Format || !file.Metadata.TryGetValue(StateKey, out string? json))
            throw new UserInputException($"{path}: not a training checkpoint of this program; delete it or choose another --out.");
        try
        {
            return JsonSerializer.Deserialize(json, type)
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
