using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>A submodule at its place in a model.</summary>
/// <param name="Name">Its name in the model, joined by dots.</param>
/// <param name="Module">The submodule.</param>
/// <param name="Parent">The module that it is a child of.</param>
/// <param name="Inserted">Whether it was inserted, or stands in something that was.</param>
internal sealed record ModulePlace(string Name, nn.Module Module, nn.Module Parent, bool Inserted);

/// <summary>The submodules of a model, each before its children.</summary>
internal sealed class ModelTree
{
    private const int MostNamesTold = 5;

    private readonly nn.Module model;

    /// <summary>Lists a model's submodules.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public ModelTree(nn.Module model)
    {
        this.model = model;
        try
        {
            _ = model.training;
        }
        catch (ObjectDisposedException)
        {
            throw new ObjectDisposedException(model.GetType().Name, "The model is disposed.");
        }

        Places = [.. Below(model, string.Empty, inserted: false)];
    }

    /// <summary>All places, depth first.</summary>
    public IReadOnlyList<ModulePlace> Places { get; }

    /// <summary>The place of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message has names near it.</exception>
    public ModulePlace Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Places.FirstOrDefault(place => place.Name == name) is { } found)
            return found;
        string near = string.Join(", ", NearNames.Of(name, Places.Select(place => place.Name)).Take(MostNamesTold));
        throw new ArgumentException(
            $"{model.GetType().Name} has no submodule '{name}'; {(near.Length == 0 ? "it has none" : $"near it are {near}, of {Places.Count} that InsertionPoints lists")}.", nameof(name));
    }

    /// <summary>
    /// The place whose output a place's output is: a plain Sequential gives what its last module gives, and shows no children but those that it calls in a row.
    /// </summary>
    public static ModulePlace Source(ModulePlace place)
    {
        while (PlainSequential(place.Module) is { Count: > 0 } sequence)
        {
            var (name, module) = sequence.named_children().Last();
            place = new ModulePlace($"{place.Name}.{name}", module, sequence, place.Inserted);
        }

        return place;
    }

    /// <summary>The module as a Sequential; null where it is none, or of a class derived from it, which may have a forward of its own.</summary>
    public static Sequential? PlainSequential(nn.Module module) => module.GetType() == typeof(Sequential) ? (Sequential)module : null;

    /// <summary>
    /// The module with weights of its own whose dtype and device tell most of what a place gives: the place itself or the last one within it, else the
    /// last one before it, else the first one behind it. Null in a model without weights.
    /// </summary>
    public nn.Module? Surroundings(ModulePlace place)
    {
        var weighted = Places.Where(one => !one.Inserted && OwnTensor(one.Module) is not null).ToList();
        string within = place.Name + ".";
        int start = Places.ToList().FindIndex(one => one.Name == place.Name);
        var before = Places.Take(start).Where(weighted.Contains);
        return weighted.LastOrDefault(one => one.Name == place.Name || one.Name.StartsWith(within, StringComparison.Ordinal))?.Module
            ?? before.LastOrDefault()?.Module
            ?? weighted.FirstOrDefault()?.Module
            ?? (OwnTensor(model) is null ? null : model);
    }

    /// <summary>A floating-point parameter or buffer that is the module's own, not its children's; null where it has none.</summary>
    public static Tensor? OwnTensor(nn.Module module) => module.named_parameters(recurse: false).Select(own => (Tensor)own.parameter)
        .Concat(module.named_buffers(recurse: false).Select(own => own.buffer))
        .FirstOrDefault(tensor => !tensor.IsInvalid && tensor.is_floating_point());

    private static IEnumerable<ModulePlace> Below(nn.Module parent, string prefix, bool inserted)
    {
        foreach (var (name, module) in parent.named_children())
        {
            var place = new ModulePlace(prefix + name, module, parent, inserted || module is InsertedLayers);
            yield return place;
            foreach (var below in Below(module, place.Name + ".", place.Inserted))
                yield return below;
        }
    }
}
