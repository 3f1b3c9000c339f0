using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using DivNorm.Interop;

namespace DivNorm.Lab.Data;

/// <summary>
/// A split of an image folder, decoded once and packed into one file that is mapped into memory: an epoch reads pixels as fast as the page
/// cache gives them. The file begins with a magic number, the index's length and checksum; then the index as JSON, then the pixels.
/// </summary>
internal sealed unsafe class PackedImages : ILabeledImages, IDisposable
{
    private const int HeadLength = 24;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private readonly PackedIndex index;

    private PackedImages(MemoryMappedFile file, MemoryMappedViewAccessor view, byte* start, PackedIndex index)
    {
        (this.file, this.view, this.index) = (file, view, index);
        this.start = start;
    }

    private static ReadOnlySpan<byte> Magic => "DNIMAGE1"u8;

    public int Count => index.Entries.Count;

    /// <summary>The files that could not be read when the pack was made.</summary>
    internal IReadOnlyList<SkippedFile> Skipped(IReadOnlyList<LabeledFile> files) =>
        [.. index.Entries.Select((entry, i) => entry.Skipped is null ? null : new SkippedFile(files[i].Path, entry.Skipped)).OfType<SkippedFile>()];

    public int Label(int index) => this.index.Entries[index].Label;

    public RgbImage? Read(int index)
    {
        var entry = this.index.Entries[index];
        return entry.Skipped is null ? new RgbImage(entry.Width, entry.Height, new MappedBytes(start + entry.Offset, (int)entry.Length).Memory) : null;
    }

    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }

    /// <summary>Opens a pack if it is whole and of this fingerprint; null if it must be made again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fingerprint">What the pack must have been made of.</param>
    /// <param name="why">Why not, for the user; null where there is no file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static PackedImages? Open(string path, string fingerprint, out string? why)
    {
        why = null;
        if (!File.Exists(path))
            return null;
        long length = new FileInfo(path).Length;
        why = "it is cut short or no pack";
        if (length < HeadLength)
            return null;
        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        var packed = ReadIndex(start, length, out long data) is { } found ? new PackedImages(file, view, start + data, found) : null;
        if (packed is null || !packed.IsWhole(length - data))
            why = "its checksums do not match";
        else if (packed.index.Fingerprint != fingerprint)
            why = "the image folder or the settings have changed";
        else
            return packed;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
        return null;
    }

    /// <summary>Decodes every file and writes the pack; only some images are in memory at a time.</summary>
    /// <exception cref="UserInputException">The pack cannot be written.</exception>
    internal static void Write(string path, string fingerprint, IReadOnlyList<LabeledFile> files, int storedSide, IProgress<double>? progress, CancellationToken cancellation)
    {
        const int group = 256; // decoded at once, on all cores
        var source = new FolderImages(files, storedSide);
        var entries = new List<PackedEntry>();
        string pixels = $"{path}.{Guid.NewGuid():N}.pixels"; // process numbers repeat among the machines and containers that share a cache
        try
        {
            using (var stream = File.Create(pixels))
            {
                for (int first = 0; first < files.Count; first += group)
                {
                    var images = new RgbImage?[Math.Min(group, files.Count - first)];
                    Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, i => images[i] = source.Read(first + i));
                    var skipped = source.Skipped.ToDictionary(file => file.Path, file => file.Reason);
                    for (int i = 0; i < images.Length; i++)
                    {
                        var (label, image) = (files[first + i].Label, images[i]);
                        entries.Add(image is null
                            ? new PackedEntry(label, 0, 0, stream.Position, 0, skipped[files[first + i].Path])
                            : new PackedEntry(label, image.Width, image.Height, stream.Position, Checksum(image.Pixels.Span), null));
                        if (image is not null)
                            stream.Write(image.Pixels.Span);
                    }

                    progress?.Report((double)entries.Count / files.Count);
                }
            }

            AtomicFile.Write(path, stream => Assemble(stream, new PackedIndex(fingerprint, entries), pixels));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"The packed images cannot be written to {path}: {error.Message}", error);
        }
        finally
        {
            File.Delete(pixels);
        }
    }

    private static void Assemble(Stream stream, PackedIndex index, string pixels)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(index, PackedJson.Default.PackedIndex);
        Span<byte> head = stackalloc byte[HeadLength];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], text.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], Checksum(text));
        stream.Write(head);
        stream.Write(text);
        using var source = File.OpenRead(pixels);
        source.CopyTo(stream);
    }

    private static PackedIndex? ReadIndex(byte* start, long length, out long data)
    {
        data = 0;
        var head = new ReadOnlySpan<byte>(start, HeadLength);
        long size = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        if (!head[..8].SequenceEqual(Magic) || size < 0 || size > Math.Min(length - HeadLength, int.MaxValue))
            return null;
        var text = new ReadOnlySpan<byte>(start + HeadLength, (int)size);
        if (Checksum(text) != BinaryPrimitives.ReadUInt32LittleEndian(head[16..]))
            return null;
        data = HeadLength + size;
        return JsonSerializer.Deserialize(text, PackedJson.Default.PackedIndex);
    }

    private bool IsWhole(long length)
    {
        if (index.Entries.Any(entry => entry.Offset < 0 || entry.Offset + entry.Length > length))
            return false;
        int damaged = 0;
        Parallel.ForEach(index.Entries, (entry, loop) =>
        {
            if (entry.Skipped is null && Checksum(new ReadOnlySpan<byte>(start + entry.Offset, (int)entry.Length)) != entry.Checksum)
            {
                Interlocked.Increment(ref damaged);
                loop.Stop();
            }
        });
        return damaged == 0;
    }

    /// <summary>CRC-32C.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }

    /// <summary>A piece of the mapping as memory. It needs no pinning and outlives no image: the set is disposed last.</summary>
    private sealed class MappedBytes(byte* pointer, int length) : System.Buffers.MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(pointer, length);

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => new(pointer + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

/// <summary>What a pack holds.</summary>
/// <param name="Fingerprint">What it was made of.</param>
/// <param name="Entries">An entry a file, in order.</param>
internal sealed record PackedIndex(string Fingerprint, IReadOnlyList<PackedEntry> Entries);

/// <summary>One image of a pack.</summary>
/// <param name="Label">Its class.</param>
/// <param name="Width">Columns; 0 if it could not be read.</param>
/// <param name="Height">Rows.</param>
/// <param name="Offset">Where its bytes begin, counted from the end of the index.</param>
/// <param name="Checksum">CRC-32C of its bytes.</param>
/// <param name="Skipped">Why it could not be read; null if it could.</param>
internal sealed record PackedEntry(int Label, int Width, int Height, long Offset, uint Checksum, string? Skipped)
{
    [JsonIgnore]
    public long Length => 3L * Width * Height;
}

[JsonSerializable(typeof(PackedIndex))]
internal sealed partial class PackedJson : JsonSerializerContext;
