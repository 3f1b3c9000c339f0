using TorchSharp;

namespace DivNorm.Interop;

/// <summary>
/// A Python dict, pairs in order. The other values of a state dict's pickle are .NET's own: string, long, double, bool, null, a list as
/// List&lt;object?&gt;, a tuple as object?[].
/// </summary>
internal sealed class PickleDict
{
    /// <summary>What an empty one takes, for <see cref="MemoryBudget"/>.</summary>
    internal const int Size = 3 * MemoryBudget.Object;

    internal List<KeyValuePair<object?, object?>> Items { get; } = [];
}

/// <summary>A storage, an entry of the archive: its element type, the entry's name, and its number of elements.</summary>
internal sealed record PickleStorage(SafetensorsDType.Info Type, string Key, long Count);

/// <summary>A tensor: elements of a storage, from an offset on, in steps.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>One of the few Python names that state dicts refer to. They are known by what they mean; nothing is ever looked up or run.</summary>
internal sealed record PickleGlobal(string Name, torch.ScalarType? Storage = null)
{
    internal static readonly PickleGlobal OrderedDict = new("collections.OrderedDict");
    internal static readonly PickleGlobal RebuildTensor = new("torch._utils._rebuild_tensor_v2");
    internal static readonly PickleGlobal RebuildParameter = new("torch._utils._rebuild_parameter");

    private static readonly Dictionary<string, PickleGlobal> ByName = new PickleGlobal[]
    {
        OrderedDict,
        RebuildTensor,
        RebuildParameter,
        new("torch.FloatStorage", torch.ScalarType.Float32),
        new("torch.DoubleStorage", torch.ScalarType.Float64),
        new("torch.HalfStorage", torch.ScalarType.Float16),
        new("torch.BFloat16Storage", torch.ScalarType.BFloat16),
        new("torch.LongStorage", torch.ScalarType.Int64),
        new("torch.IntStorage", torch.ScalarType.Int32),
        new("torch.ShortStorage", torch.ScalarType.Int16),
        new("torch.CharStorage", torch.ScalarType.Int8),
        new("torch.ByteStorage", torch.ScalarType.Byte),
        new("torch.BoolStorage", torch.ScalarType.Bool),
    }.ToDictionary(global => global.Name, StringComparer.Ordinal);

    /// <summary>The global of that name, or null for any that a state dict does not need.</summary>
    internal static PickleGlobal? Find(string name) => ByName.GetValueOrDefault(name);
}
