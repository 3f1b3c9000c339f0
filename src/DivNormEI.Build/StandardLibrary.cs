using DivNorm.Build.Elf;

namespace DivNorm.Build;

/// <summary>A C++ standard library of this machine.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Offers">Whether it offers <see cref="IostreamsImport.Version"/>.</param>
public sealed record StandardLibrary(string Path, bool Offers);

/// <summary>
/// Finds the libstdc++.so.6 that programs of this machine load, by the dynamic loader's own rules (ld.so(8)) and without running
/// anything: the folders of LD_LIBRARY_PATH, then /etc/ld.so.cache, then the usual folders. Files that are not libraries for
/// 64-bit x86 are passed over, as the loader does.
/// </summary>
/// <param name="libraryPath">The value of LD_LIBRARY_PATH; <c>null</c> if it is not set.</param>
/// <param name="cacheFile">The loader's index.</param>
/// <param name="usualFolders">The folders searched last.</param>
public sealed class StandardLibraryFinder(string? libraryPath, string cacheFile, IReadOnlyList<string> usualFolders)
{
    /// <summary>The usual folders of Debian and Ubuntu, then of Red Hat, SUSE and the rest.</summary>
    public static IReadOnlyList<string> UsualFolders { get; } =
        ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];

    /// <summary>A finder for this machine and this process's environment.</summary>
    public static StandardLibraryFinder OfThisMachine() =>
        new(Environment.GetEnvironmentVariable("LD_LIBRARY_PATH"), "/etc/ld.so.cache", UsualFolders);

    /// <summary>
    /// The library of LD_LIBRARY_PATH, if there is one, and the system's own, if there is one: a program built under one setting of
    /// the variable may run under another.
    /// </summary>
    public IReadOnlyList<StandardLibrary> Find()
    {
        // Entries with $ORIGIN and the like depend on the program that will run.
        IEnumerable<string> preferred = (libraryPath ?? "").Split([':', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Where(folder => !folder.Contains('$', StringComparison.Ordinal))
            .Select(InFolder);
        IEnumerable<string> system = CachedPaths().Concat(usualFolders.Select(InFolder));
        return [.. new[] { FirstUsable(preferred), FirstUsable(system) }.OfType<StandardLibrary>().Distinct()];
    }

    private static string InFolder(string folder) => Path.Combine(folder, IostreamsImport.StandardLibrary);

    private static StandardLibrary? FirstUsable(IEnumerable<string> paths) =>
        paths.Select(Read).OfType<StandardLibrary>().FirstOrDefault();

    private static StandardLibrary? Read(string path)
    {
        try
        {
            return new(path, ElfVersions.Definitions(new ElfImage(File.ReadAllBytes(path))).Contains(IostreamsImport.Version));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return null;
        }
    }

    private List<string> CachedPaths()
    {
        try
        {
            return LoaderCache.PathsOf(IostreamsImport.StandardLibrary, File.ReadAllBytes(cacheFile));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
