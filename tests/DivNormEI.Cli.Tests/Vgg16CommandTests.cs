using System.Text.Json.Nodes;
using DivNorm.Interop;
using DivNorm.Tests;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Cli.Tests;

/// <summary><c>run contrast --vgg16</c>, end to end, on weights made here: half vertical and half horizontal edge filters.</summary>
public sealed class Vgg16CommandTests : IDisposable
{
    private const string Tiny = """
        {
          "crops": 8, "batchSize": 4, "cropSize": 24, "validationCrops": 4, "recordingStride": 8, "phases": 4,
          "proceduralTrainImages": 3, "proceduralValidationImages": 2, "proceduralImageSize": 64, "variants": ["authors"]
        }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Vgg16_IsShownBeside_AndChangesNothingElse()
    {
        string weights = folder["edges.safetensors"];
        WriteWeights(weights);
        var (code, output, error) = Run("with", "--vgg16", weights);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains("64 of 64 units are tuned", output, StringComparison.Ordinal);

        var results = Results("with");
        var vgg16 = results["vgg16"]!;
        Assert.Equal(("edges.safetensors", "torchvision", "features.0"), ((string)vgg16["file"]!, (string)vgg16["convention"]!, (string)vgg16["layer"]!));
        Assert.Equal((64, 0, 0, 0), ((int)vgg16["tuned"]!, (int)vgg16["untuned"]!, (int)vgg16["manyPeaked"]!, (int)vgg16["silent"]!));
        Assert.Equal(64, vgg16["units"]!.AsArray().Count);
        Assert.All(vgg16["units"]!.AsArray(), (unit, i) =>
        {
            Assert.Equal(i % 2 == 0 ? 0 : 90, Math.Abs(Math.IEEERemainder((double)unit!["preferred"]!, 180)), 0.01);
            Assert.Equal(("tuned", 0.25), ((string)unit["group"]!, (double)unit["spatialFrequency"]!));
        });
        Assert.Equal(["centre grey", "mean grey", "centre zero", "mean zero"], vgg16["tuning"]!.AsArray().Select(t => $"{t!["readout"]} {t["background"]}"));
        Assert.All(vgg16["tuning"]!.AsArray(), t => Assert.Equal(("vgg16", "features.0", 0.1), ((string)t!["variant"]!, (string)t["stage"]!, Math.Round((double)t["gainRatio"]!, 1))));
        string[] curves = File.ReadAllLines(folder.At("with", "curves.csv"));
        Assert.Equal(1 + (32 + 4) * 4 * 25, curves.Length);
        Assert.Equal(4 * 4 * 25, curves.Count(line => line.StartsWith("vgg16,true,features.0,", StringComparison.Ordinal)));
        string report = File.ReadAllText(folder.At("with", "report.html"));
        Assert.Contains("64 of 64 units are tuned", report, StringComparison.Ordinal);
        Assert.DoesNotContain("no weights of VGG-16 were given", report, StringComparison.Ordinal);
        Assert.Contains("a model, not data", report, StringComparison.Ordinal);

        // without it: every other figure is the same, the checkpoint of the one resumes the other, and the report says how to get weights
        Assert.Equal(0, Run("without").ExitCode);
        string plain = File.ReadAllText(folder.At("without", "report.html"));
        Assert.Contains("no weights of VGG-16 were given", plain, StringComparison.Ordinal);
        Assert.Contains("torchvision", plain, StringComparison.Ordinal);
        Assert.Contains("a model, not data", plain, StringComparison.Ordinal);
        Assert.Null(Results("without")["vgg16"]);
        Assert.Equal(Others("with"), Others("without"));
        Assert.Equal(File.ReadAllText(folder.At("with", "config.json")), File.ReadAllText(folder.At("without", "config.json")));

        Assert.Equal(0, Run("without", "--resume", "--vgg16", weights).ExitCode);
        Assert.Equal(Others("with"), Others("without"));
        Assert.True(JsonNode.DeepEquals(vgg16, Results("without")["vgg16"]));
    }

    [Fact]
    public void BadWeights_AreOneLine_AndWriteNothing()
    {
        using var scope = NewDisposeScope();
        string other = folder["other.safetensors"];
        SafetensorsFile.Write(other, [("weight", zeros(2))]);
        string text = folder["text.safetensors"];
        File.WriteAllText(text, "no weights");
        foreach (var (file, expected) in new[] { (folder["none.safetensors"], "no such file"), (other, "neither 'conv1_1.weight'"), (text, "text.safetensors") })
        {
            var (code, _, error) = Run("out", "--vgg16", file);
            Assert.Equal(2, code);
            Assert.Contains(expected, error, StringComparison.Ordinal);
            Assert.Single(error.TrimEnd().Split('\n'));
            Assert.False(Directory.Exists(folder["out"]));
        }
    }

    private static void WriteWeights(string file)
    {
        using var scope = NewDisposeScope();
        var vertical = tensor(new float[] { -1, 0, 1, -2, 0, 2, -1, 0, 1 }, [3, 3]);
        var weight = stack([vertical, vertical.t()]).repeat(32, 1, 1).unsqueeze(1).expand(64, 3, 3, 3);
        SafetensorsFile.Write(file, [("features.0.weight", weight), ("features.0.bias", zeros(64))]);
    }

    private (int ExitCode, string Output, string Error) Run(string output, params string[] arguments)
    {
        string config = folder["config.json"];
        File.WriteAllText(config, Tiny);
        return Command.Run(["run", "contrast", "--config", config, "--out", folder[output], .. arguments]);
    }

    private JsonNode Results(string name) => JsonNode.Parse(File.ReadAllText(folder.At(name, "results.json")))!;

    /// <summary>All of results.json but VGG-16 and the times.</summary>
    private string Others(string name)
    {
        var results = Results(name).AsObject();
        results.Remove("vgg16");
        foreach (var variant in results["variants"]!.AsArray())
        {
            variant!.AsObject().Remove("seconds");
            variant.AsObject().Remove("cropsPerSecond");
        }

        return results.ToJsonString();
    }
}
