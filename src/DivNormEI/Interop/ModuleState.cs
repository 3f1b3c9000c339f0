using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>Saves and loads the parameters and buffers of a module by their <c>state_dict</c> names.</summary>
public static class ModuleState
{
    /// <summary>Saves a module's parameters and buffers, whole or not at all.</summary>
    /// <param name="module">The module; on any device.</param>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="metadata">Free text to go with them; null for none.</param>
    /// <remarks>
    /// The metadata also get what <see cref="DivNormEIFile"/> must know of the DivNormEI layers in the module, each key behind the layer's prefix.
    /// </remarks>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static void SaveModule(nn.Module module, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        var all = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>());
        foreach (var (name, child) in module.named_modules().Prepend(("", module)))
        {
            if (child is not Layers.DivNormEI layer)
                continue;
            foreach (var (key, value) in LayerMetadata.Of(layer, name == "" ? "" : name + '.'))
                all.TryAdd(key, value);
        }

        using var scope = NewDisposeScope();
        SafetensorsFile.Write(path, module.state_dict().Select(pair => (pair.Key, IsCounter(pair.Key) ? pair.Value.to(ScalarType.Int64) : pair.Value)), all);
    }

    /// <summary>Loads a module's parameters and buffers from a safetensors or a PyTorch file.</summary>
    /// <param name="module">The module; its tensors are overwritten in place and keep device and type.</param>
    /// <param name="path">The file to read.</param>
    /// <param name="strict">Whether a name missing from the file or unknown to the module is an error.</param>
    /// <param name="prefix">What stands before the module's names in the file, such as <c>state_dict.</c>; names that do not begin so are passed over.</param>
    /// <returns>The names that differ; both lists are empty after a strict load.</returns>
    /// <exception cref="UserInputException">The file is bad, or does not fit the module; the module is then as it was.</exception>
    public static ModuleLoadResult LoadModule(nn.Module module, string path, bool strict = true, string prefix = "")
    {
        using var file = TensorFile.Open(path);
        return LoadModule(module, file, strict, prefix);
    }

    /// <summary>Loads a module's parameters and buffers from an open file.</summary>
    /// <param name="module">The module; its tensors are overwritten in place and keep device and type.</param>
    /// <param name="file">The file to read.</param>
    /// <param name="strict">Whether a name missing from the file or unknown to the module is an error.</param>
    /// <param name="prefix">What stands before the module's names in the file, such as <c>state_dict.</c>; names that do not begin so are passed over.</param>
    /// <returns>The names that differ; both lists are empty after a strict load.</returns>
    /// <exception cref="UserInputException">The file does not fit the module; the module is then as it was.</exception>
    internal static ModuleLoadResult LoadModule(nn.Module module, TensorFile file, bool strict, string prefix)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        var state = module.state_dict();
        var result = new ModuleLoadResult(
            [.. state.Keys.Select(name => prefix + name).Where(name => file.Find(name) is null)],
            [.. file.Tensors.Select(tensor => tensor.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !state.ContainsKey(name[prefix.Length..]))]);
        if (strict)
            CheckNames(file, result);

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Everything is read and checked before the first copy: a bad file leaves no module half loaded.
        var loaded = new List<(Tensor Target, Tensor Value)>();
        foreach (var (name, target) in state)
        {
            if (file.Find(prefix + name) is not { } entry)
                continue;
            CheckFit(file, entry, target);
            loaded.Add((target, file.Read(entry.Name)));
        }

        foreach (var (target, value) in loaded)
            target.copy_(value);
        return result;
    }

    private static void CheckNames(TensorFile file, ModuleLoadResult names)
    {
        var (missing, unexpected) = ($"lacks {List(names.Missing)}, which the module has", $"holds {List(names.Unexpected)}, which the module has not");
        if (names.Missing.Count > 0) // the same names behind another prefix are told by both
            throw new UserInputException($"{file.Name}: {missing}{(names.Unexpected.Count > 0 ? $"; it {unexpected}" : string.Empty)}");
        if (names.Unexpected.Count > 0)
            throw new UserInputException($"{file.Name}: {unexpected}");
    }

    private static void CheckFit(TensorFile file, TensorEntry entry, Tensor target)
    {
        var where = $"{file.Name}: tensor {MessageText.Quote(entry.Name)}";
        if (!entry.Shape.SequenceEqual(target.shape))
        {
            throw new UserInputException(
                $"{where}: expected shape [{string.Join(", ", target.shape)}], found [{string.Join(", ", entry.Shape)}]");
        }

        // Between widths of floating point copying rounds, as is wanted; between kinds it would cut off silently.
        if (!IsCounter(entry.Name) && entry.ScalarType is { } type && is_floating_point(type) != target.is_floating_point())
            throw new UserInputException($"{where}: expected {target.dtype}, found {entry.DType}");
    }

    /// <summary>
    /// Whether a tensor is a batch norm's counter of batches. PyTorch's is Int64 and so are files; TorchSharp gives it the type of the weights where a module is
    /// made with one.
    /// </summary>
    private static bool IsCounter(string name) => name.Split('.')[^1] == "num_batches_tracked";

    private static string List(IReadOnlyList<string> names)
    {
        const int most = 5;
        var text = string.Join(", ", names.Take(most).Select(MessageText.Quote));
        return names.Count > most ? $"{text} and {names.Count - most} more" : text;
    }
}

/// <summary>The names in which a module and a file differed.</summary>
/// <param name="Missing">In the module, not in the file, as the file would call them; these tensors kept their values.</param>
/// <param name="Unexpected">In the file, not in the module; not read.</param>
public sealed record ModuleLoadResult(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected);
