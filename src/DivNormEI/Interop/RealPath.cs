namespace DivNorm.Interop;

/// <summary>Where a path leads, so that a file which is read is not replaced through another name.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // as many as Linux follows: more are links in a circle, which can neither be read nor be replaced

    /// <summary>How names of files are told apart.</summary>
    internal static StringComparer Names { get; } = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The path with every symbolic link on it followed, as far as it exists.</summary>
    internal static string Of(string path) => Of(path, 0);

    /// <summary>Whether two paths lead to one file.</summary>
    internal static bool AreSame(string one, string other) => Names.Equals(Of(one), Of(other));

    private static string Of(string path, int followed)
    {
        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } folder)
            return full;
        string here = Path.Combine(Of(folder, followed), Path.GetFileName(full));
        try
        {
            return followed < MostLinks && new FileInfo(here).LinkTarget is { } link ? Of(Path.Combine(Path.GetDirectoryName(here)!, link), followed + 1) : here;
        }
        catch (IOException)
        {
            return here; // cannot be looked at, and so neither be read nor be replaced
        }
    }
}
