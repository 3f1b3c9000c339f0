namespace DivNorm.Build.Elf;

/// <summary>One version that a library asks of another.</summary>
/// <param name="Library">The other library's file name, such as libstdc++.so.6.</param>
/// <param name="Version">The version's name, such as GLIBCXX_3.4.32.</param>
/// <param name="Index">The version index by which symbols refer to it.</param>
/// <param name="Flags">VER_FLG_* bits.</param>
/// <param name="FlagsField">File offset of the flags (2 bytes).</param>
internal sealed record VersionNeed(string Library, string Version, ushort Index, ushort Flags, ulong FlagsField);

/// <summary>The symbol versions that an image asks for and offers (Linux Standard Base, "Symbol Versioning").</summary>
internal static class ElfVersions
{
    /// <summary>A need of this flag that is not met is passed over by the loader (VER_FLG_WEAK).</summary>
    public const ushort Weak = 2;

    // Indices have 15 bits: a table with more entries is damaged, and would take long to walk.
    private const int MostEntries = 0x7fff;
    private const ulong NeedSize = 16;
    private const ulong DefinitionSize = 20;
    private const ulong DefinitionNameSize = 8;

    /// <summary>Every version need, in file order; none if the image asks for no versions.</summary>
    public static List<VersionNeed> Needs(ElfImage image)
    {
        List<VersionNeed> needs = [];
        if (image.Dynamic(DynamicTag.VersionNeeds) is not ulong address)
            return needs;
        ulong libraries = image.Required(DynamicTag.VersionNeedCount, "number of version needs");
        if (libraries > MostEntries)
            throw new ElfFormatException("its table of version needs has too many entries");
        for (ulong i = 0; i < libraries; i++)
        {
            ulong entry = image.FileOffset(address, NeedSize);
            ushort versions = image.Bytes.UInt16(entry + 2);
            string library = Text(image.Name(image.Bytes.UInt32(entry + 4)));
            ulong versionAddress = address + image.Bytes.UInt32(entry + 8);
            for (int v = 0; v < versions; v++)
            {
                ulong at = image.FileOffset(versionAddress, NeedSize);
                ushort index = (ushort)(image.Bytes.UInt16(at + 6) & 0x7fff);
                needs.Add(new(library, Text(image.Name(image.Bytes.UInt32(at + 8))), index, image.Bytes.UInt16(at + 4), at + 4));
                if (needs.Count > MostEntries)
                    throw new ElfFormatException("its table of version needs has too many entries");
                versionAddress += Step(image.Bytes.UInt32(at + 12), isLast: v == versions - 1, NeedSize);
            }
            address += Step(image.Bytes.UInt32(entry + 12), isLast: i == libraries - 1, NeedSize);
        }
        return needs;
    }

    /// <summary>The names of the versions that the image offers, its own base version included.</summary>
    public static HashSet<string> Definitions(ElfImage image)
    {
        HashSet<string> names = [];
        if (image.Dynamic(DynamicTag.VersionDefinitions) is not ulong address)
            return names;
        ulong count = image.Required(DynamicTag.VersionDefinitionCount, "number of version definitions");
        if (count > MostEntries)
            throw new ElfFormatException("its table of versions has too many entries");
        for (ulong i = 0; i < count; i++)
        {
            ulong entry = image.FileOffset(address, DefinitionSize);
            // The first name is the version's own; those after it are of the versions that it builds on.
            ulong name = image.FileOffset(address + image.Bytes.UInt32(entry + 12), DefinitionNameSize);
            names.Add(Text(image.Name(image.Bytes.UInt32(name))));
            address += Step(image.Bytes.UInt32(entry + 16), isLast: i == count - 1, DefinitionSize);
        }
        return names;
    }

    private static ulong Step(uint next, bool isLast, ulong least) =>
        isLast || next >= least ? next : throw new ElfFormatException("its table of versions ends early");

    private static string Text(ReadOnlySpan<byte> name) => System.Text.Encoding.Latin1.GetString(name);
}
