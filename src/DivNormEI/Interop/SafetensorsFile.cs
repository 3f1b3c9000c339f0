using System.Buffers.Binary;
using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>
/// A safetensors file (https://github.com/huggingface/safetensors), open for reading. The header is read and checked in
/// full when it is opened; tensors are read one by one, on demand. Not safe for use by several threads at once.
/// </summary>
/// <example><code>
/// using var file = SafetensorsFile.Open("weights.safetensors");
/// using var sigma = file.Read("sigma");
/// </code></example>
public sealed class SafetensorsFile : TensorFile
{
    // The file begins with the header's length, an unsigned 64-bit little-endian integer.
    internal const int PrefixLength = sizeof(ulong);

    private SafetensorsFile(
        Stream stream, string name, bool leaveOpen, Dictionary<string, string> metadata, List<SafetensorsTensor> tensors)
        : base(stream, name, leaveOpen, metadata, tensors)
    {
    }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The open file; dispose it to close it.</returns>
    /// <exception cref="UserInputException">The file cannot be read or is not a valid safetensors file.</exception>
    public static new SafetensorsFile Open(string path) => Open(path, stream => Open(stream, path));

    /// <summary>Reads a safetensors file from a stream, from its beginning, and checks its header.</summary>
    /// <param name="stream">A readable stream that can seek.</param>
    /// <param name="name">How messages are to call it.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the file is disposed.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="ArgumentException">The stream cannot read or seek.</exception>
    /// <exception cref="UserInputException">The stream holds no valid safetensors file.</exception>
    public static SafetensorsFile Open(Stream stream, string name = "stream", bool leaveOpen = false)
    {
        CheckStream(stream);
        try
        {
            var header = ReadHeader(stream, name);
            var (metadata, tensors) = SafetensorsHeader.Parse(header, stream.Length - PrefixLength - header.Length, name);
            return new SafetensorsFile(stream, name, leaveOpen, metadata, tensors);
        }
        catch (IOException error)
        {
            throw CannotRead(name, error);
        }
    }

    /// <summary>Writes tensors to a file, whole or not at all.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="tensors">Names and tensors in the order of the header: any device, any strides, any supported type.</param>
    /// <param name="metadata">Free text to go with them; null for none.</param>
    /// <remarks>The same tensors and metadata give the same bytes.</remarks>
    /// <exception cref="ArgumentException">A name is reserved or appears twice, or a tensor's type has no place in the format.</exception>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var content = new SafetensorsWriter([.. tensors], metadata);
        AtomicFile.Write(path, content.WriteTo);
    }

    private static byte[] ReadHeader(Stream stream, string name)
    {
        if (stream.Length < PrefixLength)
            throw new UserInputException($"{name}: {stream.Length} bytes are too few for a safetensors file");
        Span<byte> prefix = stackalloc byte[PrefixLength];
        stream.Position = 0;
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        // Both checks come before the allocation: the length is only a claim.
        if (length > (ulong)(stream.Length - PrefixLength))
        {
            throw new UserInputException($"{name}: the header claims {length} bytes, the file holds "
                + $"{stream.Length - PrefixLength} after the length (truncated, or not a safetensors file)");
        }

        if (length > SafetensorsHeader.MaximumLength)
            throw new UserInputException($"{name}: the header takes {length} bytes, more than {SafetensorsHeader.MaximumLength}");
        var header = new byte[length];
        stream.ReadExactly(header);
        return header;
    }
}
