using System.Text;
using Xunit;

namespace DivNorm.Build.Tests;

public sealed class LoaderCacheTests
{
    private const string Library = "libstdc++.so.6";

    [Fact]
    public void Paths_AreThoseOfTheLibraryForThisProcessor_InTheirOrder()
    {
        byte[] cache = Cache(
            (0x0303, "libm.so.6", "/lib64/libm.so.6", 0),
            (0x0003, Library, "/lib32/libstdc++.so.6", 0),
            (0x0303, Library, "/lib64/glibc-hwcaps/x86-64-v3/libstdc++.so.6", 1UL << 62),
            (0x0303, Library, "/opt/gcc/libstdc++.so.6", 0),
            (0x0303, Library, "/lib64/libstdc++.so.6", 0));

        Assert.Equal(["/opt/gcc/libstdc++.so.6", "/lib64/libstdc++.so.6"], LoaderCache.PathsOf(Library, cache));
        Assert.Empty(LoaderCache.PathsOf("libother.so.1", cache));
    }

    [Fact]
    public void Paths_AreFound_BehindAnOlderTable()
    {
        byte[] cache = [.. "ld.so-1.7.0"u8, .. new byte[37], .. Cache((0x0303, Library, "/lib64/libstdc++.so.6", 0))];

        Assert.Equal(["/lib64/libstdc++.so.6"], LoaderCache.PathsOf(Library, cache));
    }

    [Fact]
    public void DamagedIndex_GivesWhatIsWhole()
    {
        byte[] whole = Cache((0x0303, Library, "/lib64/libstdc++.so.6", 0));
        for (int length = 0; length < whole.Length; length++)
            Assert.Empty(LoaderCache.PathsOf(Library, whole.AsSpan(0, length)));

        Random random = new(5);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Assert.InRange(LoaderCache.PathsOf(Library, damaged).Count, 0, 1);
        }
    }

    /// <summary>An index as ldconfig writes it: a header of 48 bytes, entries of 24, then the names.</summary>
    internal static byte[] Cache(params (int Flags, string Name, string Path, ulong Variant)[] entries)
    {
        List<byte> names = [];
        List<byte> table = [];
        uint start = 48 + (24 * (uint)entries.Length);
        foreach ((int flags, string name, string path, ulong variant) in entries)
        {
            table.AddRange(BitConverter.GetBytes(flags));
            foreach (string text in new[] { name, path })
            {
                table.AddRange(BitConverter.GetBytes(start + (uint)names.Count));
                names.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
            }
            table.AddRange([.. new byte[4], .. BitConverter.GetBytes(variant)]);
        }
        return [.. "glibc-ld.so.cache1.1"u8, .. BitConverter.GetBytes(entries.Length), .. BitConverter.GetBytes(names.Count), .. new byte[20], .. table, .. names];
    }
}
