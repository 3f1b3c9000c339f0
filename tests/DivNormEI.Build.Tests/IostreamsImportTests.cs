using System.Reflection;
using Xunit;
using static DivNorm.Build.Tests.SampleLibrary;

namespace DivNorm.Build.Tests;

public sealed class IostreamsImportTests
{
    // The flags (2 bytes), a symbol's name (4) and its version (2).
    private const int MostBytesChanged = 8;

    public static string RealLibraryPath { get; } = typeof(IostreamsImportTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "LibTorchSharp").Value!;

    private static byte[] RealLibrary { get; } = File.ReadAllBytes(RealLibraryPath);

    [Fact]
    public void RealLibrary_IsMendedOnce_AndLeftAloneThen()
    {
        byte[] before = [.. RealLibrary];

        MendResult first = IostreamsImport.Mend(RealLibrary);

        Assert.Equal(MendOutcome.Mended, first.Outcome);
        Assert.True(before.AsSpan().SequenceEqual(RealLibrary));
        Assert.InRange(BytesChanged(before, first.Bytes!), 1, MostBytesChanged);
        MendResult second = IostreamsImport.Mend(first.Bytes!);
        Assert.Equal(MendOutcome.AlreadyMended, second.Outcome);
        Assert.Null(second.Bytes);
    }

    [Fact]
    public void Sample_IsMendedOnce_AndLeftAloneThen()
    {
        byte[] sample = new SampleLibrary().ToBytes();

        byte[] mended = IostreamsImport.Mend(sample).Bytes!;

        byte[] expected = new SampleLibrary
        {
            Imports = [(StandIn, Old), (StandIn, Old)],
            Needs = [("libc.so.6", "GLIBC_2.34", 0), ("libstdc++.so.6", Old, 0), ("libstdc++.so.6", New, 2)],
        }.ToBytes();
        Assert.Equal(MendOutcome.AlreadyMended, IostreamsImport.Mend(mended).Outcome);
        Assert.Equal(MendOutcome.AlreadyMended, IostreamsImport.Mend(expected).Outcome);
        Assert.InRange(BytesChanged(sample, mended), 1, MostBytesChanged);
    }

    [Fact]
    public void LibraryOfAnOlderCompiler_NeedsNothing()
    {
        SampleLibrary older = new() { Imports = [(StandIn, Old)], Needs = [("libstdc++.so.6", Old, 0)] };

        Assert.Equal(MendOutcome.NotNeeded, IostreamsImport.Mend(older.ToBytes()).Outcome);
        Assert.Equal(MendOutcome.NotNeeded, IostreamsImport.Mend(SampleLibrary.Offering(New)).Outcome);
    }

    [Fact]
    public void SameVersionOfAnotherLibrary_IsNotOurs()
    {
        SampleLibrary other = new() { Needs = [("libother.so.1", New, 0), ("libstdc++.so.6", Old, 0)] };

        Assert.Equal(MendOutcome.NotNeeded, IostreamsImport.Mend(other.ToBytes()).Outcome);
    }

    public static TheoryData<string> OtherCases => [.. s_otherCases.Keys];

    private static readonly Dictionary<string, SampleLibrary> s_otherCases = new()
    {
        ["a second symbol of the version"] = new() { Imports = [(Initialiser, New), ("_ZSt4another", New), (StandIn, Old)] },
        ["another symbol of the version"] = new() { Imports = [("_ZSt4another", New), (StandIn, Old)] },
        ["no symbol of the version"] = new() { Imports = [(StandIn, Old)] },
        ["an offered symbol of the version"] = new() { Imports = [(StandIn, Old)], Exports = [(Initialiser, New)] },
        ["a function and an offered symbol of the version"] = new() { Exports = [("offered", New)] },
        ["no stand-in"] = new() { Imports = [(Initialiser, New), ("_ZSt4another", Old)] },
        ["a stand-in that the library offers itself"] = new() { Imports = [(Initialiser, New)], Exports = [(StandIn, Old)] },
        ["two stand-ins"] = new() { Imports = [(Initialiser, New), (StandIn, Old), (StandIn, Old)] },
        ["a stand-in without a version"] = new() { Imports = [(Initialiser, New), (StandIn, "")] },
        ["a stand-in of another library"] = new() { Imports = [(Initialiser, New), (StandIn, "GLIBC_2.34")] },
        ["unknown flags"] = new() { Needs = [("libstdc++.so.6", Old, 0), ("libstdc++.so.6", New, 4)] },
        ["half of the work done"] = new() { Needs = [("libstdc++.so.6", Old, 0), ("libstdc++.so.6", New, 2)] },
        ["the version asked for twice"] = new() { Needs = [("libstdc++.so.6", Old, 0), ("libstdc++.so.6", New, 0), ("libstdc++.so.6", New, 0)] },
    };

    [Theory]
    [MemberData(nameof(OtherCases))]
    public void OtherCase_IsNotTouched_AndSaidSo(string name)
    {
        MendResult result = IostreamsImport.Mend(s_otherCases[name].ToBytes());

        Assert.Equal(MendOutcome.Unrecognised, result.Outcome);
        Assert.Null(result.Bytes);
        Assert.NotEmpty(result.Why);
    }

    [Fact]
    public void AnythingButALibrary_IsUnrecognised()
    {
        byte[] sample = new SampleLibrary().ToBytes();
        byte[] thirtyTwoBit = [.. sample];
        thirtyTwoBit[4] = 1;
        byte[] program = [.. sample];
        program[16] = 2;
        byte[] otherProcessor = [.. sample];
        otherProcessor[18] = 183;

        foreach (byte[] file in new byte[][] { [], [1, 2, 3], new byte[4096], [.. "GROUP ( libstdc++.so.6 )"u8], thirtyTwoBit, program, otherProcessor })
            Assert.Equal(MendOutcome.Unrecognised, IostreamsImport.Mend(file).Outcome);
    }

    [Fact]
    public void Truncated_AtEveryByte_IsUnrecognised()
    {
        byte[] sample = new SampleLibrary().ToBytes();

        for (int length = 0; length < sample.Length; length++)
            Assert.Equal(MendOutcome.Unrecognised, IostreamsImport.Mend(sample[..length]).Outcome);
    }

    [Fact]
    public void RealLibrary_Truncated_IsUnrecognised()
    {
        Random random = new(1);
        int loaded = RealLibrary.Length * 3 / 4;

        for (int i = 0; i < 100; i++)
        {
            MendResult result = IostreamsImport.Mend(RealLibrary[..random.Next(loaded)]);
            Assert.Equal(MendOutcome.Unrecognised, result.Outcome);
            Assert.NotEmpty(result.Why);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_AtRandomPlaces_IsMendedWholeOrNotAtAll(int seed)
    {
        Random random = new(seed);
        byte[] sample = new SampleLibrary().ToBytes();
        HashSet<MendOutcome> seen = [];
        for (int i = 0; i < 5_000; i++)
            seen.Add(MendDamaged(sample, sample.Length, random));

        // The mutations reach every way out, or they would prove little.
        Assert.Equal([MendOutcome.Mended, MendOutcome.NotNeeded, MendOutcome.Unrecognised], seen.Order());
    }

    [Fact]
    public void RealLibrary_DamagedAtRandomPlaces_IsMendedWholeOrNotAtAll()
    {
        Random random = new(4);
        const int programHeaders = 1024;
        const int tables = 0x40000;
        HashSet<MendOutcome> seen = [];
        for (int i = 0; i < 300; i++)
            seen.Add(MendDamaged(RealLibrary, i % 2 == 0 ? programHeaders : tables, random));

        Assert.Contains(MendOutcome.Mended, seen);
        Assert.Contains(MendOutcome.Unrecognised, seen);
    }

    private static MendOutcome MendDamaged(byte[] library, int region, Random random)
    {
        byte[] damaged = [.. library];
        for (int n = random.Next(1, 9); n > 0; n--)
            damaged[random.Next(region)] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };

        MendResult result = IostreamsImport.Mend(damaged);

        Assert.Equal(result.Outcome == MendOutcome.Mended, result.Bytes is not null);
        if (result.Bytes is not null)
        {
            Assert.InRange(BytesChanged(damaged, result.Bytes), 1, MostBytesChanged);
            Assert.Equal(MendOutcome.AlreadyMended, IostreamsImport.Mend(result.Bytes).Outcome);
        }
        return result.Outcome;
    }

    private static int BytesChanged(byte[] before, byte[] after)
    {
        Assert.Equal(before.Length, after.Length);
        int changed = 0;
        int same = before.AsSpan().CommonPrefixLength(after);
        for (int at = same; at < before.Length; at += same)
        {
            changed++;
            at++;
            same = before.AsSpan(at).CommonPrefixLength(after.AsSpan(at));
        }
        return changed;
    }
}
