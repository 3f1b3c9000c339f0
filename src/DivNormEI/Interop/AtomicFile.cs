using System.Text;

namespace DivNorm.Interop;

/// <summary>
/// Writes files whole or not at all: the bytes go to a temporary file in the same folder, reach the disk, and
/// take the final name in one step. A reader, or a run resumed after a crash, sees the old file or the new one.
/// </summary>
public static class AtomicFile
{
    /// <summary>Replaces or creates <paramref name="path"/> with what <paramref name="write"/> puts in the stream.</summary>
    /// <param name="path">The file to write; its folder must exist. A symbolic link stays, its target is replaced.</param>
    /// <param name="write">Writes the whole content; the stream is closed afterwards.</param>
    /// <exception cref="UserInputException">The file cannot be written: missing or unwritable folder, full disk.</exception>
    /// <remarks>
    /// Whatever goes wrong, in <paramref name="write"/> too, an existing file stays as it was and nothing is left beside it.
    /// A device (<c>/dev/null</c>, <c>/dev/stdout</c>) cannot be replaced; it is written straight through.
    /// </remarks>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            var target = Path.GetFullPath(path);
            if (IsDevice(target))
                WriteThrough(target, write);
            else
                WriteBeside(BehindLinks(target), write);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"cannot write '{path}': {Reason(path, error)}", error);
        }
    }

    /// <summary>Replaces or creates <paramref name="path"/> with a text in UTF-8, without a byte-order mark.</summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="text">The whole content.</param>
    /// <exception cref="UserInputException">The file cannot be written: missing or unwritable folder, full disk.</exception>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static void WriteBeside(string target, Action<Stream> write)
    {
        var temporary = $"{target}.tmp-{Guid.NewGuid().ToString("N")[..8]}";
        var created = false;
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                created = true;
                write(stream);
                // Without this a power cut after the rename may leave the new name on an empty file.
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch when (created)
        {
            RemoveQuietly(temporary);
            throw;
        }
    }

    private static void WriteThrough(string device, Action<Stream> write)
    {
        using var stream = new FileStream(device, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        write(stream);
    }

    /// <summary>Whether a rename over the path would put a file in the place of a device node, as root may.</summary>
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows()
        && path.StartsWith("/dev/", StringComparison.Ordinal)
        && !path.StartsWith("/dev/shm/", StringComparison.Ordinal)
        && File.Exists(path);

    /// <summary>The path itself, or where a symbolic link leads in the end.</summary>
    private static string BehindLinks(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    private static void RemoveQuietly(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The failure under way is the one to report; a stray temporary file harms nothing.
        }
    }

    private static string Reason(string path, Exception error) => error switch
    {
        DirectoryNotFoundException => "its folder does not exist",
        _ when Directory.Exists(path) => "it is a folder",
        UnauthorizedAccessException => "no permission",
        _ => error.Message,
    };
}
