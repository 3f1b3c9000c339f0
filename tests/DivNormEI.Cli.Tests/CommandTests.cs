using System.Text.Json.Nodes;
using Xunit;

namespace DivNorm.Cli.Tests;

public sealed class CommandTests
{
    [Fact]
    public void Help_ListsTheCommands()
    {
        var (code, output, _) = Command.Run("--help");
        Assert.Equal(0, code);
        Assert.All((string[])["run", "compare", "tune", "evaluate", "classify", "stimuli", "check", "convert", "bench", "metrics", "doctor"], name => Assert.Contains(name, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Doctor_NamesLibtorchThreadsSimdCudaAndKernel()
    {
        var (code, output, error) = Command.Run("doctor");
        Assert.Equal((0, string.Empty), (code, error));
        Assert.All((string[])["libtorch", "threads", "SIMD", "CUDA", "kernels", "libstdc++"], name => Assert.Contains(name, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Doctor_NamesTheForcedKernel_AndRefusesAnUnknownOne()
    {
        var (_, output, _) = Command.RunWith(new Dictionary<string, string> { ["DIVNORMEI_KERNEL"] = "portable" }, "doctor");
        Assert.Contains("portable", output, StringComparison.Ordinal);
        var (code, _, error) = Command.RunWith(new Dictionary<string, string> { ["DIVNORMEI_KERNEL"] = "fastest" }, "doctor");
        Assert.Equal(2, code);
        Assert.Contains("DIVNORMEI_KERNEL is 'fastest'", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libtorch")]
    [InlineData("portable")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    public void Check_PassesTheReferenceTensors_OnEveryPath(string kernel)
    {
        string golden = SharedFolder.PathOrSkip("golden");
        var (code, output, error) = Command.RunWith(new Dictionary<string, string> { ["DIVNORMEI_KERNEL"] = kernel }, ["check", .. Directory.GetFiles(golden, "*.safetensors")]);
        if (error.Contains("this CPU lacks", StringComparison.Ordinal))
            Assert.Skip($"this CPU lacks {kernel}");
        Assert.True(code == 0, output + error);
        Assert.Contains("4 passed, 0 failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_AnswersAMissingFileWithExitCode2()
    {
        var (code, output, error) = Command.Run("check", "no-such-file.safetensors");
        Assert.Equal(2, code);
        Assert.Contains("no-such-file.safetensors", output, StringComparison.Ordinal);
        Assert.Equal("divnormei: cannot read 'no-such-file.safetensors': no such file", error.TrimEnd());
    }

    [Theory]
    [InlineData("--crops is '1,5'; it must be a whole number", "run", "contrast", "--crops", "1,5")]
    [InlineData("--seed is '99999999999999999999'; it must be a whole number, at most 9223372036854775807.", "compare", "--seed", "99999999999999999999")]
    [InlineData("--pairs is 'two'; it must be a whole number", "run", "recognition", "--pairs", "two")]
    [InlineData("--rounds is '1e1'; it must be a whole number, 1 or more.", "bench", "layer", "--rounds", "1e1")]
    [InlineData("--top is ''; it must be a whole number, 1 or more.", "classify", "--model", "m", "a.png", "--top", "")]
    [InlineData("--tolerance is 'NaN'; it must be a number such as 0.5, greater than 0.", "check", "a", "--tolerance", "NaN")]
    [InlineData("--tolerance is 'Infinity'; it must be a number such as 0.5, greater than 0.", "check", "a", "--tolerance", "Infinity")]
    [InlineData("--tolerance is '1e400'; it must be a number such as 0.5, greater than 0.", "export", "--model", "m", "--to", "o", "--tolerance", "1e400")]
    [InlineData("--mean is '0,5'; it must be a number such as 0.5, 0 to 1.", "stimuli", "grating", "--mean", "0,5")]
    [InlineData("--mean is 'NaN'; it must be a number such as 0.5, 0 to 1.", "stimuli", "crop", "--mean", "NaN")]
    [InlineData("--pixels-per-degree is '-3'; it must be a number such as 0.5, greater than 0.", "stimuli", "grating", "--pixels-per-degree", "-3")]
    [InlineData("--pixels-per-degree is 'Infinity'; it must be a number such as 0.5, greater than 0.", "stimuli", "grating", "--pixels-per-degree", "Infinity")]
    public void WhatIsNoNumber_IsAnsweredInOneLine(string expected, params string[] arguments)
    {
        var (code, output, error) = Command.Run(arguments);
        Assert.Equal((2, string.Empty), (code, output));
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FILE", "check", "")]
    [InlineData("FILE", "check", " ")]
    [InlineData("FILE", "convert", " ", "--to", "o")]
    [InlineData("--to", "convert", "a", "--to", " ")]
    [InlineData("--model", "layers", "--model", " ")]
    [InlineData("--model", "export", "--model", "", "--to", "o")]
    [InlineData("CURVES.csv", "metrics", "")]
    [InlineData("IMAGE", "classify", "--model", "m", "a.png", "")]
    [InlineData("IMAGE", "upscale", "--model", "m", "")]
    [InlineData("--out", "upscale", "--model", "m", "a.png", "--out", "")]
    [InlineData("--target", "upscale", "--model", "m", "a.png", "--target", "")]
    [InlineData("--data", "run", "contrast", "--data", "")]
    public void AnEmptyPath_IsAnsweredInOneLine(string name, params string[] arguments)
    {
        var (code, output, error) = Command.Run(arguments);
        Assert.Equal((2, string.Empty), (code, output));
        Assert.Equal($"divnormei: {name} is empty; it must name a file or a folder. (divnormei --help lists what there is)", error.TrimEnd());
    }

    [Theory]
    [InlineData("--dtype", "check", "a", "--dtype", "float16")]
    [InlineData("--readout", "tune", "--model", "m", "--layer", "l", "--readout", "1")]
    [InlineData("--view", "upscale", "a.png", "--model", "m", "--view", "all")]
    public void WhatIsNoChoice_IsAnsweredInOneLine_WithTheOption(string name, params string[] arguments)
    {
        var (code, output, error) = Command.Run(arguments);
        Assert.Equal((2, string.Empty), (code, output));
        Assert.StartsWith($"divnormei: {name}: ", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("Must be one of", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("> /dev/full", "doctor")]
    [InlineData("> /dev/full", "--help")]
    [InlineData(">&-", "--help")]
    [InlineData(">&-", "bench", "layer", "--rounds", "1", "--shape", "4,1,6,6")]
    public void StandardOutputThatCannotBeWritten_IsAnsweredInOneLine(string redirection, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is of Linux");
        var (code, _, error) = Command.RunRedirected(redirection, arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("divnormei: standard output cannot be written to: ", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench", "layer", "--rounds", "1", "--shape", "4,1,6,6")]
    [InlineData("run", "recognition", "--arm", "baseline", "divnorm")]
    [InlineData("compare", "--layers", "none", "divnormei")]
    public void AnUnknownKernelInTheEnvironment_IsAnsweredAtOnce(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        string[] output = arguments[0] == "bench" ? [] : ["--out", folder["out"]];
        var (code, _, error) = Command.RunWith(new Dictionary<string, string> { ["DIVNORMEI_KERNEL"] = "fastest" }, [.. arguments, .. output]);
        Assert.Equal(2, code);
        Assert.Contains("DIVNORMEI_KERNEL is 'fastest'", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void AFolderInPlaceOfAConfiguration_IsCalledOne()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Command.Run("bench", "network", "--config", folder.FullName);
        Assert.Equal((2, $"divnormei: {folder.FullName}: the configuration cannot be read: it is a folder"), (code, error.TrimEnd()));
    }

    [Fact]
    public void Bench_WritesJsonRowsOfBothPasses()
    {
        var (code, output, error) = Command.Run("bench", "layer", "--format", "json", "--rounds", "1", "--shape", "8,1,14,13");
        Assert.Equal((0, string.Empty), (code, error));
        var rows = JsonNode.Parse(output)!.AsArray();
        Assert.Equal(["forward", "step"], rows.Select(r => (string)r!["pass"]!));
        foreach (var row in rows)
        {
            Assert.Equal([8, 1, 14, 13], ((string[])["channels", "batch", "height", "width"]).Select(key => (int)row![key]!));
            Assert.All((string[])["referenceMs", "bf16ReferenceMs", "ms", "ratio"], key => Assert.True((double)row![key]! > 0));
            Assert.True((double)row!["maxRelativeError"]! < 1e-3);
            Assert.NotEmpty((string)row["path"]!);
        }
    }

    [Fact]
    public void BenchNetwork_TimesEveryArm_PlainAndOurs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["small.json"], """{ "arms": ["baseline", "divnorm"], "inputSize": 16, "width": 4, "hidden": 8, "batchSize": 2, "positions": [1, 3] }""");
        var (code, output, error) = Command.Run("bench", "network", "--format", "json", "--rounds", "1", "--config", folder["small.json"]);
        Assert.Equal((0, string.Empty), (code, error));
        var rows = JsonNode.Parse(output)!.AsArray();
        Assert.Equal(10, rows.Count);
        Assert.Equal(2, rows.Count(r => (string)r!["implementation"]! == "plain"));
        Assert.All(rows, r => Assert.True((double)r!["medianMs"]! > 0 && (double)r["imagesPerSecond"]! > 0));
        Assert.All(rows.Where(r => (string)r!["model"]! == "baseline"), r => Assert.Equal(1, (double)r!["ratioToBaseline"]!));
        Assert.Equal(2, Command.Run("bench", "network", "--batch", "0").ExitCode);
    }

    [Theory]
    [InlineData("'8,1,x,13' is not C,N,H,W", "--shape", "8,1,x,13")]
    [InlineData("shape '8,1,1,1' has one value a channel", "--shape", "8,1,1,1")]
    [InlineData("shape 8,1,9999999,9999999 takes more than the memory at hand", "--shape", "8,1,9999999,9999999")]
    [InlineData("--kernel is 'fastest'; this machine has ", "--kernel", "fastest")]
    public void Bench_RefusesABadShapeOrKernel_InOneLine(string expected, params string[] arguments)
    {
        var (code, _, error) = Command.Run(["bench", "layer", .. arguments]);
        Assert.Equal(2, code);
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
