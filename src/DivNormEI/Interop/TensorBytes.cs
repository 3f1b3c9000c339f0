using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>
/// Moves the elements of contiguous CPU tensors to and from streams, in pieces: a span ends at 2 GB, a tensor does not.
/// The format is little-endian, as is every platform with a native libtorch.
/// </summary>
internal static class TensorBytes
{
    private const long PieceLength = 1 << 24;

    /// <summary>Reads a new tensor from where a stream stands.</summary>
    /// <exception cref="EndOfStreamException">The stream ends first.</exception>
    internal static Tensor Read(Stream stream, IReadOnlyList<long> shape, ScalarType type)
    {
        // A byte other than 0 and 1 is undefined behaviour in libtorch's Boolean tensors; any but 0 counts as true.
        var raw = empty([.. shape], type == ScalarType.Bool ? ScalarType.Byte : type, CPU);
        ForEachPiece(raw, stream, static (stream, bytes) => stream.ReadExactly(bytes));
        if (type != ScalarType.Bool)
            return raw;
        using (raw)
            return raw.ne(0);
    }

    /// <summary>Writes a tensor's elements to a stream.</summary>
    internal static void Write(Stream stream, Tensor tensor) =>
        ForEachPiece(tensor, stream, static (stream, bytes) => stream.Write(bytes));

    private static void ForEachPiece(Tensor tensor, Stream stream, Action<Stream, Span<byte>> act)
    {
        using var flat = tensor.view(-1);
        for (var start = 0L; start < flat.numel(); start += PieceLength)
        {
            using var piece = flat.narrow(0, start, Math.Min(PieceLength, flat.numel() - start));
            act(stream, piece.bytes);
        }
    }
}
