using System.Text.Json.Nodes;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary>The real command, end to end, on little data.</summary>
public sealed class ContrastCommandTests : IDisposable
{
    private const string Tiny = """
        {
          "crops": 160, "batchSize": 4, "cropSize": 24, "validationCrops": 8, "checkpointEvery": 5, "recordingStride": 8, "phases": 1,
          "proceduralTrainImages": 3, "proceduralValidationImages": 2, "proceduralImageSize": 64, "variants": ["authors"]
        }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_WritesResultsCurvesModelsFiguresAndReport()
    {
        var (code, output, error) = Command.Run("run", "contrast", "--config", Config("""{ "variants": ["paper", "authors"], "crops": 8, "phases": 4 }"""), "--out", folder["out"], "--seed", "5");
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains("report.html", output, StringComparison.Ordinal);

        var results = Results("out");
        Assert.Equal("divnormei.contrast/1", (string?)results["schema"]);
        Assert.Equal(5, (long)results["seed"]!);
        Assert.Equal(3, (int)results["data"]!["trainImages"]!);
        Assert.Equal(["paper", "authors"], results["variants"]!.AsArray().Select(v => (string)v!["name"]!));
        Assert.All(results["variants"]!.AsArray(), v => Assert.True((double)v!["psnr"]! > 0 && (int)v["crops"]! == 8 && v["trainingLoss"]!.AsArray().Count == 1));
        Assert.True((double)results["baselines"]!["bicubicPsnr"]! > 10);
        Assert.Equal(2 * 2 * 4 * 2 * 2, results["tuning"]!.AsArray().Count);
        foreach (var tuning in results["tuning"]!.AsArray())
        {
            Assert.Contains((string)tuning!["stage"]!, (string[])["before", "beforeSquared", "normalized", "after"]);
            Assert.Contains((string)tuning["readout"]!, (string[])["centre", "mean"]);
            Assert.Contains((string)tuning["background"]!, (string[])["grey", "zero"]);
            Assert.Equal(4, tuning["contrasts"]!.AsArray().Count);
            foreach (string figures in (string[])["peak", "hwhh", "hwhhFromZero", "osi", "cv"])
                Assert.Equal(4, tuning[figures]!.AsArray().Count);
            Assert.Equal(25, tuning["orientationOffsets"]!.AsArray().Count);
            Assert.All(tuning["curves"]!.AsArray(), curve => Assert.Equal(25, curve!.AsArray().Count));
        }

        var before = results["tuning"]!.AsArray().First(t => (string)t!["stage"]! == "before" && (string)t["readout"]! == "centre")!;
        Assert.Equal(0.1, (double)before["gainRatio"]!, 0.01);
        Assert.InRange((double)before["separability"]!, 0.99, 1);
        Assert.All(before["hwhh"]!.AsArray(), width => Assert.Equal(19.3, (double)width!, 1.0));

        Assert.True(File.Exists(folder.At("out", "models", "paper.safetensors")));
        Assert.Equal(1 + 64 * 4 * 25, File.ReadAllLines(folder.At("out", "curves.csv")).Length);
        string report = File.ReadAllText(folder.At("out", "report.html"));
        Assert.Contains("gain ratio", report, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", report, StringComparison.Ordinal);
        var pictures = Directory.GetFiles(folder.At("out", "figures", "x")[..^2]).Select(f => Path.GetExtension(f)).GroupBy(e => e).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(pictures[".png"], pictures[".svg"]);
        Assert.Equal(8, (int)JsonNode.Parse(File.ReadAllText(folder.At("out", "config.json")))!["crops"]!);
    }

    [Fact]
    public void KilledRun_ResumedEndsWithTheFiguresOfAnUninterruptedOne()
    {
        string config = Config("{}");
        Assert.Equal(0, Command.Run("run", "contrast", "--config", config, "--out", folder["whole"], "--quiet").ExitCode);

        using (var killed = Command.Start("run", "contrast", "--config", config, "--out", folder["killed"], "--quiet"))
        {
            WaitForCheckpoint(killed, "killed");
            killed.Kill();
            killed.Wait();
        }

        Assert.False(File.Exists(folder.At("killed", "results.json")));
        Assert.Equal(0, Command.Run("run", "contrast", "--config", config, "--out", folder["killed"], "--resume", "--quiet").ExitCode);
        Assert.Equal(Figures("whole"), Figures("killed"));
    }

    [Fact]
    public void InterruptedRun_SaysSo_AndResumesToTheSameFigures()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a signal cannot be sent to one process there");
        string config = Config("""{ "crops": 4000, "checkpointEvery": 5 }""");
        using (var stopped = Command.Start("run", "contrast", "--config", config, "--out", folder["stopped"]))
        {
            WaitForCheckpoint(stopped, "stopped");
            stopped.Interrupt();
            var (code, _, error) = stopped.Wait();
            Assert.Equal(130, code);
            Assert.Contains("--resume", error, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(folder.At("stopped", "checkpoints", "authors.safetensors")));
        Assert.False(File.Exists(folder.At("stopped", "results.json")));

        // another configuration is refused, and the checkpoint stays
        var (refused, _, why) = Command.Run("run", "contrast", "--config", config, "--out", folder["stopped"], "--resume", "--seed", "9");
        Assert.Equal(2, refused);
        Assert.Contains("the run to resume has seed 1, this one 9", why, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.At("stopped", "checkpoints", "authors.safetensors")));
    }

    [Theory]
    [InlineData("""{ "crop": 5 }""", "unknown key 'crop'")]
    [InlineData("""{ "crops": "many" }""", "not a valid configuration (key crops)")]
    [InlineData("""{ "batchSize": 1 }""", "batchSize is 1; it must be 2 to 4096")]
    [InlineData("""{ "variants": ["mine"] }""", "variants is mine; it must be paper or authors")]
    [InlineData("""{ "input": "sideways" }""", "not a valid configuration (key input)")]
    [InlineData("""{ "crops": 5, "crops": 6 }""", "not a valid configuration")]
    [InlineData("[]", "a configuration is a JSON object")]
    [InlineData("{", "not a valid configuration")]
    public void BadConfiguration_IsOneLineThatNamesFileAndKey(string text, string expected)
    {
        string file = folder["bad.json"];
        File.WriteAllText(file, text);
        var (code, _, error) = Command.Run("run", "contrast", "--config", file, "--out", folder["out"]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("bad.json", error, StringComparison.Ordinal);
        OneLine(error);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void BadPlaces_AreOneLineEach_AndWriteNothing()
    {
        string empty = Directory.CreateDirectory(folder["empty"]).FullName;
        File.WriteAllText(folder["file"], "x");
        File.WriteAllText(folder.At("stray", "Thumbs.db"), "x");
        (string[] Arguments, string Expected)[] cases =
        [
            (["--data", folder["missing"]], "does not exist"),
            (["--data", empty], "holds no files"),
            (["--data", folder["stray"]], "leaves 0 training"),
            (["--data", folder["file"]], "is a file"),
            (["--config", folder["none.json"]], "none.json"),
            (["--out", Path.Combine(folder["file"], "below")], "output folder cannot be made"),
            (["--seed", "-1"], "seed is -1; it must be 0 or more"),
            (["--crops", "-5"], "crops is -5; it must be 0 or more"),
            (["--variant", "mine"], "variants is mine"),
            (["--nonsense"], "--nonsense"),
        ];
        foreach (var (arguments, expected) in cases)
        {
            string[] place = arguments[0] == "--out" ? [] : ["--out", folder["out"]];
            var (code, _, error) = Command.Run(["run", "contrast", .. arguments, .. place]);
            Assert.Equal(2, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
            OneLine(error);
            Assert.False(Directory.Exists(folder["out"]));
        }
    }

    [Theory]
    [InlineData(160)]
    [InlineData(4)] // one step, whose loss is that of the start
    public void DivergingTraining_EndsWithItsOwnExitCode(int crops)
    {
        var (code, _, error) = Command.Run("run", "contrast", "--config", Config($$"""{ "learningRate": 1e30, "schedule": "constant", "crops": {{crops}} }"""), "--out", folder["out"], "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("Training diverged", error, StringComparison.Ordinal);
        OneLine(error);
        Assert.False(File.Exists(folder.At("out", "results.json")));
    }

    private static void OneLine(string error)
    {
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("divnormei: ", error, StringComparison.Ordinal);
    }

    private void WaitForCheckpoint(Command command, string name)
    {
        string file = folder.At(name, "checkpoints", "authors.safetensors");
        while (!File.Exists(file))
        {
            Assert.False(command.HasExited, "the run ended before its first checkpoint");
            Thread.Sleep(5);
        }
    }

    /// <summary>The tiny configuration with some keys changed, as a file.</summary>
    private string Config(string changes)
    {
        var config = JsonNode.Parse(Tiny)!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(changes)!.AsObject())
            config[key] = value?.DeepClone();
        string file = folder["config.json"];
        File.WriteAllText(file, config.ToJsonString());
        return file;
    }

    private JsonNode Results(string name) => JsonNode.Parse(File.ReadAllText(folder.At(name, "results.json")))!;

    /// <summary>All of results.json but the times.</summary>
    private string Figures(string name)
    {
        var results = Results(name);
        foreach (var variant in results["variants"]!.AsArray())
        {
            variant!.AsObject().Remove("seconds");
            variant.AsObject().Remove("cropsPerSecond");
        }

        return results.ToJsonString();
    }
}
