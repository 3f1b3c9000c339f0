using System.Buffers.Binary;
using System.Text;
using DivNorm.Build.Elf;

namespace DivNorm.Build.Tests;

/// <summary>
/// Writes the smallest shared libraries that a loader would take: one segment with all tables, no code. Imports come first, then
/// what the library offers, as a linker orders them.
/// </summary>
internal sealed class SampleLibrary
{
    public const string Initialiser = "_ZSt21ios_base_library_initv";
    public const string StandIn = "_ZNSt6chrono3_V212steady_clock3nowEv";
    public const string New = "GLIBCXX_3.4.32";
    public const string Old = "GLIBCXX_3.4.19";
    private const string StandardLibrary = "libstdc++.so.6";

    private readonly List<byte> _names = [0];

    /// <summary>Name and version of every import; a version that is in no need stands for "unversioned".</summary>
    public List<(string Name, string Version)> Imports { get; init; } = [(Initialiser, New), (StandIn, Old)];

    /// <summary>The same of what the library offers.</summary>
    public List<(string Name, string Version)> Exports { get; init; } = [("offered", "")];

    /// <summary>The versions asked for: library, version, flags.</summary>
    public List<(string Library, string Version, ushort Flags)> Needs { get; init; } =
        [("libc.so.6", "GLIBC_2.34", 0), (StandardLibrary, Old, 0), (StandardLibrary, New, 0)];

    /// <summary>The versions offered.</summary>
    public List<string> Definitions { get; init; } = [];

    /// <summary>A standard library that offers these versions.</summary>
    public static byte[] Offering(params string[] versions) =>
        new SampleLibrary { Imports = [], Needs = [], Definitions = [StandardLibrary, .. versions] }.ToBytes();

    public byte[] ToBytes()
    {
        const int dynamicEntries = 11, header = 64, programHeader = 56;
        List<byte> file = [.. new byte[header + (2 * programHeader)]];
        int dynamic = Append(file, new byte[dynamicEntries * 16]);
        int hash = Append(file, Hash());
        int symbols = Append(file, Symbols());
        int versions = Append(file, SymbolVersions());
        (byte[] needBytes, int needCount) = NeedTable();
        int needs = Append(file, needBytes);
        int definitions = Append(file, DefinitionTable());
        int names = Append(file, [.. _names]);

        byte[] bytes = [.. file];
        WriteEntries(bytes.AsSpan(dynamic),
            (DynamicTag.StringTable, names),
            (DynamicTag.StringTableSize, _names.Count),
            (DynamicTag.SymbolTable, symbols),
            (DynamicTag.SymbolEntrySize, 24),
            (DynamicTag.GnuHash, hash),
            (DynamicTag.SymbolVersions, versions),
            (DynamicTag.VersionNeeds, needs),
            (DynamicTag.VersionNeedCount, needCount),
            (DynamicTag.VersionDefinitions, definitions),
            (DynamicTag.VersionDefinitionCount, Definitions.Count));
        WriteHeaders(bytes, dynamic, dynamicEntries * 16);
        return bytes;
    }

    private byte[] Hash()
    {
        // One bucket, no Bloom words: header, bucket, then one chain value a hashed symbol.
        uint first = (uint)Imports.Count + 1;
        return Words([1, first, 0, 0, first, .. Exports.Select((_, i) => i == Exports.Count - 1 ? 1u : 0u)]);
    }

    private byte[] Symbols()
    {
        List<byte> table = [.. new byte[24]];
        foreach ((string name, string _) in Imports)
            table.AddRange(Symbol(name, section: 0));
        foreach ((string name, string _) in Exports)
            table.AddRange(Symbol(name, section: 1));
        return [.. table];
    }

    private byte[] Symbol(string name, ushort section)
    {
        byte[] symbol = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(symbol, Name(name));
        symbol[4] = 0x12;
        BinaryPrimitives.WriteUInt16LittleEndian(symbol.AsSpan(6), section);
        return symbol;
    }

    private byte[] SymbolVersions()
    {
        List<byte> table = [0, 0];
        foreach ((string _, string version) in Imports.Concat(Exports))
            table.AddRange(BitConverter.GetBytes(IndexOf(version)));
        return [.. table];
    }

    private ushort IndexOf(string version)
    {
        int place = Needs.FindIndex(need => need.Version == version);
        return (ushort)(place < 0 ? 1 : place + 2);
    }

    private (byte[] Table, int Count) NeedTable()
    {
        List<byte> table = [];
        var libraries = Needs.GroupBy(need => need.Library).ToList();
        foreach (var library in libraries)
        {
            var versions = library.ToList();
            bool lastLibrary = library == libraries[^1];
            uint next = lastLibrary ? 0 : 16u + (16u * (uint)versions.Count);
            table.AddRange(Words([1u | ((uint)versions.Count << 16), Name(library.Key), 16, next]));
            foreach ((string _, string version, ushort flags) in versions)
            {
                uint flagsAndIndex = flags | ((uint)IndexOf(version) << 16);
                table.AddRange(Words([0, flagsAndIndex, Name(version), version == versions[^1].Version ? 0u : 16u]));
            }
        }
        return ([.. table], libraries.Count);
    }

    private byte[] DefinitionTable()
    {
        List<byte> table = [];
        for (int i = 0; i < Definitions.Count; i++)
            table.AddRange(Words([1, (uint)i + 1 | (1u << 16), 0, 20, i == Definitions.Count - 1 ? 0u : 28u, Name(Definitions[i]), 0]));
        return [.. table];
    }

    private uint Name(string name)
    {
        uint index = (uint)_names.Count;
        _names.AddRange(Encoding.Latin1.GetBytes(name));
        _names.Add(0);
        return index;
    }

    private static void WriteHeaders(byte[] bytes, int dynamic, int dynamicSize)
    {
        "\u007fELF"u8.CopyTo(bytes);
        (bytes[4], bytes[5], bytes[6], bytes[16], bytes[18]) = (2, 1, 1, 3, 62);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), 64);
        (bytes[54], bytes[56]) = (56, 2);
        WriteProgramHeader(bytes.AsSpan(64), kind: 1, offset: 0, bytes.Length);
        WriteProgramHeader(bytes.AsSpan(120), kind: 2, dynamic, dynamicSize);
    }

    private static void WriteProgramHeader(Span<byte> header, uint kind, int offset, int size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, kind);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], (ulong)size);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], (ulong)size);
    }

    private static void WriteEntries(Span<byte> dynamic, params ReadOnlySpan<(ulong Tag, int Value)> entries)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(dynamic[(16 * i)..], entries[i].Tag);
            BinaryPrimitives.WriteUInt64LittleEndian(dynamic[((16 * i) + 8)..], (ulong)entries[i].Value);
        }
    }

    private static int Append(List<byte> file, byte[] table)
    {
        while (file.Count % 8 != 0)
            file.Add(0);
        int offset = file.Count;
        file.AddRange(table);
        return offset;
    }

    private static byte[] Words(IEnumerable<uint> words) => [.. words.SelectMany(BitConverter.GetBytes)];
}
