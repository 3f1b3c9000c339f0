namespace DivNorm.Build.Elf;

/// <summary>The tags of a dynamic section that are read here (elf.h of the GNU C library: DT_STRTAB and so on).</summary>
internal static class DynamicTag
{
    public const ulong End = 0;
    public const ulong StringTable = 5;
    public const ulong SymbolTable = 6;
    public const ulong StringTableSize = 10;
    public const ulong SymbolEntrySize = 11;
    public const ulong GnuHash = 0x6ffffef5;
    public const ulong SymbolVersions = 0x6ffffff0;
    public const ulong VersionDefinitions = 0x6ffffffc;
    public const ulong VersionDefinitionCount = 0x6ffffffd;
    public const ulong VersionNeeds = 0x6ffffffe;
    public const ulong VersionNeedCount = 0x6fffffff;
}
