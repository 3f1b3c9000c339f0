using DivNorm.Interop;
using Xunit;

namespace DivNorm.Tests.Interop;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Write_ReplacesTheFile_AndLeavesNothingBesideIt()
    {
        AtomicFile.WriteAllText(folder["a.txt"], "old and longer");
        AtomicFile.WriteAllText(folder["a.txt"], "né");

        Assert.Equal("né"u8, File.ReadAllBytes(folder["a.txt"]));
        Assert.Equal(["a.txt"], folder.FileNames);
    }

    [Fact]
    public void Write_KeepsTheOldFile_WhenTheWriterFails()
    {
        AtomicFile.WriteAllText(folder["a.txt"], "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a.txt"], stream =>
        {
            stream.Write("half of the n"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(folder["a.txt"]));
        Assert.Equal(["a.txt"], folder.FileNames);
    }

    [Fact]
    public void Write_ShowsTheOldFile_UntilTheNewOneIsWhole()
    {
        AtomicFile.WriteAllText(folder["a.txt"], "old");
        AtomicFile.Write(folder["a.txt"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(folder["a.txt"]));
        });
        Assert.Equal("new", File.ReadAllText(folder["a.txt"]));
    }

    [Fact]
    public void Write_NamesThePath_WhenTheFolderIsMissing()
    {
        var path = Path.Combine(folder["missing"], "a.txt");
        var error = Assert.Throws<UserInputException>(() => AtomicFile.WriteAllText(path, "text"));
        Assert.Equal($"cannot write '{path}': its folder does not exist", error.Message);
    }

    [Fact]
    public void Write_RefusesAFolder_AndLeavesNothingBesideIt()
    {
        Directory.CreateDirectory(folder["sub"]);
        var error = Assert.Throws<UserInputException>(() => AtomicFile.WriteAllText(folder["sub"], "text"));
        Assert.Equal($"cannot write '{folder["sub"]}': it is a folder", error.Message);
        Assert.Equal(["sub"], folder.FileNames);
    }

    [Fact]
    public void Write_ReportsAFullDisk_AsOneLine()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("needs /dev/full, the disk that is always full");

        var error = Assert.Throws<UserInputException>(() => AtomicFile.WriteAllText("/dev/full", "text"));
        Assert.StartsWith("cannot write '/dev/full': ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.True(File.Exists("/dev/full"));
    }

    [Fact]
    public void Write_LeavesADeviceInPlace()
    {
        if (!File.Exists("/dev/null"))
            Assert.Skip("needs /dev/null");

        AtomicFile.WriteAllText("/dev/null", "text");
        Assert.Equal("", File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void Write_FollowsASymbolicLink()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("links need a privilege on Windows");

        AtomicFile.WriteAllText(folder["target"], "old");
        File.CreateSymbolicLink(folder["link"], folder["target"]);
        AtomicFile.WriteAllText(folder["link"], "new");

        Assert.Equal(folder["target"], File.ResolveLinkTarget(folder["link"], returnFinalTarget: true)!.FullName);
        Assert.Equal("new", File.ReadAllText(folder["target"]));
    }

    public void Dispose() => folder.Dispose();
}
