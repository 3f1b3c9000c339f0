using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>
/// A file of named tensors, open for reading: <see cref="SafetensorsFile"/> or <see cref="PyTorchFile"/>. What it holds is checked in full when it is opened;
/// tensors are read one by one, on demand. Not safe for use by several threads at once.
/// </summary>
public abstract class TensorFile : IDisposable
{
    private readonly Stream stream;
    private readonly bool leaveOpen;
    private readonly Dictionary<string, TensorEntry> byName;

    private protected TensorFile(
        Stream stream, string name, bool leaveOpen, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorEntry> tensors)
    {
        this.stream = stream;
        this.leaveOpen = leaveOpen;
        Name = name;
        Metadata = metadata;
        Tensors = tensors;
        byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The path, or the name given with the stream: how messages call the file.</summary>
    public string Name { get; }

    /// <summary>The free text that goes with the tensors; empty where the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the order of the file.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>The length of the whole file in bytes.</summary>
    internal long Length => stream.Length;

    /// <summary>Opens a safetensors file or a PyTorch file, whichever its first bytes say that it is.</summary>
    /// <param name="path">The file's path; its ending does not matter.</param>
    /// <returns>The open file; dispose it to close it.</returns>
    /// <exception cref="UserInputException">The file cannot be read or is not valid.</exception>
    public static TensorFile Open(string path) => Open<TensorFile>(
        path, stream => PyTorchFile.IsOne(stream) ? PyTorchFile.Open(stream, path) : SafetensorsFile.Open(stream, path));

    /// <summary>Finds a tensor's entry.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The entry, or null if the file has no tensor of that name.</returns>
    public TensorEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>A new tensor of the stored type and shape on the CPU, owned by the caller or his dispose scope.</returns>
    /// <exception cref="UserInputException">
    /// No such tensor, a type that TorchSharp has not, no memory for it, or bytes that can no longer be read.
    /// </exception>
    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var where = $"{Name}: tensor {MessageText.Quote(name)}";
        if (Find(name) is not { } entry)
            throw new UserInputException($"{where} is missing");
        if (entry.ScalarType is null)
            throw new UserInputException($"{where} is of dtype {entry.DType}, which is not supported");
        using var scope = NewDisposeScope();
        try
        {
            return entry.Read(stream).MoveToOuterDisposeScope();
        }
        catch (ExternalException error)
        {
            throw new UserInputException($"{where} takes {entry.ByteLength} bytes, more than the memory at hand", error);
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
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a path and hands the stream over; it is closed again if the file is refused.</summary>
    private protected static T Open<T>(string path, Func<Stream, T> open)
        where T : TensorFile
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!stream.CanSeek)
                throw new UserInputException($"cannot read '{path}': it is not a regular file");
            return open(stream);
        }
        catch (Exception error)
        {
            stream?.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw CannotRead(path, error);
            throw;
        }
    }

    /// <summary>Refuses a stream that files cannot be read from.</summary>
    private protected static void CheckStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("The stream must be able to read and seek.", nameof(stream));
    }

    private protected static UserInputException CannotRead(string name, Exception error)
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
