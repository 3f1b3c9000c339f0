using System.Buffers.Binary;
using System.Text;

namespace DivNorm.Interop;

/// <summary>
/// The directory of a zip archive whose entries are stored, not compressed, as <c>torch.save</c> writes them: where each entry's bytes lie in the file, so that
/// tensors can be read in place. The framework's ZipArchive streams entries from their start and allocates whatever a directory claims.
/// Format: PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16 and 4.5.3 (zip64).
/// </summary>
internal sealed class StoredZip
{
    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint Locator64Signature = 0x07064b50;
    private const int LocalLength = 30;
    private const int CentralLength = 46;
    private const int EndLength = 22;
    private const int End64Length = 56;
    private const int Locator64Length = 20;
    private const ushort Zip64Field = 1;

    private readonly Stream stream;
    private readonly string file;
    private readonly MemoryBudget budget;
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Reads an archive's directory.</summary>
    /// <exception cref="UserInputException">The stream holds no zip archive, or a damaged one.</exception>
    internal StoredZip(Stream stream, string file, MemoryBudget budget)
    {
        (this.stream, this.file, this.budget) = (stream, file, budget);
        var (offset, length) = FindDirectory();
        if (offset < 0 || length < 0 || offset > stream.Length - length)
            throw Damaged("its directory lies outside the file");
        budget.Charge(length);
        ReadDirectory(ReadAt(offset, checked((int)length)));
    }

    private readonly record struct Entry(ushort Flags, ushort Method, long Packed, long Length, long Header);

    /// <summary>The names of the entries.</summary>
    internal IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>Where an entry's bytes lie; null if there is no such entry.</summary>
    /// <exception cref="UserInputException">The entry is compressed or encrypted, or does not lie in the file.</exception>
    internal (long Position, long Length)? Find(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
            return null;
        var what = $"entry {MessageText.Quote(name)}";
        if (entry.Method != 0 || (entry.Flags & 1) != 0 || entry.Packed != entry.Length)
            throw new UserInputException($"{file}: {what} is compressed or encrypted; torch.save stores entries as they are. Load the file in PyTorch and save it again");
        if (entry.Header < 0 || entry.Header > stream.Length - LocalLength)
            throw Damaged($"{what} lies outside the file");
        Span<byte> local = stackalloc byte[LocalLength];
        stream.Position = entry.Header;
        stream.ReadExactly(local);
        if (U32(local) != LocalSignature)
            throw Damaged($"{what} has no header");
        var position = entry.Header + LocalLength + U16(local[26..]) + U16(local[28..]);
        if (entry.Length < 0 || position > stream.Length - entry.Length)
            throw Damaged($"{what} lies outside the file");
        return (position, entry.Length);
    }

    /// <summary>An entry's bytes; null if there is no such entry.</summary>
    /// <exception cref="UserInputException">As for <see cref="Find"/>, or the entry takes more than the budget has.</exception>
    internal byte[]? Read(string name)
    {
        if (Find(name) is not { } place)
            return null;
        budget.Charge(place.Length);
        return ReadAt(place.Position, (int)place.Length);
    }

    /// <summary>Where the end record, or the zip64 one behind it, says that the directory lies.</summary>
    private (long Offset, long Length) FindDirectory()
    {
        var tail = ReadAt(Math.Max(0, stream.Length - EndLength - ushort.MaxValue), (int)Math.Min(stream.Length, EndLength + ushort.MaxValue));
        var at = tail.Length - EndLength;
        while (at >= 0 && !(U32(tail.AsSpan(at)) == EndSignature && at + EndLength + U16(tail.AsSpan(at + 20)) == tail.Length))
            at--;
        if (at < 0)
            throw Damaged("it has no end record (truncated?)");
        var end = tail.AsSpan(at);
        var (length, offset) = (U32(end[12..]), U32(end[16..]));
        if (length != uint.MaxValue && offset != uint.MaxValue)
            return (offset, length);

        var locator = stream.Length - tail.Length + at - Locator64Length;
        if (locator < 0)
            throw Damaged("it has no zip64 end record");
        var place = ReadAt(locator, Locator64Length);
        var end64 = (long)U64(place.AsSpan(8));
        if (U32(place) != Locator64Signature || end64 < 0 || end64 > locator - End64Length)
            throw Damaged("it has no zip64 end record");
        var record = ReadAt(end64, End64Length);
        return U32(record) == End64Signature
            ? ((long)U64(record.AsSpan(48)), (long)U64(record.AsSpan(40)))
            : throw Damaged("it has no zip64 end record");
    }

    private void ReadDirectory(ReadOnlySpan<byte> directory)
    {
        while (!directory.IsEmpty)
        {
            if (directory.Length < CentralLength || U32(directory) != CentralSignature)
                throw Damaged("its directory is cut off or overwritten");
            int name = U16(directory[28..]), extra = U16(directory[30..]), comment = U16(directory[32..]);
            var whole = CentralLength + name + extra + comment;
            if (directory.Length < whole)
                throw Damaged("its directory is cut off or overwritten");
            budget.ChargeText(name);
            budget.Charge(8 * MemoryBudget.Slot);
            var text = Encoding.UTF8.GetString(directory.Slice(CentralLength, name));
            var entry = Sizes(directory, directory.Slice(CentralLength + name, extra));
            if (!entries.TryAdd(text, entry))
                throw Damaged($"it has the entry {MessageText.Quote(text)} twice");
            directory = directory[whole..];
        }
    }

    /// <summary>The numbers of a directory entry; those that do not fit in 32 bits stand in its zip64 field, in this order.</summary>
    private static Entry Sizes(ReadOnlySpan<byte> central, ReadOnlySpan<byte> extra)
    {
        var wide = Field(extra, Zip64Field);
        var length = Wide(U32(central[24..]), ref wide);
        var packed = Wide(U32(central[20..]), ref wide);
        var header = Wide(U32(central[42..]), ref wide);
        return new Entry(U16(central[8..]), U16(central[10..]), packed, length, header);
    }

    private static long Wide(uint narrow, ref ReadOnlySpan<byte> wide)
    {
        if (narrow != uint.MaxValue || wide.Length < sizeof(ulong))
            return narrow;
        var value = (long)U64(wide);
        wide = wide[sizeof(ulong)..];
        return value;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(U16(extra[2..]), extra.Length - 4);
            if (U16(extra) == id)
                return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private byte[] ReadAt(long position, int length)
    {
        var bytes = new byte[length];
        stream.Position = position;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ulong U64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private UserInputException Damaged(string how) => new($"{file}: the zip archive is damaged: {how}");
}
