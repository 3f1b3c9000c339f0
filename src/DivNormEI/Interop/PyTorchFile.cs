namespace DivNorm.Interop;

/// <summary>
/// A PyTorch file of tensors (<c>.pt</c>, <c>.pth</c>), as <c>torch.save</c> has written state dicts and checkpoints since PyTorch 1.6: a zip archive with a
/// pickle that describes the tensors. The pickle is read by a strict reader that runs nothing (<see cref="PickleReader"/>); what a state dict does not need is
/// refused by name. Tensors of nested dicts and lists are called by their keys, joined by dots: <c>state_dict.conv.weight</c>.
/// </summary>
/// <remarks>
/// <see cref="TensorFile.Metadata"/> holds the texts and numbers of the outermost dict, such as <c>epoch</c>. Checksums of the archive are not verified.
/// </remarks>
public sealed class PyTorchFile : TensorFile
{
    private const string Pickle = "data.pkl";

    // The magic number with which files of PyTorch before 1.6 begin, as a pickle of protocol 2.
    private static readonly byte[] Legacy = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46];

    private PyTorchFile(Stream stream, string name, bool leaveOpen, (List<PyTorchTensor> Tensors, Dictionary<string, string> Metadata) content)
        : base(stream, name, leaveOpen, content.Metadata, content.Tensors)
    {
    }

    /// <summary>Opens a file and checks all that describes its tensors.</summary>
    /// <param name="path">The file's path.</param>
    /// <returns>The open file; dispose it to close it.</returns>
    /// <exception cref="UserInputException">The file cannot be read, is no such file, or holds something other than tensors and plain values.</exception>
    public static new PyTorchFile Open(string path) => Open(path, stream => Open(stream, path));

    /// <summary>Reads a file from a stream, from its beginning, and checks all that describes its tensors.</summary>
    /// <param name="stream">A readable stream that can seek.</param>
    /// <param name="name">How messages are to call it.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the file is disposed.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="ArgumentException">The stream cannot read or seek.</exception>
    /// <exception cref="UserInputException">As for <see cref="Open(string)"/>.</exception>
    public static PyTorchFile Open(Stream stream, string name = "stream", bool leaveOpen = false)
    {
        CheckStream(stream);
        try
        {
            if (Begins(stream, Legacy))
                throw new UserInputException($"{name}: is in the format of PyTorch before 1.6; write it anew in PyTorch: torch.save(torch.load(old, map_location='cpu'), new)");
            return new PyTorchFile(stream, name, leaveOpen, ReadContent(stream, name));
        }
        catch (IOException error)
        {
            throw CannotRead(name, error);
        }
    }

    /// <summary>Whether a stream begins as PyTorch's files do, those before 1.6 too.</summary>
    internal static bool IsOne(Stream stream) => Begins(stream, "PK\x3\x4"u8) || Begins(stream, Legacy);

    private static bool Begins(Stream stream, ReadOnlySpan<byte> signature)
    {
        Span<byte> start = stackalloc byte[8];
        stream.Position = 0;
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)].StartsWith(signature);
    }

    private static (List<PyTorchTensor> Tensors, Dictionary<string, string> Metadata) ReadContent(Stream stream, string name)
    {
        var budget = new MemoryBudget(name);
        var archive = new StoredZip(stream, name, budget);
        // All entries lie in one folder, called as the file was when it was saved.
        var folder = archive.Names.FirstOrDefault(entry => entry.EndsWith($"/{Pickle}", StringComparison.Ordinal))?[..^(Pickle.Length + 1)]
            ?? throw new UserInputException($"{name}: is a zip archive without {Pickle}; give a file that torch.save has written");
        if (archive.Find($"{folder}/constants.pkl") is not null)
            throw new UserInputException($"{name}: is a TorchScript program; in PyTorch save the state dict alone: torch.save(torch.jit.load(file).state_dict(), new)");
        if (archive.Read($"{folder}/byteorder") is { } order && !order.AsSpan().SequenceEqual("little"u8))
            throw new UserInputException($"{name}: its numbers are not little-endian; write it anew on a little-endian machine");
        var pickle = archive.Read($"{folder}/{Pickle}")!;
        return PyTorchState.Read(PickleReader.Read(pickle, $"{name}: {Pickle}", budget), archive, folder, name, budget);
    }
}
