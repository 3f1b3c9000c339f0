using System.Text.RegularExpressions;
using DivNorm.Interop;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary><c>export</c> as a user starts it.</summary>
public sealed partial class ExportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void SuperResolution_IsExported_AndChecked()
    {
        string model = SuperResolution();
        var (code, output, error) = Command.Run("export", "--model", model, "--to", folder["model.onnx"], "--check");
        Assert.Equal((0, string.Empty), (code, error));
        string[] lines = output.TrimEnd().Split('\n');
        long bytes = new FileInfo(folder["model.onnx"]).Length;
        Assert.Equal(
            [
                $"{folder["model.onnx"]}: super-resolution network with Canonical normalisation; ONNX operator set 17, {bytes} bytes",
                "  input   low_resolution [batch, 1, height, width]",
                "  output  high_resolution [batch, 1, 4*height, 4*width]",
            ],
            lines[..3]);
        Assert.StartsWith("ONNX Runtime 1.", lines[3], StringComparison.Ordinal);
        Assert.Equal(["[1, 1, 12, 12]", "[2, 1, 17, 23]", "[3, 1, 48, 32]"], lines[4..7].Select(line => Comparison().Match(line).Groups["shape"].Value));
        Assert.Equal("  all within 0.0001", lines[7]);

        // without a check the same bytes, and with fixed sizes others
        Assert.Equal(0, Command.Run("export", "--model", model, "--to", folder["again.onnx"]).ExitCode);
        Assert.Equal(File.ReadAllBytes(folder["model.onnx"]), File.ReadAllBytes(folder["again.onnx"]));
        (code, output, _) = Command.Run("export", "--model", model, "--to", folder["fixed.onnx"], "--size", "6,9", "--batch", "2", "--check");
        Assert.Equal(0, code);
        Assert.Contains("high_resolution [2, 1, 24, 36]", output, StringComparison.Ordinal);
        Assert.Contains("[2, 1, 6, 9]", Assert.Single(output.Split('\n'), line => Comparison().IsMatch(line)), StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorAboveTheTolerance_EndsWithExitCode1()
    {
        var (code, output, error) = Command.Run("export", "--model", SuperResolution(), "--to", folder["model.onnx"], "--check", "--tolerance", "1e-12");
        Assert.Equal((1, string.Empty), (code, error));
        Assert.Contains("FAIL", output, StringComparison.Ordinal);
        Assert.EndsWith("not within 1e-12", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void TrainedClassifiers_AndALayerAlone_AreExported()
    {
        string config = folder["config.json"];
        File.WriteAllText(config, """
            {
              "inputSize": 16, "width": 4, "hidden": 8, "epochs": 1, "decayEpochs": [], "batchSize": 8, "pairs": 1, "linearBaseline": false,
              "batchNorm": "everywhere", "arms": ["baseline", "divnorm"], "proceduralTrainImages": 24, "proceduralValidationImages": 24
            }
            """);
        Assert.Equal((0, string.Empty, string.Empty), Command.Run("run", "recognition", "--config", config, "--out", folder["out"], "--quiet"));
        foreach (string arm in (string[])["baseline", "divnorm"])
        {
            var (code, output, error) = Command.Run("export", "--model", folder.At("out", "models", $"pair1-{arm}.safetensors"), "--to", folder["model.onnx"], "--check");
            Assert.Equal((0, string.Empty), (code, error));
            Assert.Contains($"VGG-9 classifier of 12 classes, arm {arm};", output, StringComparison.Ordinal);
            Assert.Contains("output  logits [batch, 12]", output, StringComparison.Ordinal);
            Assert.Contains("[2, 3, 16, 16]", output, StringComparison.Ordinal);
        }

        Refused("takes images of 16x16 pixels; it cannot be exported for 8x8", "--model", folder.At("out", "models", "pair1-divnorm.safetensors"), "--to", folder["small.onnx"], "--size", "8,8");

        using (var layer = new Layers.DivNormEI(3))
            ModuleState.SaveModule(layer, folder["layer.safetensors"]);
        var (done, printed, _) = Command.Run("export", "--model", folder["layer.safetensors"], "--to", folder["layer.onnx"], "--check");
        Assert.Equal(0, done);
        Assert.Contains("DivNormEI layer of 3 channels;", printed, StringComparison.Ordinal);
        Assert.Contains("input   input [batch, 3, height, width]", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void BadInput_IsOneLine_AndWritesNothing()
    {
        string model = SuperResolution(), target = folder["x.onnx"];
        File.WriteAllText(folder["text"], "no model at all");
        using (var layer = new Gdn(2))
            ModuleState.SaveModule(layer, folder["gdn"]);
        Refused("no such file", "--model", folder["none"], "--to", target);
        Refused("not a safetensors file", "--model", folder["text"], "--to", target);
        Refused("holds no DivNormEI layer", "--model", folder["gdn"], "--to", target);
        Refused("its folder does not exist", "--model", model, "--to", Path.Combine(folder["missing"], "x.onnx"));
        Refused("it is a folder", "--model", model, "--to", folder.FullName);
        Refused("--to is the model itself", "--model", model, "--to", model);
        File.CreateSymbolicLink(folder["link"], model);
        Refused("--to is the model itself", "--model", folder["link"], "--to", model);
        Refused("--to is the model itself", "--model", model, "--to", folder["link"]);
        Refused("'48' is no size", "--model", model, "--to", target, "--size", "48");
        Refused("each 1 to 4096", "--model", model, "--to", target, "--size", "48,5000");
        Refused("--batch is '0'; it must be a whole number, 1 to 4096.", "--model", model, "--to", target, "--batch", "0");
        Refused("--tolerance is '0'; it must be a number such as 0.5, greater than 0.", "--model", model, "--to", target, "--check", "--tolerance", "0");
        Refused("--to", "--model", model);
    }

    private void Refused(string expected, params string[] arguments)
    {
        string[] before = [.. folder.FileNames];
        var (code, output, error) = Command.Run(["export", .. arguments]);
        Assert.Equal((2, string.Empty), (code, output));
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.StartsWith("divnormei: ", error, StringComparison.Ordinal);
        Assert.Equal(before, folder.FileNames);
    }

    /// <summary>A network as <c>compare</c> saves it.</summary>
    private string SuperResolution()
    {
        string path = folder["model.safetensors"];
        using var network = new SuperResolutionNet(NormalizationLayers.Find("canonical").Create(64, 1));
        ModuleState.SaveModule(network, path, new Dictionary<string, string> { ["model"] = "super-resolution", ["layer"] = "canonical", ["input"] = "Upscaled" });
        return path;
    }

    [GeneratedRegex(@"^  (?<shape>\[\d+, 1, \d+, \d+\])  \d\.\d\de-\d\d  ok$")]
    private static partial Regex Comparison();
}
