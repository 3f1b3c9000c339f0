using System.Text.Json.Nodes;
using SkiaSharp;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary>The real commands on tiny data: run recognition, evaluate, classify.</summary>
public sealed class RecognitionCommandTests : IDisposable
{
    private const string Tiny = """
        {
          "inputSize": 16, "width": 4, "hidden": 8, "epochs": 2, "decayEpochs": [1], "batchSize": 8, "pairs": 2, "dropout": 0.2,
          "proceduralTrainImages": 48, "proceduralValidationImages": 24
        }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_WritesResultsModelsLogsFiguresAndReport()
    {
        var (code, output, error) = Command.Run("run", "recognition", "--config", Config("""{ "positions": [1, 2] }"""), "--out", folder["out"], "--seed", "5");
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains("report.html", output, StringComparison.Ordinal);

        var results = Results("out");
        string[] arms = ["baseline", "control", "divnorm", "divnorm-yn"];
        Assert.Equal("divnormei.recognition/1", (string?)results["schema"]);
        Assert.Equal(12, results["data"]!["classIds"]!.AsArray().Count);
        var runs = results["runs"]!.AsArray();
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2], runs.Select(r => (int)r!["pair"]!));
        Assert.Equal([.. arms, .. arms], runs.Select(r => (string)r!["model"]!));
        Assert.Equal([5, 6], runs.Select(r => (long)r!["seed"]!).Distinct());
        foreach (var epoch in runs.SelectMany(r => r!["epochs"]!.AsArray()))
        {
            string[] keys = ["epoch", "trainLoss", "trainTop1", "validationLoss", "validationTop1", "validationTop5", "seconds", "imagesPerSecond", "learningRate"];
            Assert.Equal(keys, epoch!.AsObject().Select(p => p.Key));
            Assert.All(keys, key => Assert.True(double.IsFinite((double)epoch[key]!)));
        }

        Assert.Equal([0.03, 0.003], runs[0]!["epochs"]!.AsArray().Select(e => Math.Round((double)e!["learningRate"]!, 12)));
        foreach (var network in results["networks"]!.AsArray())
        {
            Assert.Equal((long)network!["parameters"]!, network["layers"]!.AsArray().Sum(l => (long)l!["parameters"]!));
            Assert.All(runs.Where(r => (string)r!["model"]! == (string)network["model"]!), r => Assert.Equal((long)network["parameters"]!, (long)r!["parameters"]!));
        }

        var comparisons = results["summary"]!["comparisons"]!.AsArray();
        Assert.Equal(["control-baseline", "divnorm-baseline", "divnorm-yn-baseline", "divnorm-control", "divnorm-yn-control"], comparisons.Select(c => $"{c!["model"]}-{c["against"]}"));
        Assert.All(comparisons, c => Assert.Equal(2, c!["top1"]!["differences"]!.AsArray().Count));
        Assert.All(results["confusion"]!.AsArray(), c => Assert.Equal(2 * 24, c!["counts"]!.AsArray().Sum(row => row!.AsArray().Sum(n => (int)n!))));
        Assert.All(results["tuning"]!.AsArray(), t => Assert.Equal([0.1, 0.25, 0.5, 1], t!["contrasts"]!.AsArray().Select(c => (double)c!)));
        Assert.InRange((double)results["linear"]!["validationTop1"]!, 0, 1);

        foreach (string arm in arms)
        {
            Assert.True(File.Exists(folder.At("out", "models", $"pair2-{arm}.safetensors")));
            Assert.NotEmpty(Directory.GetFiles(folder.At("out", "tensorboard", $"pair1-{arm}"), "events.out.tfevents.*"));
        }

        Assert.Equal(1 + 8 * 2, File.ReadAllLines(folder.At("out", "epochs.csv")).Length);
        string report = File.ReadAllText(folder.At("out", "report.html"));
        Assert.Contains("Does it help here?", report, StringComparison.Ordinal);
        Assert.Contains("says next to nothing", report, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", report, StringComparison.Ordinal);
    }

    [Fact]
    public void KilledRun_ResumedEndsWithTheFiguresOfAnUninterruptedOne()
    {
        string config = Config("""{ "epochs": 4, "pairs": 1, "proceduralTrainImages": 480 }""");
        string[] command = ["run", "recognition", "--config", config, "--arm", "baseline", "divnorm", "--quiet"];
        Assert.Equal(0, Command.Run([.. command, "--out", folder["whole"]]).ExitCode);

        using (var killed = Command.Start([.. command, "--out", folder["killed"]]))
        {
            // the first run has ended, and the second is somewhere in its training
            string second = folder.At("killed", "checkpoints", "pair1-divnorm.safetensors");
            while (!File.Exists(second))
            {
                Assert.False(killed.HasExited, "the run ended before its first checkpoint");
                Thread.Sleep(5);
            }

            killed.Kill();
            killed.Wait();
        }

        Assert.False(File.Exists(folder.At("killed", "results.json")));
        var (refused, _, why) = Command.Run([.. command, "--out", folder["killed"], "--resume", "--seed", "9"]);
        Assert.Equal(2, refused);
        Assert.Contains("the run to resume has seed 1, this one 9", why, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run([.. command, "--out", folder["killed"], "--resume"]).ExitCode);
        Assert.Equal(Figures("whole"), Figures("killed"));
        Assert.Equal(EventCount("whole"), EventCount("killed"));
        foreach (string model in (string[])["pair1-baseline", "pair1-divnorm"])
            Assert.Equal(File.ReadAllBytes(folder.At("whole", "models", model + ".safetensors")), File.ReadAllBytes(folder.At("killed", "models", model + ".safetensors")));

        // the baseline's log was written anew, not added to
        long EventCount(string name) => Directory.GetFiles(folder.At(name, "tensorboard", "pair1-baseline"), "events*").Sum(file => new FileInfo(file).Length);
    }

    [Fact]
    public void FinishedRun_ResumedWithMoreArmsAndPairs_TrainsOnlyThese()
    {
        string config = Config("""{ "linearBaseline": false }""");
        string[] command = ["run", "recognition", "--config", config, "--quiet"], more = [.. command, "--arm", "control", "baseline", "divnorm", "--pairs", "2"];
        Assert.Equal(0, Command.Run([.. command, "--arm", "baseline", "divnorm", "--pairs", "1", "--out", folder["out"]]).ExitCode);
        var finished = Results("out")["runs"]!.AsArray();

        Assert.Equal((0, string.Empty, string.Empty), Command.Run([.. more, "--out", folder["out"], "--resume"]));
        var resumed = Results("out")["runs"]!.AsArray();
        Assert.Equal(6, resumed.Count);
        foreach (var run in finished) // seconds and all: not trained again
            Assert.Contains(resumed, other => JsonNode.DeepEquals(run, other));
        Assert.Equal(0, Command.Run([.. more, "--out", folder["whole"]]).ExitCode);
        Assert.Equal(Figures("whole"), Figures("out"));

        var (refused, _, why) = Command.Run([.. more, "--out", folder["out"], "--resume", "--epochs", "3"]);
        Assert.Equal(2, refused);
        Assert.Contains("the run to resume has epochs 2, this one 3", why, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run([.. command, "--arm", "baseline", "--out", folder["out"], "--resume", "--pairs", "1"]).ExitCode); // fewer will do as well
    }

    [Fact]
    public void RunsSharedAmongProcesses_MakeTheReportOfOne()
    {
        string config = Config("""{ "linearBaseline": false, "pairs": 2, "arms": ["baseline", "divnorm"] }""");
        string[] command = ["run", "recognition", "--config", config, "--quiet"];
        Assert.Equal(0, Command.Run([.. command, "--out", folder["whole"]]).ExitCode);

        string[] share = [.. command, "--out", folder["shared"], "--only"];
        using (var other = Command.Start([.. share, "pair1-baseline", "pair2-divnorm"]))
        {
            Assert.Equal((0, string.Empty, string.Empty), Command.Run([.. share, "pair1-divnorm", "pair2-baseline"]));
            Assert.Equal((0, string.Empty, string.Empty), other.Wait());
        }

        Assert.False(File.Exists(folder.At("shared", "results.json")));
        Assert.Equal(0, Command.Run([.. command, "--out", folder["shared"], "--resume"]).ExitCode);
        Assert.Equal(Figures("whole"), Figures("shared"));

        var (refused, _, why) = Command.Run([.. share, "pair3-divnorm"]);
        Assert.Equal(2, refused);
        Assert.Equal("divnormei: there is no run 'pair3-divnorm'; the runs are pair1-baseline, pair1-divnorm, pair2-baseline, pair2-divnorm.\n", why);
    }

    [Fact]
    public void TrainedModel_EvaluatesAsInItsRun_AndClassifies()
    {
        string data = Images();
        string cut = folder.At("data", "train", "b", "cut.jpg");
        File.WriteAllBytes(cut, File.ReadAllBytes(folder.At("data", "train", "b", "0.jpg"))[..200]);
        string config = Config("""{ "batchNorm": "everywhere", "pairs": 1, "storedSize": 18, "linearBaseline": false, "arms": ["baseline", "divnorm", "control", "gdn", "divnormei-inhibition"] }""");
        var (code, output, error) = Command.Run("run", "recognition", "--data", data, "--config", config, "--out", folder["out"], "--cache", folder["cache"]);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains($"Skipped {cut}", output, StringComparison.Ordinal);
        var results = Results("out");
        Assert.Equal(1, (int)results["data"]!["skipped"]!);
        Assert.Equal(["bell", "crow"], results["data"]!["classNames"]!.AsArray().Select(n => (string)n!));
        Assert.Equal(["baseline", "divnorm", "gdn", "divnormei-inhibition"], results["runs"]!.AsArray().Select(r => (string)r!["model"]!)); // the control is the baseline here
        Assert.Null(results["linear"]);

        // without the cache the pixels, and so the figures, are the same
        Assert.Equal(0, Command.Run("run", "recognition", "--data", data, "--config", config, "--out", folder["decoded"], "--quiet").ExitCode);
        Assert.Equal(Figures("out"), Figures("decoded"));

        string model = folder.At("out", "models", "pair1-divnorm.safetensors");
        (code, output, error) = Command.Run("evaluate", "--model", model, "--data", data, "--format", "json");
        Assert.Equal((0, string.Empty), (code, error));
        var evaluation = JsonNode.Parse(output)!;
        var last = results["runs"]![1]!["epochs"]!.AsArray()[^1]!;
        Assert.Equal(((double)last["validationTop1"]!, 6), ((double)evaluation["top1"]!, (int)evaluation["images"]!));
        Assert.Equal((double)last["validationLoss"]!, (double)evaluation["loss"]!, 1e-6);
        Assert.Contains("gdn: top-1", Command.Run("evaluate", "--model", folder.At("out", "models", "pair1-gdn.safetensors"), "--data", Path.Combine(data, "val"), "--quiet").Output, StringComparison.Ordinal);

        string image = folder.At("data", "val", "a", "0.png");
        (code, output, error) = Command.Run("classify", "--model", model, "--format", "json", image, cut, image);
        Assert.Equal(2, code);
        Assert.Contains(cut, error, StringComparison.Ordinal);
        OneLine(error);
        var guesses = JsonNode.Parse(output)!.AsArray();
        Assert.Equal(2, guesses.Count);
        Assert.Equal(1, guesses[0]!["guesses"]!.AsArray().Sum(g => (double)g!["probability"]!), 1e-5);
        (code, output, _) = Command.Run("classify", "--model", model, "--top", "1", image);
        Assert.Equal(0, code);
        Assert.Matches(@"%  (bell \(a\)|crow \(b\))", output);
    }

    [Theory]
    [InlineData("""{ "epoch": 5 }""", "unknown key 'epoch'")]
    [InlineData("""{ "arms": ["control"] }""", "arms is [control]; it must be a list of distinct names with baseline among them")]
    [InlineData("""{ "arms": ["baseline", "mine"] }""", "arms is mine; it must be of baseline, control")]
    [InlineData("""{ "arms": null }""", "arms is null")]
    [InlineData("""{ "positions": [0] }""", "positions is [0]; it must be distinct numbers from 1 to 6")]
    [InlineData("""{ "inputSize": 8 }""", "inputSize is 8; it must be 16 to 1024")]
    [InlineData("""{ "learningRate": 0 }""", "learningRate is 0; it must be greater than 0")]
    [InlineData("""{ "batchNorm": "some" }""", "not a valid configuration (key batchNorm)")]
    [InlineData("""{ "decayEpochs": [0] }""", "decayEpochs is [0]")]
    [InlineData("""{ "proceduralTrainImages": 3 }""", "proceduralTrainImages is 3; it must be 12 to 1000000")]
    public void BadConfiguration_IsOneLineThatNamesFileAndKey(string text, string expected)
    {
        string file = folder["bad.json"];
        File.WriteAllText(file, text);
        Refused(expected, "run", "recognition", "--config", file);
    }

    [Fact]
    public void BadPlaces_AreOneLineEach_AndWriteNothing()
    {
        string data = Images();
        File.WriteAllText(folder["file"], "x");
        File.WriteAllText(folder["list"], "a\nz\n");
        Refused("does not exist", "run", "recognition", "--data", folder["missing"]);
        Refused("has no folder val", "run", "recognition", "--data", Path.Combine(data, "..", "bare"));
        Refused("lacks 1 of 2 classes: z", "run", "recognition", "--data", data, "--classes", folder["list"]);
        Refused("lacks 100 of 100 classes", "run", "recognition", "--data", data, "--classes", "imagenet-100");
        Refused("cannot be read", "run", "recognition", "--data", data, "--classes", folder["nolist"]);
        Refused("a class list needs images", "run", "recognition", "--classes", "imagenet-100");
        Refused("cache", "run", "recognition", "--data", data, "--cache", Path.Combine(folder["file"], "below"));
        Refused("pairs is 0; it must be 1 to 100", "run", "recognition", "--pairs", "0");
        Refused("arms is mine", "run", "recognition", "--arm", "baseline", "mine");
        Refused("no such file", "evaluate", "--model", folder["none"], "--data", data);
        Refused("too few", "classify", "--model", folder["file"], folder["file"]);
        Refused("--model", "classify", folder["file"]);
    }

    [Fact]
    public void DivergingTraining_EndsWithItsOwnExitCode()
    {
        var (code, _, error) = Command.Run("run", "recognition", "--config", Config("""{ "learningRate": 1000, "momentum": 0.99 }"""), "--out", folder["out"], "--quiet");
        Assert.Equal(3, code);
        Assert.Contains("pair1-baseline: Training diverged", error, StringComparison.Ordinal);
        OneLine(error);
    }

    private void Refused(string expected, params string[] command)
    {
        string[] place = command[0] == "run" ? ["--out", folder["out"]] : [];
        var (code, _, error) = Command.Run([.. command, .. place]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        OneLine(error);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private static void OneLine(string error)
    {
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("divnormei: ", error, StringComparison.Ordinal);
    }

    /// <summary>Two classes, bright and dark, with eight training and three validation images each; beside them a folder without val.</summary>
    private string Images()
    {
        Directory.CreateDirectory(folder.At("bare", "train", "a"));
        foreach (var (id, brightness) in ((string, int)[])[("a", 200), ("b", 60)])
        {
            for (int i = 0; i < 8; i++)
                Picture(folder.At("data", "train", id, $"{i}.jpg"), brightness + 5 * i, i % 2 == 0 ? SKColorType.Rgba8888 : SKColorType.Gray8);
            for (int i = 0; i < 3; i++)
                Picture(folder.At("data", "val", id, $"{i}.png"), brightness + 7 * i, SKColorType.Rgba8888);
        }

        File.WriteAllText(folder.At("data", "words.txt"), "a\tbell\nb\tcrow, corbie\n");
        return folder["data"];
    }

    private static void Picture(string path, int brightness, SKColorType type)
    {
        using SKBitmap bitmap = new(24, 20, type, SKAlphaType.Opaque);
        for (int i = 0; i < bitmap.Width * bitmap.Height; i++)
        {
            byte value = (byte)(brightness + 7 * i % 30);
            bitmap.SetPixel(i % bitmap.Width, i / bitmap.Width, new SKColor(value, value, (byte)(value / 2)));
        }

        using var file = File.Create(path);
        bitmap.Encode(file, Path.GetExtension(path) == ".png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
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
        foreach (var epoch in results["runs"]!.AsArray().SelectMany(run => run!["epochs"]!.AsArray()))
        {
            epoch!.AsObject().Remove("seconds");
            epoch.AsObject().Remove("imagesPerSecond");
        }

        foreach (var model in results["summary"]!["models"]!.AsArray())
        {
            model!.AsObject().Remove("secondsPerEpoch");
            model.AsObject().Remove("imagesPerSecond");
        }

        foreach (var comparison in results["summary"]!["comparisons"]!.AsArray())
            comparison!.AsObject().Remove("timeRatio");
        return results.ToJsonString();
    }
}
