using System.Globalization;

namespace DivNorm.Interop;

/// <summary>
/// Finds the tensors in what a pickle holds: dicts within dicts, lists and tuples. A tensor is called by the keys that lead to it, joined by dots; places in a
/// list count from 0. Texts and numbers of the outermost dict become metadata, all other values are passed over.
/// </summary>
internal sealed class PyTorchState
{
    private const int DeepestNesting = 32;

    private readonly StoredZip archive;
    private readonly string folder;
    private readonly string file;
    private readonly MemoryBudget budget;
    private readonly List<PyTorchTensor> tensors = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    /// <summary>Where a value stands: the key that led to it and where that stands. A name is made of it only where there is a tensor.</summary>
    private sealed record Place(Place? Outer, object? Key, int Depth);

    private PyTorchState(StoredZip archive, string folder, string file, MemoryBudget budget) =>
        (this.archive, this.folder, this.file, this.budget) = (archive, folder, file, budget);

    /// <summary>The tensors and the metadata of a value, each tensor checked against its storage.</summary>
    /// <exception cref="UserInputException">The value is no dict or list, two tensors have one name, a storage does not fit, or it is nested too deeply.</exception>
    internal static (List<PyTorchTensor> Tensors, Dictionary<string, string> Metadata) Read(
        object? value, StoredZip archive, string folder, string file, MemoryBudget budget)
    {
        var state = new PyTorchState(archive, folder, file, budget);
        if (value is not (PickleDict or List<object?> or object?[]))
            throw new UserInputException($"{file}: holds {(value is PickleTensor ? "a tensor without a name" : "no tensors")}; save a dict of tensors, such as model.state_dict()");
        state.Walk(value, null);
        if (value is PickleDict root)
            state.ReadMetadata(root);
        return (state.tensors, state.metadata);
    }

    private void Walk(object? value, Place? place)
    {
        // A value may be reached in many ways, so that a small file can hold a large tree.
        budget.Charge(MemoryBudget.Slot);
        switch (value)
        {
            case PickleTensor tensor:
                Add(tensor, place!);
                break;
            case PickleDict dict:
                foreach (var (key, item) in dict.Items)
                    WalkInto(item, place, key);
                break;
            case IReadOnlyList<object?> items: // lists and tuples
                for (var i = 0; i < items.Count; i++)
                    WalkInto(items[i], place, i);
                break;
        }
    }

    private void WalkInto(object? value, Place? outer, object? key)
    {
        if (value is not (PickleTensor or PickleDict or List<object?> or object?[]))
            return;
        var depth = (outer?.Depth ?? 0) + 1;
        if (depth > DeepestNesting)
            throw new UserInputException($"{file}: its values are nested more than {DeepestNesting} deep, or within themselves");
        budget.Charge(3 * MemoryBudget.Object);
        Walk(value, new Place(outer, key, depth));
    }

    private void Add(PickleTensor tensor, Place place)
    {
        var name = Name(place);
        budget.Charge(16 * MemoryBudget.Object); // the entry, and its places in lists and dictionaries
        if (!names.Add(name))
            throw new UserInputException($"{file}: two tensors are called {MessageText.Quote(name)}");
        budget.ChargeText(folder.Length + tensor.Storage.Key.Length);
        tensors.Add(PyTorchTensor.Create(name, tensor, archive.Find($"{folder}/data/{tensor.Storage.Key}"), file));
    }

    private string Name(Place place)
    {
        var keys = new string[place.Depth];
        var length = 0L;
        for (var at = place; at is not null; at = at.Outer)
        {
            var key = keys[at.Depth - 1] = at.Key switch
            {
                string text => text,
                long number => number.ToString(CultureInfo.InvariantCulture),
                int index => index.ToString(CultureInfo.InvariantCulture),
                _ => throw new UserInputException($"{file}: a tensor's key in a dict is neither a text nor a whole number"),
            };
            length += key.Length + 1;
        }

        budget.Charge(2 * length + sizeof(long) * place.Depth + 2 * MemoryBudget.Object);
        return string.Join('.', keys);
    }

    private void ReadMetadata(PickleDict root)
    {
        foreach (var (key, value) in root.Items)
        {
            var text = value switch
            {
                string given => given,
                long number => number.ToString(CultureInfo.InvariantCulture),
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                bool flag => flag.ToString(),
                _ => null,
            };
            if (key is not string name || text is null)
                continue;
            budget.ChargeText(text.Length);
            metadata[name] = text;
        }
    }
}
