using DivNorm.Layers;
using TorchSharp;

namespace DivNorm.Interop;

/// <summary>A DivNormEI layer in a file, found by the names of its tensors. Its shapes are checked before any tensor is read.</summary>
internal sealed class StoredLayer
{
    // Without lateral weights in the file a few bytes a channel would ask for memory that grows with the square of the channels.
    private const int MostChannelsOfLesion = 1024;

    private readonly TensorFile file;
    private readonly LayerLayout layout;
    private readonly Dictionary<string, TensorEntry> entries = new(StringComparer.Ordinal);

    private StoredLayer(TensorFile file, LayerLayout layout, string prefix)
    {
        (this.file, this.layout, Prefix) = (file, layout, prefix);
        Options = ReadOptions();
    }

    /// <summary>What stands before the layer's names: empty, or with a dot at its end.</summary>
    internal string Prefix { get; }

    internal long Channels { get; private set; }

    /// <summary>The layer's options, from the shapes and the metadata.</summary>
    internal DivNormEIOptions Options { get; }

    /// <summary>The tensors of the file by their names in the layer's state dict.</summary>
    internal IReadOnlyDictionary<string, TensorEntry> Entries => entries;

    /// <summary>The type that the layer computes in: Float64 where a tensor is, else Float32.</summary>
    internal torch.ScalarType Type =>
        entries.Values.Any(entry => entry.ScalarType == torch.ScalarType.Float64) ? torch.ScalarType.Float64 : torch.ScalarType.Float32;

    /// <summary>Whether the tensors of a file are those of one layer and nothing else.</summary>
    internal static bool IsAll(TensorFile file) =>
        Places(file).ToList() is [var (layout, prefix)] && layout.Names(prefix).ToHashSet(StringComparer.Ordinal) is var names && file.Tensors.All(entry => names.Contains(entry.Name));

    /// <summary>Finds a layer.</summary>
    /// <param name="file">The file.</param>
    /// <param name="prefix">Where the layer is, with or without a dot at the end; null for the only one that there is.</param>
    /// <exception cref="UserInputException">There is no such layer, there are several, or it is not whole.</exception>
    internal static StoredLayer Find(TensorFile file, string? prefix)
    {
        var places = Places(file).ToList();
        var wanted = prefix is null or "" || prefix.EndsWith('.') ? prefix : prefix + '.';
        var found = wanted is null ? places : places.FindAll(place => place.Prefix == wanted);
        if (found.Count == 1)
            return new StoredLayer(file, found[0].Layout, found[0].Prefix);
        var there = places.Count == 0
            ? $"none ('{LayerLayout.Ours["w_div"]}' or '{LayerLayout.Authors["w_div"]}', and 'sigma')"
            : string.Join(", ", places.Take(5).Select(place => place.Prefix == "" ? "one without a prefix" : MessageText.Quote(place.Prefix.TrimEnd('.'))));
        throw new UserInputException(wanted is null && places.Count > 1
            ? $"{file.Name}: holds {places.Count} DivNormEI layers; name the prefix of one: {there}"
            : $"{file.Name}: holds no DivNormEI layer{(wanted is null ? "" : $" under {MessageText.Quote(prefix!)}")}; there is {there}");
    }

    private static IEnumerable<(LayerLayout Layout, string Prefix)> Places(TensorFile file)
    {
        foreach (var entry in file.Tensors)
        {
            foreach (var layout in (LayerLayout[])[LayerLayout.Ours, LayerLayout.Authors])
            {
                if (!entry.Name.EndsWith(layout["w_div"], StringComparison.Ordinal))
                    continue;
                var prefix = entry.Name[..^layout["w_div"].Length];
                if ((prefix == "" || prefix.EndsWith('.')) && file.Find(prefix + layout["sigma"]) is not null)
                    yield return (layout, prefix);
            }
        }
    }

    private DivNormEIOptions ReadOptions()
    {
        var metadata = new LayerMetadata(file, Prefix);
        var division = Required("w_div");
        Channels = division.Shape.Count == 4 ? division.Shape[0] : 0;
        if (Channels < 1 || division.Shape[1] != 1)
            throw Shape(division, "[C, 1, k, k]");
        var (excitation, inhibition) = (Lateral("w_exc"), Lateral("w_inh"));
        var parts = (excitation, inhibition) switch
        {
            (not null, not null) => LateralParts.ExcitationAndInhibition,
            (not null, null) => LateralParts.ExcitationOnly,
            (null, not null) => LateralParts.InhibitionOnly,
            _ => LateralParts.None,
        };
        if (parts != LateralParts.ExcitationAndInhibition && Channels > MostChannelsOfLesion)
            throw new UserInputException($"{file.Name}: {division.Name} has {Channels} channels; a layer without {(excitation is null ? "excitation" : "inhibition")} is read with up to {MostChannelsOfLesion}");
        var bias = LateralBias(excitation, inhibition);
        metadata.CheckLateralBias(bias, $"{Prefix}{layout["b_exc"]} and {Prefix}{layout["b_inh"]}");
        foreach (var name in (string[])["sigma", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"])
            PerChannel(name, Required(name));
        if (Optional("bn.num_batches_tracked") is { } count && count.Shape.Any(size => size != 1))
            throw Shape(count, "[]");
        return metadata.Over(Defaults(metadata)) with
        {
            LateralParts = parts,
            LateralBias = bias,
            DivisionKernel = metadata.Kernel(division, "kernel_div"),
            ExcitationKernel = excitation is null ? 1 : metadata.Kernel(excitation, "kernel_exc"),
            InhibitionKernel = inhibition is null ? 1 : metadata.Kernel(inhibition, "kernel_inh"),
        };
    }

    /// <summary>What holds where the metadata are silent. Networks that were saved before layers had metadata of their own name theirs.</summary>
    private DivNormEIOptions Defaults(LayerMetadata metadata)
    {
        if (metadata.NamesSource || layout != LayerLayout.Ours)
            return layout.Defaults;
        if (file.Metadata.TryGetValue("arm", out var arm))
            throw new UserInputException($"{file.Name}: does not say what the excitation of its layers reads ({MessageText.Quote(arm)}, saved by an older version); train it anew");
        if (!file.Metadata.TryGetValue("layer", out var name) || !NormalizationLayers.Names.Contains(name))
            return layout.Defaults;
        using var layer = NormalizationLayers.Find(name).Create(1, seed: 0);
        return (layer as Layers.DivNormEI)?.Options ?? layout.Defaults;
    }

    private TensorEntry? Lateral(string name)
    {
        var entry = Optional(name);
        return entry is null || (entry.Shape.Count == 4 && entry.Shape[0] == Channels && entry.Shape[1] == Channels)
            ? entry
            : throw Shape(entry, $"[{Channels}, {Channels}, k, k]");
    }

    private bool LateralBias(TensorEntry? excitation, TensorEntry? inhibition)
    {
        var (ofExcitation, ofInhibition) = (Bias("b_exc", excitation), Bias("b_inh", inhibition));
        if (excitation is not null && inhibition is not null && ofExcitation != ofInhibition)
            throw Missing(ofExcitation ? "b_inh" : "b_exc", "; E and I have a bias each, or none");
        return ofExcitation || ofInhibition;
    }

    private bool Bias(string name, TensorEntry? weight)
    {
        if (weight is null || Optional(name) is not { } bias)
            return false;
        PerChannel(name, bias);
        return true;
    }

    /// <summary>One value a channel, in whatever dimension: the authors' sigma is [1, C, 1, 1].</summary>
    private void PerChannel(string name, TensorEntry entry)
    {
        if (!entry.Shape.Where(size => size != 1).SequenceEqual(Channels == 1 ? [] : [Channels]))
            throw Shape(entry, $"[{Channels}]");
        entries[name] = entry;
    }

    private TensorEntry Required(string name) => Optional(name) ?? throw Missing(name, "");

    private TensorEntry? Optional(string name)
    {
        var entry = file.Find(Prefix + layout[name]);
        if (entry is null)
            return null;
        if (name != "bn.num_batches_tracked" && (entry.ScalarType is not { } type || !torch.is_floating_point(type)))
            throw new UserInputException($"{file.Name}: {MessageText.Quote(entry.Name)} is of dtype {entry.DType}; it must be F64, F32, F16 or BF16");
        entries[name] = entry;
        return entry;
    }

    private UserInputException Missing(string name, string why) => new($"{file.Name}: {MessageText.Quote(Prefix + layout[name])} is missing{why}");

    private UserInputException Shape(TensorEntry entry, string expected) =>
        new($"{file.Name}: {MessageText.Quote(entry.Name)} has shape [{string.Join(", ", entry.Shape)}], expected {expected}");
}
