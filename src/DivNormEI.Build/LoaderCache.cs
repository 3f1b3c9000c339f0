using System.Buffers.Binary;
using System.Text;

namespace DivNorm.Build;

/// <summary>
/// Reads the dynamic loader's index of libraries, /etc/ld.so.cache (struct cache_file_new in dl-cache.h of the GNU C library, the
/// only form written since version 2.32; before it, the same stands behind an older table).
/// </summary>
internal static class LoaderCache
{
    private const int HeaderSize = 48;
    private const int EntrySize = 24;

    // FLAG_ELF_LIBC6 | FLAG_X8664_LIB64
    private const int X8664 = 0x0303;

    private static ReadOnlySpan<byte> Magic => "glibc-ld.so.cache1.1"u8;

    /// <summary>
    /// The paths under which the index knows a library for 64-bit x86, in its order; none if the bytes are not such an index.
    /// Variants for particular processors (glibc-hwcaps) are left out: they come from the same build as the plain one.
    /// </summary>
    public static List<string> PathsOf(string library, ReadOnlySpan<byte> cache)
    {
        List<string> paths = [];
        int start = cache.IndexOf(Magic);
        if (start < 0 || cache.Length - start < HeaderSize)
            return paths;
        cache = cache[start..];
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(cache[20..]);
        for (uint i = 0; i < count && HeaderSize + ((i + 1L) * EntrySize) <= cache.Length; i++)
        {
            ReadOnlySpan<byte> entry = cache.Slice(HeaderSize + ((int)i * EntrySize), EntrySize);
            bool plain = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]) == 0;
            if (BinaryPrimitives.ReadInt32LittleEndian(entry) == X8664 && plain
                && Text(cache, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..])) == library
                && Text(cache, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..])) is string path)
                paths.Add(path);
        }
        return paths;
    }

    private static string? Text(ReadOnlySpan<byte> cache, uint offset)
    {
        if (offset >= cache.Length)
            return null;
        ReadOnlySpan<byte> rest = cache[(int)offset..];
        int length = rest.IndexOf((byte)0);
        return length < 0 ? null : Encoding.UTF8.GetString(rest[..length]);
    }
}
