using Xunit;

namespace DivNorm.Build.Tests;

public sealed class StandardLibraryFinderTests : IDisposable
{
    private static readonly byte[] s_new = SampleLibrary.Offering("GLIBCXX_3.4.31", "GLIBCXX_3.4.32", "GLIBCXX_3.4.33");
    private static readonly byte[] s_old = SampleLibrary.Offering("GLIBCXX_3.4.29", "GLIBCXX_3.4.30");
    private readonly TemporaryFolder _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public void CachedLibrary_ComesBeforeTheUsualFolders()
    {
        string cached = _room.Write("opt/libstdc++.so.6", s_new);
        _room.Write("lib/libstdc++.so.6", s_old);

        Assert.Equal([new StandardLibrary(cached, Offers: true)], Finder(null, cached, "lib").Find());
    }

    [Fact]
    public void UsualFolders_AreSearched_WhenTheCacheKnowsNone()
    {
        string usual = _room.Write("lib/libstdc++.so.6", s_old);

        StandardLibrary expected = new(usual, Offers: false);
        Assert.Equal([expected], Finder(null, null, "absent", "lib").Find());
        Assert.Equal([expected], Finder(null, _room.In("gone/libstdc++.so.6"), "lib").Find());
        Assert.Equal([expected], new StandardLibraryFinder(null, _room.In("no-cache"), [_room.In("lib")]).Find());
    }

    [Fact]
    public void LibraryPath_IsFoundBesideTheSystemsOwn()
    {
        string module = _room.Write("module/libstdc++.so.6", s_new);
        string usual = _room.Write("lib/libstdc++.so.6", s_old);

        IReadOnlyList<StandardLibrary> found = Finder($":{_room.In("absent")}:$ORIGIN/x;{_room.In("module")}", null, "lib").Find();

        Assert.Equal([new(module, Offers: true), new(usual, Offers: false)], found);
        Assert.Equal([new StandardLibrary(usual, Offers: false)], Finder(_room.In("lib"), null, "lib").Find());
    }

    [Fact]
    public void FilesThatAreNoLibrariesForThisProcessor_ArePassedOver()
    {
        byte[] thirtyTwoBit = [.. s_new];
        thirtyTwoBit[4] = 1;
        _room.Write("a/libstdc++.so.6", thirtyTwoBit);
        _room.Write("b/libstdc++.so.6", [.. "GROUP ( libstdc++.so.6.0.30 )"u8]);
        _room.Write("c/libstdc++.so.6", s_new[..^1]);
        Directory.CreateDirectory(_room.In("d/libstdc++.so.6"));
        string usable = _room.Write("e/libstdc++.so.6", s_old);

        Assert.Equal([new StandardLibrary(usable, Offers: false)], Finder(null, null, "a", "b", "c", "d", "e").Find());
        Assert.Empty(Finder(null, null, "a", "b", "c", "d").Find());
    }

    [Fact]
    public void ThisMachine_IsReadAsItsFilesSay()
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.OSArchitecture != System.Runtime.InteropServices.Architecture.X64)
            Assert.Skip("the loader's rules are those of Linux on 64-bit x86");

        IReadOnlyList<StandardLibrary> found = StandardLibraryFinder.OfThisMachine().Find();

        // .NET itself runs on a libstdc++; the version's name stands in the file if and only if it is offered.
        Assert.NotEmpty(found);
        foreach (StandardLibrary library in found)
            Assert.Equal(File.ReadAllBytes(library.Path).AsSpan().IndexOf("GLIBCXX_3.4.32\0"u8) >= 0, library.Offers);
    }

    private StandardLibraryFinder Finder(string? libraryPath, string? cached, params string[] folders)
    {
        string cache = _room.Write("ld.so.cache", cached is null ? [] : LoaderCacheTests.Cache((0x0303, "libstdc++.so.6", cached, 0)));
        return new(libraryPath, cache, [.. folders.Select(_room.In)]);
    }
}
