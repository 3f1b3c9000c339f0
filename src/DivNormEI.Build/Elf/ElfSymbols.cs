namespace DivNorm.Build.Elf;

/// <summary>
/// The dynamic symbols of an image and their version indices. A dynamic section does not say how many symbols there are;
/// the GNU hash table does: symbols from <see cref="FirstHashed"/> on are in it (what the library offers), those before are
/// not (what it asks for), so that an import can be renamed without touching the table.
/// </summary>
internal sealed class ElfSymbols
{
    private const ulong EntrySize = 24;
    private const ushort VersionMask = 0x7fff;

    private readonly ElfImage _image;
    private readonly ulong _symbols;
    private readonly ulong _versions;

    public ElfSymbols(ElfImage image)
    {
        _image = image;
        if (image.Required(DynamicTag.SymbolEntrySize, "size of a symbol") != EntrySize)
            throw new ElfFormatException("its symbols have an unknown size");
        ReadHash();
        _symbols = image.FileOffset(image.Required(DynamicTag.SymbolTable, "symbols"), Count * EntrySize);
        _versions = image.FileOffset(image.Required(DynamicTag.SymbolVersions, "symbol versions"), Count * 2UL);
    }

    public uint Count { get; private set; }

    public uint FirstHashed { get; private set; }

    /// <summary>File offset of a symbol's name index (4 bytes).</summary>
    public ulong NameField(uint symbol) => _symbols + (symbol * EntrySize);

    /// <summary>File offset of a symbol's version index (2 bytes).</summary>
    public ulong VersionField(uint symbol) => _versions + (symbol * 2UL);

    public uint NameIndex(uint symbol) => _image.Bytes.UInt32(NameField(symbol));

    public ReadOnlySpan<byte> Name(uint symbol) => _image.Name(NameIndex(symbol));

    /// <summary>The version index without its "hidden" bit.</summary>
    public ushort Version(uint symbol) => (ushort)(RawVersion(symbol) & VersionMask);

    public ushort RawVersion(uint symbol) => _image.Bytes.UInt16(VersionField(symbol));

    /// <summary>Whether the library asks for the symbol, as a global function, instead of offering it.</summary>
    public bool IsImportedFunction(uint symbol)
    {
        const byte globalFunction = 0x12;
        const ulong undefined = 0;
        ReadOnlySpan<byte> entry = _image.Bytes.Span(NameField(symbol), EntrySize);
        return entry[4] == globalFunction && _image.Bytes.UInt16(NameField(symbol) + 6) == undefined && symbol < FirstHashed;
    }

    /// <summary>The imports of this name; one in any library that a linker wrote.</summary>
    public List<uint> ImportsNamed(ReadOnlySpan<byte> name)
    {
        List<uint> found = [];
        for (uint symbol = 1; symbol < FirstHashed; symbol++)
        {
            if (IsImportedFunction(symbol) && Name(symbol).SequenceEqual(name))
                found.Add(symbol);
        }
        return found;
    }

    /// <summary>The symbols, imported or not, that carry this version index.</summary>
    public List<uint> WithVersion(ushort version)
    {
        List<uint> found = [];
        for (uint symbol = 1; symbol < Count; symbol++)
        {
            if (Version(symbol) == version)
                found.Add(symbol);
        }
        return found;
    }

    // Layout: bucket count, first hashed symbol, Bloom words, Bloom shift (4 bytes each); Bloom words (8 each); buckets (4 each);
    // chain values (4 each, one a hashed symbol, the lowest bit set at a chain's end).
    private void ReadHash()
    {
        const ulong headerSize = 16;
        ulong address = _image.Required(DynamicTag.GnuHash, "GNU hash table");
        ulong header = _image.FileOffset(address, headerSize);
        ulong bucketCount = _image.Bytes.UInt32(header);
        FirstHashed = _image.Bytes.UInt32(header + 4);
        ulong bloomSize = 8UL * _image.Bytes.UInt32(header + 8);
        ulong buckets = _image.FileOffset(address, headerSize + bloomSize + (4 * bucketCount)) + headerSize + bloomSize;

        uint last = 0;
        for (ulong bucket = 0; bucket < bucketCount; bucket++)
            last = Math.Max(last, _image.Bytes.UInt32(buckets + (4 * bucket)));
        Count = FirstHashed;
        if (last == 0)
            return;
        if (last < FirstHashed)
            throw new ElfFormatException("its hash table points at a symbol that it does not hold");
        ulong chains = buckets + (4 * bucketCount);
        while ((_image.Bytes.UInt32(chains + (4UL * (last - FirstHashed))) & 1) == 0)
            last++;
        Count = last + 1;
    }
}
