using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>One entry of a safetensors header.</summary>
internal sealed class SafetensorsTensor : TensorEntry
{
    private readonly long dataStart;

    /// <summary>An entry; begin and end are offsets into the file's data, which start at a position of their own.</summary>
    internal SafetensorsTensor(string name, SafetensorsDType.Info type, long[] shape, long dataStart, long begin, long end)
        : base(name, type, shape) => (this.dataStart, Begin, End) = (dataStart, begin, end);

    /// <summary>Offset of the first byte, counted from the end of the header.</summary>
    internal long Begin { get; }

    /// <summary>Offset after the last byte, counted from the end of the header.</summary>
    internal long End { get; }

    internal override Tensor Read(Stream stream)
    {
        stream.Position = dataStart + Begin;
        return TensorBytes.Read(stream, Shape, ScalarType!.Value);
    }
}
