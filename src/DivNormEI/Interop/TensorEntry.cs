using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>One tensor of a file: what it is, not yet its elements.</summary>
public abstract class TensorEntry
{
    // libtorch's limit for the dimensions of a tensor.
    internal const int MaximumRank = 64;

    private protected TensorEntry(string name, SafetensorsDType.Info type, long[] shape)
    {
        Name = name;
        Type = type;
        Shape = shape;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The element type as the safetensors format spells it, whatever the file: <c>F32</c>, <c>BF16</c>, <c>I64</c>, <c>BOOL</c>, ...</summary>
    public string DType => Type.Name;

    /// <summary>The TorchSharp type that holds such elements, or null where TorchSharp has none (<c>F8_E4M3</c>, <c>U16</c>, ...).</summary>
    public ScalarType? ScalarType => Type.ScalarType;

    /// <summary>The sizes of the dimensions; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    internal SafetensorsDType.Info Type { get; }

    /// <summary>What its elements take, in bytes.</summary>
    internal long ByteLength => SizeInBits(Shape, Type.Bits)!.Value / 8;

    /// <summary>Reads the elements of a tensor whose type TorchSharp has.</summary>
    internal abstract Tensor Read(Stream stream);

    /// <summary>The size of a shape, or null if it overflows; zeros do not excuse the others, whose product is a stride.</summary>
    internal static long? SizeInBits(IReadOnlyList<long> shape, int bitsPerElement)
    {
        Int128 bits = bitsPerElement;
        var empty = false;
        foreach (var size in shape)
        {
            empty |= size == 0;
            bits *= Math.Max(size, 1);
            if (bits > long.MaxValue)
                return null;
        }

        return empty ? 0 : (long)bits;
    }
}
