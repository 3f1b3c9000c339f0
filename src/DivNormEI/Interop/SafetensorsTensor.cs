using TorchSharp;

namespace DivNorm.Interop;

/// <summary>One entry of a safetensors header: what a tensor is and where its bytes lie.</summary>
public sealed class SafetensorsTensor
{
    internal SafetensorsTensor(string name, SafetensorsDType.Info type, long[] shape, long begin, long end)
    {
        Name = name;
        Type = type;
        Shape = shape;
        Begin = begin;
        End = end;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The element type as the format spells it: <c>F32</c>, <c>BF16</c>, <c>I64</c>, <c>BOOL</c>, ...</summary>
    public string DType => Type.Name;

    /// <summary>The TorchSharp type that holds such elements, or null where TorchSharp has none (<c>F8_E4M3</c>, <c>U16</c>, ...).</summary>
    public torch.ScalarType? ScalarType => Type.ScalarType;

    /// <summary>The sizes of the dimensions; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Offset of the first byte, counted from the end of the header.</summary>
    public long Begin { get; }

    /// <summary>Offset after the last byte, counted from the end of the header.</summary>
    public long End { get; }

    internal SafetensorsDType.Info Type { get; }
}
