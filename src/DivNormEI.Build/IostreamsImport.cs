using System.Buffers.Binary;
using DivNorm.Build.Elf;

namespace DivNorm.Build;

/// <summary>What became of a library handed to <see cref="IostreamsImport.Mend"/>.</summary>
public enum MendOutcome
{
    /// <summary>The one case that is known was found, and <see cref="MendResult.Bytes"/> holds the mended library.</summary>
    Mended,

    /// <summary>The library has been mended before; there is nothing to do.</summary>
    AlreadyMended,

    /// <summary>The library does not ask for the version.</summary>
    NotNeeded,

    /// <summary>The library is damaged, or asks for the version in another way than the known one.</summary>
    Unrecognised,
}

/// <summary>The answer of <see cref="IostreamsImport.Mend"/>.</summary>
/// <param name="Outcome">What became of the library.</param>
/// <param name="Why">The reason in words, to follow the library's name in a message.</param>
/// <param name="Bytes">The mended library, of the same length; <c>null</c> unless <see cref="MendOutcome.Mended"/>.</param>
public sealed record MendResult(MendOutcome Outcome, string Why, byte[]? Bytes = null);

/// <summary>
/// Lets a library built with GCC 13 or newer load beside the libstdc++ of GCC 12 and older.
/// </summary>
/// <remarks>
/// <para>
/// Any file compiled by GCC 13 that includes <c>&lt;iostream&gt;</c> mentions <c>std::ios_base_library_init()</c>, so that the
/// library asks for version GLIBCXX_3.4.32 of libstdc++.so.6, the first in which iostreams set themselves up when libstdc++ is
/// loaded. Nothing calls the function: with an older libstdc++ the version is the only thing amiss.
/// </para>
/// <para>
/// What is done: the need for that version becomes weak (a loader that does not find it goes on), and the symbol is given the name
/// and version of another zero-argument function that the library imports, so that nothing refers to the absent version. The
/// result loads beside newer libraries just as well.
/// </para>
/// </remarks>
public static class IostreamsImport
{
    /// <summary>The file name of the C++ standard library that the version is asked of.</summary>
    public const string StandardLibrary = "libstdc++.so.6";

    /// <summary>The version of <see cref="StandardLibrary"/>, first in GCC 13, that older systems lack.</summary>
    public const string Version = "GLIBCXX_3.4.32";

    private static ReadOnlySpan<byte> InitialiserName => "_ZSt21ios_base_library_initv"u8;

    private static ReadOnlySpan<byte> StandInName => "_ZNSt6chrono3_V212steady_clock3nowEv"u8;

    /// <summary>Looks for the one known case in a library and mends a copy of it; the given bytes are not changed.</summary>
    /// <param name="library">The whole file; any bytes will do.</param>
    public static MendResult Mend(byte[] library)
    {
        ArgumentNullException.ThrowIfNull(library);
        try
        {
            return Recognise(new ElfImage(library), library);
        }
        catch (ElfFormatException damage)
        {
            return new(MendOutcome.Unrecognised, damage.Message);
        }
    }

    private static MendResult Recognise(ElfImage image, byte[] library)
    {
        List<VersionNeed> needs = ElfVersions.Needs(image);
        List<VersionNeed> wanted = needs.FindAll(need => need.Library == StandardLibrary && need.Version == Version);
        if (wanted.Count == 0)
            return new(MendOutcome.NotNeeded, $"it does not ask for {Version}");
        if (wanted.Count > 1)
            return new(MendOutcome.Unrecognised, $"it asks for {Version} {wanted.Count} times");

        VersionNeed need = wanted[0];
        ElfSymbols symbols = new(image);
        List<uint> users = symbols.WithVersion(need.Index);
        if (need.Flags == ElfVersions.Weak && users.Count == 0)
            return new(MendOutcome.AlreadyMended, $"its need for {Version} is weak already, and nothing uses it");
        if (need.Flags != 0)
            return new(MendOutcome.Unrecognised, $"its need for {Version} has the unexpected flags {need.Flags}");
        if (users.Count != 1 || !symbols.IsImportedFunction(users[0]) || !symbols.Name(users[0]).SequenceEqual(InitialiserName))
            return new(MendOutcome.Unrecognised, $"it needs {Version} for something else than the one function that sets up iostreams ({users.Count} symbols)");

        List<uint> standIns = symbols.ImportsNamed(StandInName);
        if (standIns.Count != 1 || !IsOfStandardLibrary(symbols.Version(standIns[0]), needs))
            return new(MendOutcome.Unrecognised, "it does not import std::chrono::steady_clock::now(), which would stand in for the absent function");
        return Rewrite(library, symbols, need, users[0], standIns[0]);
    }

    private static bool IsOfStandardLibrary(ushort version, List<VersionNeed> needs) =>
        needs.Exists(need => need.Index == version && need.Library == StandardLibrary && need.Version != Version);

    private static MendResult Rewrite(byte[] library, ElfSymbols symbols, VersionNeed need, uint initialiser, uint standIn)
    {
        byte[] mended = [.. library];
        BinaryPrimitives.WriteUInt16LittleEndian(mended.AsSpan((int)need.FlagsField), (ushort)(need.Flags | ElfVersions.Weak));
        BinaryPrimitives.WriteUInt32LittleEndian(mended.AsSpan((int)symbols.NameField(initialiser)), symbols.NameIndex(standIn));
        BinaryPrimitives.WriteUInt16LittleEndian(mended.AsSpan((int)symbols.VersionField(initialiser)), symbols.RawVersion(standIn));

        // In a damaged file the three places may overlap something else: the result must read as mended, or it is not handed out.
        return Mend(mended).Outcome == MendOutcome.AlreadyMended
            ? new(MendOutcome.Mended, $"its need for {Version} is weak now", mended)
            : new(MendOutcome.Unrecognised, "its tables overlap (damaged)");
    }
}
