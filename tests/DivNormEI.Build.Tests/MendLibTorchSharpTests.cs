using System.Runtime.InteropServices;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Xunit;

namespace DivNorm.Build.Tests;

public sealed partial class MendLibTorchSharpTests : IDisposable
{
    private static readonly byte[] s_sample = new SampleLibrary().ToBytes();
    private readonly TemporaryFolder _room = new();
    private readonly RecordingBuildEngine _engine = new();
    private readonly string _package;

    public MendLibTorchSharpTests() => _package = _room.Write("package/libLibTorchSharp.so", s_sample);

    public void Dispose() => _room.Dispose();

    [Fact]
    public void OlderMachine_TakesAMendedCopy_AndThePackageStaysAsItIs()
    {
        DateTime written = File.GetLastWriteTimeUtc(_package);

        MendLibTorchSharp step = Run(OlderMachine());

        ITaskItem copy = Assert.Single(step.Mended);
        Assert.Equal([_package], step.Replaced.Select(item => item.ItemSpec));
        Assert.StartsWith(_room.In("obj"), copy.ItemSpec, StringComparison.Ordinal);
        Assert.Equal("libLibTorchSharp.so", Path.GetFileName(copy.ItemSpec));
        Assert.Equal(MendOutcome.AlreadyMended, IostreamsImport.Mend(File.ReadAllBytes(copy.ItemSpec)).Outcome);
        Assert.Equal(s_sample, File.ReadAllBytes(_package));
        Assert.Equal(written, File.GetLastWriteTimeUtc(_package));
    }

    [Fact]
    public void RealLibrary_IsMended_FromItsPackage()
    {
        byte[] before = File.ReadAllBytes(IostreamsImportTests.RealLibraryPath);

        MendLibTorchSharp step = Run(OlderMachine(), IostreamsImportTests.RealLibraryPath);

        Assert.Equal(MendOutcome.AlreadyMended, IostreamsImport.Mend(File.ReadAllBytes(Assert.Single(step.Mended).ItemSpec)).Outcome);
        Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(IostreamsImportTests.RealLibraryPath)));
    }

    [Fact]
    public void Copy_KeepsTheMetadataOfWhatItReplaces()
    {
        TaskItem item = new(_package);
        item.SetMetadata("DestinationSubDirectory", "runtimes/linux-x64/native/");

        MendLibTorchSharp step = Run(OlderMachine(), item);

        Assert.Equal("runtimes/linux-x64/native/", step.Mended.Single().GetMetadata("DestinationSubDirectory"));
    }

    [Fact]
    public void SecondBuild_WritesAndSaysNothing()
    {
        string copy = Run(OlderMachine()).Mended.Single().ItemSpec;
        Assert.Equal(MessageImportance.Normal, Assert.Single(_engine.Messages).Importance);
        DateTime longAgo = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(copy, longAgo);

        MendLibTorchSharp second = Run(OlderMachine());

        Assert.Equal([copy], second.Mended.Select(item => item.ItemSpec));
        Assert.Equal(longAgo, File.GetLastWriteTimeUtc(copy));
        Assert.Single(_engine.Messages);
    }

    [Fact]
    public void HardLinks_AreBroken_NotWrittenThrough()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("hard links are made through the C library of Linux");
        string copy = Run(OlderMachine()).Mended.Single().ItemSpec;
        string other = _room.Write("elsewhere.so", s_sample);
        File.Delete(copy);
        Link(other, copy);
        Link(_package, _room.In("linked-package.so"));

        Run(OlderMachine());

        Assert.Equal(MendOutcome.AlreadyMended, IostreamsImport.Mend(File.ReadAllBytes(copy)).Outcome);
        Assert.Equal(s_sample, File.ReadAllBytes(other));
        Assert.Equal(s_sample, File.ReadAllBytes(_room.In("linked-package.so")));
        Assert.Equal([Path.GetFileName(copy)], Directory.GetFiles(Path.GetDirectoryName(copy)!).Select(Path.GetFileName));
    }

    [Fact]
    public void NewerMachine_NeedsNothing_UnlessAsked()
    {
        Assert.Empty(Run(Machine("GLIBCXX_3.4.32")).Mended);
        Assert.False(Directory.Exists(_room.In("obj")));

        Assert.Single(Run(Machine("GLIBCXX_3.4.32"), always: true).Mended);
    }

    [Fact]
    public void NewerLibraryPath_OnAnOlderMachine_StillMends()
    {
        string module = _room.Write("module/libstdc++.so.6", SampleLibrary.Offering("GLIBCXX_3.4.32"));
        string own = _room.Write("lib/libstdc++.so.6", SampleLibrary.Offering("GLIBCXX_3.4.30"));

        StandardLibraryFinder finder = new(Path.GetDirectoryName(module), _room.In("no-cache"), [Path.GetDirectoryName(own)!]);

        Assert.Single(Run(finder).Mended);
    }

    [Fact]
    public void MachineWithoutStandardLibrary_IsTold_AndServed()
    {
        MendLibTorchSharp step = Run(new StandardLibraryFinder(null, _room.In("no-cache"), [_room.In("absent")]));

        Assert.Single(step.Mended);
        BuildWarningEventArgs warning = Assert.Single(_engine.Warnings);
        Assert.Equal("DIVNORMEI001", warning.Code);
        Assert.Contains("libstdc++6", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownOrDamagedLibrary_IsLeft_WithAWarningThatSaysWhy()
    {
        foreach (byte[] library in new[] { s_sample[..100], new SampleLibrary { Imports = [("_ZSt4another", SampleLibrary.New)] }.ToBytes() })
        {
            _engine.Warnings.Clear();
            File.WriteAllBytes(_package, library);

            MendLibTorchSharp step = Run(OlderMachine());

            Assert.Empty(step.Replaced);
            Assert.Empty(step.Mended);
            BuildWarningEventArgs warning = Assert.Single(_engine.Warnings);
            Assert.Equal("DIVNORMEI002", warning.Code);
            Assert.Contains(_package, warning.Message, StringComparison.Ordinal);
            Assert.Equal(library, File.ReadAllBytes(_package));
            Assert.False(Directory.Exists(_room.In("obj")));
        }
    }

    [Fact]
    public void MissingLibrary_OrUnwritableFolder_IsAnError()
    {
        Assert.Empty(Run(OlderMachine(), succeeds: false, libraries: new TaskItem(_room.In("absent.so"))).Mended);
        Assert.Contains("absent.so", Assert.Single(_engine.Errors).Message, StringComparison.Ordinal);

        _engine.Errors.Clear();
        _room.Write("obj", [0]);
        Assert.Empty(Run(OlderMachine(), succeeds: false).Mended);
        Assert.Contains(_package, Assert.Single(_engine.Errors).Message, StringComparison.Ordinal);
    }

    private StandardLibraryFinder OlderMachine() => Machine("GLIBCXX_3.4.30");

    private StandardLibraryFinder Machine(string newestVersion)
    {
        _room.Write("lib/libstdc++.so.6", SampleLibrary.Offering("GLIBCXX_3.4.29", newestVersion));
        return new(null, _room.In("no-cache"), [_room.In("lib")]);
    }

    private MendLibTorchSharp Run(StandardLibraryFinder machine, string library) => Run(machine, libraries: new TaskItem(library));

    private MendLibTorchSharp Run(StandardLibraryFinder machine, TaskItem library) => Run(machine, libraries: library);

    private MendLibTorchSharp Run(StandardLibraryFinder machine, bool always = false, bool succeeds = true, params TaskItem[] libraries)
    {
        MendLibTorchSharp step = new(machine)
        {
            BuildEngine = _engine,
            Libraries = libraries.Length > 0 ? libraries : [new TaskItem(_package)],
            Folder = _room.In("obj/divnormei"),
            Always = always,
        };
        Assert.Equal(succeeds, step.Execute());
        return step;
    }

    private static void Link(string existing, string name) => Assert.Equal(0, LinkFile(existing, name));

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int LinkFile(string existing, string name);
}
