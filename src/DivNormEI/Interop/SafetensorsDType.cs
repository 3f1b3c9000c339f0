using System.Collections.Frozen;
using TorchSharp;

namespace DivNorm.Interop;

/// <summary>The element types of the safetensors format and the TorchSharp types that hold them.</summary>
internal static class SafetensorsDType
{
    /// <summary>One element type: its name in the format, its size in bits, its TorchSharp type where there is one.</summary>
    internal sealed record Info(string Name, int Bits, torch.ScalarType? ScalarType);

    private static readonly FrozenDictionary<string, Info> ByName = new Info[]
    {
        new("BOOL", 8, torch.ScalarType.Bool),
        new("U8", 8, torch.ScalarType.Byte),
        new("I8", 8, torch.ScalarType.Int8),
        new("I16", 16, torch.ScalarType.Int16),
        new("I32", 32, torch.ScalarType.Int32),
        new("I64", 64, torch.ScalarType.Int64),
        new("F16", 16, torch.ScalarType.Float16),
        new("BF16", 16, torch.ScalarType.BFloat16),
        new("F32", 32, torch.ScalarType.Float32),
        new("F64", 64, torch.ScalarType.Float64),
        // Known to the format, so that their files open and their other tensors can be read.
        new("U16", 16, null),
        new("U32", 32, null),
        new("U64", 64, null),
        new("C64", 64, null),
        new("F8_E4M3", 8, null),
        new("F8_E5M2", 8, null),
        new("F8_E8M0", 8, null),
        new("F8_E4M3FNUZ", 8, null),
        new("F8_E5M2FNUZ", 8, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("F4", 4, null),
    }.ToFrozenDictionary(info => info.Name);

    private static readonly FrozenDictionary<torch.ScalarType, Info> ByType =
        ByName.Values.Where(info => info.ScalarType is not null).ToFrozenDictionary(info => info.ScalarType!.Value);

    /// <summary>The type of that name, or null for a name the format does not know.</summary>
    internal static Info? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The format's type for a tensor's, or null where it has none.</summary>
    internal static Info? Find(torch.ScalarType type) => ByType.GetValueOrDefault(type);
}
