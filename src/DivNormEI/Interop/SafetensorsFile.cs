using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TorchSharp;
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
public sealed class SafetensorsFile : IDisposable
{
    // The file begins with the header's length, an unsigned 64-bit little-endian integer.
    private const int PrefixLength = sizeof(ulong);

    private readonly Stream stream;
    private readonly bool leaveOpen;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsTensor> byName;

    private SafetensorsFile(Stream stream, string name, bool leaveOpen)
    {
        this.stream = stream;
        this.leaveOpen = leaveOpen;
        Name = name;
        try
        {
            var header = ReadHeader();
            dataStart = PrefixLength + header.Length;
            (var metadata, var tensors) = SafetensorsHeader.Parse(header, stream.Length - dataStart, name);
            Metadata = metadata;
            Tensors = tensors;
            byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        }
        catch (IOException error)
        {
            throw CannotRead(name, error);
        }
    }

    /// <summary>The path, or the name given with the stream: how messages call the file.</summary>
    public string Name { get; }

    /// <summary>The free-text map of the header; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of the header.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The open file; dispose it to close it.</returns>
    /// <exception cref="UserInputException">The file cannot be read or is not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(path, error);
        }

        try
        {
            if (!stream.CanSeek)
                throw new UserInputException($"cannot read '{path}': it is not a regular file");
            return new SafetensorsFile(stream, path, leaveOpen: false);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a safetensors file from a stream, from its beginning, and checks its header.</summary>
    /// <param name="stream">A readable stream that can seek.</param>
    /// <param name="name">How messages are to call it.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the file is disposed.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="ArgumentException">The stream cannot read or seek.</exception>
    /// <exception cref="UserInputException">The stream holds no valid safetensors file.</exception>
    public static SafetensorsFile Open(Stream stream, string name = "stream", bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("The stream must be able to read and seek.", nameof(stream));
        return new SafetensorsFile(stream, name, leaveOpen);
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

    /// <summary>Finds a tensor's entry.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The entry, or null if the file has no tensor of that name.</returns>
    public SafetensorsTensor? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>A new tensor of the stored type and shape on the CPU, owned by the caller or his dispose scope.</returns>
    /// <exception cref="UserInputException">
    /// No such tensor, a type that TorchSharp has not, no memory for it, or bytes that can no longer be read.
    /// </exception>
    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var where = $"{Name}: tensor {SafetensorsHeader.Quote(name)}";
        if (Find(name) is not { } entry)
            throw new UserInputException($"{where} is missing");
        if (entry.ScalarType is not { } type)
            throw new UserInputException($"{where} is of dtype {entry.DType}, which is not supported");
        using var scope = NewDisposeScope();
        try
        {
            // A byte other than 0 and 1 is undefined behaviour in libtorch's Boolean tensors; any but 0 counts as true.
            var raw = empty([.. entry.Shape], type == ScalarType.Bool ? ScalarType.Byte : type, CPU);
            stream.Position = dataStart + entry.Begin;
            TensorBytes.Read(stream, raw);
            return (type == ScalarType.Bool ? raw.ne(0) : raw).MoveToOuterDisposeScope();
        }
        catch (ExternalException error)
        {
            throw new UserInputException($"{where} takes {entry.End - entry.Begin} bytes, more than the memory at hand", error);
        }
        catch (IOException error)
        {
            throw CannotRead(Name, error);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        if (!leaveOpen)
            stream.Dispose();
    }

    private byte[] ReadHeader()
    {
        if (stream.Length < PrefixLength)
            throw new UserInputException($"{Name}: {stream.Length} bytes are too few for a safetensors file");
        Span<byte> prefix = stackalloc byte[PrefixLength];
        stream.Position = 0;
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        // Both checks come before the allocation: the length is only a claim.
        if (length > (ulong)(stream.Length - PrefixLength))
        {
            throw new UserInputException($"{Name}: the header claims {length} bytes, the file holds "
                + $"{stream.Length - PrefixLength} after the length (truncated, or not a safetensors file)");
        }

        if (length > SafetensorsHeader.MaximumLength)
            throw new UserInputException($"{Name}: the header takes {length} bytes, more than {SafetensorsHeader.MaximumLength}");
        var header = new byte[length];
        stream.ReadExactly(header);
        return header;
    }

    private static UserInputException CannotRead(string name, Exception error)
    {
        var reason = error switch
        {
            FileNotFoundException or DirectoryNotFoundException => "no such file",
            _ when Directory.Exists(name) => "it is a folder",
            UnauthorizedAccessException => "no permission",
            _ => error.Message,
        };
        return new UserInputException($"cannot read '{name}': {reason}", error);
    }
}
