using System.Text.Json.Nodes;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary><c>compare</c> and <c>tune</c> as a user starts them, end to end, on little data.</summary>
public sealed class CompareCommandTests : IDisposable
{
    private const string Tiny = """
        {
          "crops": 64, "batchSize": 8, "cropSize": 24, "validationCrops": 8, "checkpointEvery": 2, "recordingStride": 8, "phases": 1, "orientations": 8, "fitCrops": 8,
          "proceduralTrainImages": 3, "proceduralValidationImages": 2, "proceduralImageSize": 64
        }
        """;

    private static readonly string[] Properties =
        ["contrastInvariantWidth", "contrastNormalizedGain", "selectivity", "crossOrientationSuppression", "surroundSuppression", "separable"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Compare_WritesResultsTablesModelsFiguresAndReport_WhichTuneReadsAgain()
    {
        var (code, output, error) = Compare("out", "none", "canonical", "igdn");
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains("report.html", output, StringComparison.Ordinal);

        var results = Results("out");
        Assert.Equal("divnormei.compare/1", (string?)results["schema"]);
        var encoder = results["encoder"]!;
        Assert.Equal(0.1, (double)encoder["gainRatio"]!, 0.01); // rectified linear filters: in proportion to contrast
        Assert.Equal(1, (double)encoder["separability"]!, 1e-3);
        var layers = results["layers"]!.AsArray();
        Assert.Equal(["none", "canonical", "igdn"], layers.Select(layer => (string)layer!["name"]!));
        Assert.Equal([0, 64 * 25 + 64, 64 * 65], layers.Select(layer => (int)layer!["parameters"]!));
        foreach (var layer in layers)
        {
            Assert.Null(layer!["diverged"]);
            Assert.Equal(64, (int)layer["training"]!["crops"]!);
            Assert.True((double)layer["training"]!["psnr"]! > 0 && (double)layer["training"]!["secondsPerStep"]! > 0);
            foreach (string state in (string[])["untrained", "trained"])
            {
                Assert.Equal(4, layer[state]!["curves"]!.AsArray().Count);
                Assert.All(layer[state]!["curves"]!.AsArray(), curve => Assert.Equal(8, curve!.AsArray().Count));
                Assert.Equal(Properties, layer[state + "Properties"]!.AsObject().Select(pair => pair.Key));
            }
        }

        // no layer leaves the cells as they were; division compresses, multiplication expands
        Assert.Equal(encoder["curves"]!.ToJsonString(), layers[0]!["trained"]!["curves"]!.ToJsonString());
        Assert.True((double)layers[1]!["trained"]!["gainRatio"]! > 0.2);
        Assert.True((double)layers[2]!["trained"]!["gainRatio"]! < 0.08);

        Assert.Equal(1 + 1 + 2 * 3, File.ReadAllLines(folder.At("out", "measures.csv")).Length);
        Assert.Equal(1 + 7 * 4 * 8, File.ReadAllLines(folder.At("out", "curves.csv")).Length);
        string report = File.ReadAllText(folder.At("out", "report.html"));
        Assert.Contains("it expands where normalisation compresses", report, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", report, StringComparison.Ordinal);
        var pictures = Directory.GetFiles(folder.At("out", "figures")).GroupBy(Path.GetExtension).ToDictionary(group => group.Key!, group => group.Count());
        Assert.True(pictures[".png"] >= 8);
        Assert.All((string[])["none", "canonical", "igdn"], name => Assert.True(File.Exists(folder.At("out", "figures", $"layer-{name}.png"))));
        Assert.Equal(pictures[".png"], pictures[".svg"]);

        TuneReads(folder.At("out", "models", "canonical.safetensors"));
    }

    private void TuneReads(string model)
    {
        var (listed, list, _) = Command.Run("tune", "--model", model);
        Assert.Equal(0, listed);
        Assert.Contains("normalization  [64, 48, 48]", list, StringComparison.Ordinal);
        Assert.Contains("decoder.pixel", list, StringComparison.Ordinal);

        var (unknown, _, why) = Command.Run("tune", "--model", model, "--layer", "retina", "--out", folder["tune"]);
        Assert.Equal(2, unknown);
        Assert.Contains("no layer 'retina'; its layers are encoder, normalization", why, StringComparison.Ordinal);

        var (code, _, error) = Command.Run("tune", "--model", model, "--layer", "encoder", "--size", "24", "--phases", "4", "--out", folder["tune"], "--quiet");
        Assert.Equal((0, string.Empty), (code, error));
        var results = JsonNode.Parse(File.ReadAllText(folder.At("tune", "results.json")))!;
        Assert.Equal("divnormei.tune/1", (string?)results["schema"]);
        Assert.Equal(64, results["units"]!.AsArray().Count);
        Assert.Equal(1 + 64, File.ReadAllLines(folder.At("tune", "units.csv")).Length);
        Assert.True(File.Exists(folder.At("tune", "report.html")));

        // filters of 0 degrees come first, then those of 45; sizes of 15 and 21 pixels
        foreach (var (unit, nominal) in ((int, double)[])[(0, 0), (8, 45), (32, 0), (40, 45)])
        {
            double preferred = (double)results["units"]![unit]!["preferredOrientation"]!, off = Math.Abs(preferred - nominal);
            Assert.True(Math.Min(off, 180 - off) < 5, $"unit {unit} prefers {preferred}");
        }
    }

    [Fact]
    public void StoppedRun_ResumedWithoutRunningFinishedLayersAgain_EndsWithTheFiguresOfAnUninterruptedOne()
    {
        Assert.Equal(0, Compare("whole", "gdn", "bn-relu").ExitCode);
        Assert.Equal(0, Compare("parts", "gdn").ExitCode);
        string finished = folder.At("parts", "layers", "gdn.json");
        DateTime written = File.GetLastWriteTimeUtc(finished);

        // a second layer, killed on its way
        using (var killed = Command.Start([.. Arguments("parts", ["gdn", "bn-relu"]), "--resume"]))
        {
            string checkpoint = folder.At("parts", "checkpoints", "bn-relu.safetensors");
            while (!killed.HasExited && !File.Exists(checkpoint))
                Thread.Sleep(5);
            killed.Kill();
            killed.Wait();
        }

        var (code, output, _) = Command.Run([.. Arguments("parts", ["gdn", "bn-relu"]), "--resume"]);
        Assert.Equal(0, code);
        Assert.Contains("gdn is finished already", output, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(finished));
        Assert.Equal(Timeless("whole"), Timeless("parts"));

        // other settings are refused
        var (refused, _, why) = Command.Run([.. Arguments("parts", ["gdn"]), "--resume", "--seed", "9"]);
        Assert.Equal(2, refused);
        Assert.Contains("the run to resume has seed 1, this one 9", why, StringComparison.Ordinal);
    }

    [Fact]
    public void DivergedLayer_IsReportedAsSuch_AndTheNextIsRun()
    {
        // steps so large that the squares in the decoder's batch norm overflow
        string config = folder["wild.json"];
        File.WriteAllText(config, Tiny.Replace("\"crops\": 64", "\"crops\": 96, \"learningRate\": 1e30, \"schedule\": \"constant\"", StringComparison.Ordinal));
        var (code, output, error) = Command.Run("compare", "--config", config, "--layers", "igdn", "lrn", "--out", folder["wild"]);
        Assert.Equal(3, code);
        Assert.Contains("The training of every layer diverged", error, StringComparison.Ordinal);
        Assert.Contains("igdn: Training diverged", output, StringComparison.Ordinal);
        Assert.Contains("lrn: Training diverged", output, StringComparison.Ordinal);
        var layer = Results("wild")["layers"]![0]!;
        Assert.StartsWith("Training diverged", (string)layer["diverged"]!, StringComparison.Ordinal);
        Assert.Null(layer["trained"]);
        Assert.NotNull(layer["untrained"]);
        Assert.Contains("diverged", File.ReadAllText(folder.At("wild", "report.html")), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.At("wild", "models", "igdn.safetensors")));
    }

    [Fact]
    public void BadInput_IsOneLineThatSaysWhatThereIs()
    {
        Refused("layers is retina; it must be none or bn-relu or divnormei", "compare", "--layers", "retina", "--out", folder["bad"]);
        Refused("each named once", "compare", "--layers", "gdn", "gdn", "--out", folder["bad"]);
        Refused("missing", "compare", "--data", folder["missing"], "--out", folder["bad"]);

        string config = folder["bad.json"];
        File.WriteAllText(config, """{ "orientations": 25 }""");
        Refused("orientations is 25; it must be a multiple of 4 from 8 to 180", "compare", "--config", config, "--out", folder["bad"]);

        Refused("bad.json", "tune", "--model", config);
        Refused("missing.safetensors", "tune", "--model", folder["missing.safetensors"]);

        static void Refused(string expected, params string[] arguments)
        {
            var (code, _, error) = Command.Run(arguments);
            Assert.Equal(2, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
    }

    private (int ExitCode, string Output, string Error) Compare(string place, params string[] layers) => Command.Run(Arguments(place, layers));

    private string[] Arguments(string place, string[] layers)
    {
        string config = folder["tiny.json"];
        File.WriteAllText(config, Tiny);
        return ["compare", "--config", config, "--out", folder[place], "--layers", .. layers];
    }

    private JsonNode Results(string place) => JsonNode.Parse(File.ReadAllText(folder.At(place, "results.json")))!;

    /// <summary>The figures of a run without its times.</summary>
    private string Timeless(string place)
    {
        var results = Results(place);
        foreach (var layer in results["layers"]!.AsArray())
        {
            layer!["training"]!.AsObject().Remove("seconds");
            layer["training"]!.AsObject().Remove("secondsPerStep");
        }

        return results.ToJsonString();
    }
}
