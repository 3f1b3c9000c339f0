namespace DivNorm.Build.Elf;

/// <summary>
/// A shared library for 64-bit x86 as the dynamic loader sees it: by its program headers and its dynamic section
/// (System V gABI, chapters 4 and 5; the section headers, which a loader never reads, are not looked at).
/// </summary>
internal sealed class ElfImage
{
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;
    private const ulong DynamicEntrySize = 16;

    private readonly List<(ulong Address, ulong Offset, ulong Size)> _segments = [];
    private readonly Dictionary<ulong, ulong> _dynamic = [];
    private readonly ulong _names;
    private readonly ulong _namesEnd;

    /// <exception cref="ElfFormatException">The bytes are not such a library, or are cut short.</exception>
    public ElfImage(byte[] bytes)
    {
        Bytes = new ElfBytes(bytes);
        if (!Bytes.Span(0, 4).SequenceEqual("\u007fELF"u8))
            throw new ElfFormatException("it is not an ELF file");
        const byte sixtyFourBit = 2, littleEndian = 1;
        const ushort sharedObject = 3, x8664 = 62;
        ReadOnlySpan<byte> identity = Bytes.Span(0, 64);
        if (identity[4] != sixtyFourBit || identity[5] != littleEndian || Bytes.UInt16(16) != sharedObject || Bytes.UInt16(18) != x8664)
            throw new ElfFormatException("it is not a shared library for 64-bit x86");

        ReadSegments();
        _names = FileOffset(Required(DynamicTag.StringTable, "table of names"), Required(DynamicTag.StringTableSize, "size of the names"));
        _namesEnd = _names + Required(DynamicTag.StringTableSize, "size of the names");
    }

    public ElfBytes Bytes { get; }

    public ulong? Dynamic(ulong tag) => _dynamic.TryGetValue(tag, out ulong value) ? value : null;

    public ulong Required(ulong tag, string what) =>
        Dynamic(tag) ?? throw new ElfFormatException($"its dynamic section names no {what}");

    /// <summary>Where the <paramref name="size"/> bytes at a memory address lie in the file.</summary>
    public ulong FileOffset(ulong address, ulong size)
    {
        foreach ((ulong start, ulong offset, ulong length) in _segments)
        {
            if (address >= start && address - start <= length && size <= length - (address - start))
                return offset + (address - start);
        }
        throw new ElfFormatException($"the {size} bytes at address 0x{address:x} are in none of its segments");
    }

    /// <summary>A name of the dynamic string table, as bytes.</summary>
    public ReadOnlySpan<byte> Name(uint index)
    {
        ulong size = _namesEnd - _names;
        return index < size
            ? Bytes.ZeroTerminated(_names + index, _namesEnd)
            : throw new ElfFormatException("a name lies outside the table of names");
    }

    private void ReadSegments()
    {
        const ulong headerSize = 56;
        ulong table = Bytes.UInt64(32);
        if (Bytes.UInt16(54) != headerSize)
            throw new ElfFormatException("its program headers have an unknown size");
        int count = Bytes.UInt16(56);
        Bytes.Span(table, (ulong)count * headerSize);

        (ulong Offset, ulong Size)? dynamic = null;
        for (int i = 0; i < count; i++)
        {
            ulong header = table + ((ulong)i * headerSize);
            uint kind = Bytes.UInt32(header);
            ulong offset = Bytes.UInt64(header + 8);
            ulong address = Bytes.UInt64(header + 16);
            ulong size = Bytes.UInt64(header + 32);
            if (kind is LoadSegment or DynamicSegment)
                Bytes.Span(offset, size);
            if (kind == LoadSegment)
                _segments.Add((address, offset, size));
            else if (kind == DynamicSegment)
                dynamic = (offset, size);
        }
        ReadDynamic(dynamic ?? throw new ElfFormatException("it has no dynamic section"));
    }

    private void ReadDynamic((ulong Offset, ulong Size) section)
    {
        for (ulong at = 0; at + DynamicEntrySize <= section.Size; at += DynamicEntrySize)
        {
            ulong tag = Bytes.UInt64(section.Offset + at);
            if (tag == DynamicTag.End)
                return;
            _dynamic[tag] = Bytes.UInt64(section.Offset + at + 8);
        }
        throw new ElfFormatException("its dynamic section does not end");
    }
}
