using System.Text.Json.Nodes;
using DivNorm.Interop;
using DivNorm.Layers;
using DivNorm.Models;
using DivNorm.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Cli.Tests;

/// <summary><c>layers</c> as a user starts it.</summary>
public sealed class LayersCommandTests : IDisposable
{
    private const string Silent = "no: it did not run in the probe pass, or its forward was used in place of call, which runs no hooks";

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void SuperResolutionNetwork_IsListedInTheOrderOfItsAnswers()
    {
        using var network = new SuperResolutionNet(NormalizationLayers.Find("canonical").Create(64, 1));
        SaveSuperResolution(network, folder["model.safetensors"]);
        Assert.Equal(
            [
                "model.safetensors: super-resolution network with Canonical normalisation; input [1, 12, 12]",
                "  name              kind                    output        parameters  takes a layer behind it",
                "  encoder           GaborEncoder            [64, 12, 12]           0  yes",
                "  normalization     CanonicalNormalization  [64, 12, 12]       1,664  yes",
                "  decoder.mix       Conv2d                  [64, 12, 12]       4,160  yes",
                "  decoder.mix_bn    BatchNorm2d             [64, 12, 12]         128  yes",
            ],
            Listed(folder["model.safetensors"])[..6]);

        var json = Json(folder["model.safetensors"]);
        Assert.Equal(("divnormei.layers/1", "model.safetensors", "[1,12,12]"), ((string)json["schema"]!, (string)json["model"]!, json["input"]!.ToJsonString()));
        Assert.Equal(network.named_modules().Select(child => child.name).Order(), json["layers"]!.AsArray().Select(layer => (string)layer!["name"]!).Order());
        Assert.All(json["layers"]!.AsArray(), layer => Assert.Equal((true, null), ((bool)layer!["canInsert"]!, (string?)layer["obstacle"])));
        Assert.Empty(json["tensors"]!.AsArray());
    }

    [Fact]
    public void Classifier_IsListedWithWhatTakesNoLayer()
    {
        File.WriteAllText(folder["config.json"], """
            {
              "inputSize": 16, "width": 4, "hidden": 8, "epochs": 1, "decayEpochs": [], "batchSize": 8, "pairs": 1, "linearBaseline": false,
              "batchNorm": "everywhere", "arms": ["baseline", "divnorm"], "proceduralTrainImages": 24, "proceduralValidationImages": 24
            }
            """);
        Assert.Equal((0, string.Empty, string.Empty), Command.Run("run", "recognition", "--config", folder["config.json"], "--out", folder["out"], "--quiet"));
        string[] lines = Listed(folder.At("out", "models", "pair1-divnorm.safetensors"));
        Assert.Equal("pair1-divnorm.safetensors: VGG-9 classifier of 12 classes, arm divnorm; input [3, 16, 16]", lines[0]);
        Assert.Equal(["conv1", "Conv2d", "[4,16,16]", "112", "yes"], Cells(lines[2]));
        Assert.Contains(lines, line => line.StartsWith("  norm1 ", StringComparison.Ordinal) && line.Contains(" DivNormEI ", StringComparison.Ordinal) && line.EndsWith("yes", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  fc3 ", StringComparison.Ordinal) && line.EndsWith("no: it gives [1, 12], and a layer takes [N, C, H, W]", StringComparison.Ordinal));
        Assert.EndsWith(Silent, Assert.Single(lines, line => line.StartsWith("  norm1.bn ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Vgg16_IsListedFromItsFile()
    {
        string[] lines = Listed(SharedFolder.PathOrSkip("data/vgg16/vgg16-conv1-conv2.safetensors"));
        Assert.Equal("vgg16-conv1-conv2.safetensors: VGG-16 (Caffe), the first 4 convolutions; input [1, 48, 48]", lines[0]);
        Assert.Equal(["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1", "relu2_1", "conv2_2", "relu2_2"], lines[2..].Select(line => Cells(line)[0]));
        Assert.Equal(["conv2_1", "Conv2d", "[128,24,24]", "73,856", "yes"], Cells(lines[7]));
    }

    [Fact]
    public void Vgg16OfTorchvision_IsListedWithTheRestOfItsFile_AndItsKinAsTensors()
    {
        List<(string Name, Tensor Tensor)> first = [("features.0.weight", zeros(64, 3, 3, 3)), ("features.0.bias", zeros(64))];
        SafetensorsFile.Write(folder["vgg16.safetensors"], [.. first, ("classifier.6.weight", zeros(10, 7)), ("classifier.6.bias", zeros(10))]);
        string[] lines = Listed(folder["vgg16.safetensors"]);
        Assert.Equal("vgg16.safetensors: VGG-16 (Torchvision), the first 1 convolution; input [1, 48, 48]", lines[0]);
        Assert.Contains("in the file besides: 2 tensors, 80 numbers", lines);
        Assert.Equal(["classifier.6", "weight", "[10,7]", "F32", "70"], Cells(lines[^2]));

        SafetensorsFile.Write(folder["vgg19.safetensors"], [.. first, ("features.16.weight", zeros(1))]);
        lines = Listed(folder["vgg19.safetensors"]);
        Assert.Equal("vgg19.safetensors: no network that this program builds; 3 tensors, 1,793 numbers", lines[0]);
        Assert.StartsWith("not read as VGG-16: ", lines[1], StringComparison.Ordinal);
        Assert.Contains("'features.16.weight', which torchvision's vgg16 has not", lines[1], StringComparison.Ordinal);
        Assert.NotNull((string?)Json(folder["vgg19.safetensors"])["problem"]);
    }

    [Fact]
    public void AnyOtherFile_IsListedByModule()
    {
        SafetensorsFile.Write(
            folder["other.safetensors"],
            [("layer1.0.conv.weight", zeros(2, 3, 1, 1)), ("layer1.0.conv.bias", zeros(2, dtype: ScalarType.BFloat16)), ("step", tensor(7L)), ("bad\u001b[2J.name\n", zeros(1))]);
        Assert.Equal(
            [
                "other.safetensors: no network that this program builds; 4 tensors, 10 numbers",
                "  module         tensor      shape         dtype  numbers",
                "  layer1.0.conv  weight      [2, 3, 1, 1]  F32          6",
                "  layer1.0.conv  bias        [2]           BF16         2",
                "  -              step        []            I64          1",
                "  bad\\u001b[2J   name\\u000a  [1]           F32          1",
            ],
            Listed(folder["other.safetensors"]));
        var json = Json(folder["other.safetensors"]);
        Assert.Null(json["network"]);
        Assert.Empty(json["layers"]!.AsArray());
        Assert.Equal(["layer1.0.conv", "", "bad\u001b[2J"], json["tensors"]!.AsArray().Select(module => (string)module!["name"]!));
        var bias = json["tensors"]![0]!["tensors"]![1]!;
        Assert.Equal(("layer1.0.conv.bias", "[2]", "BF16", 2), ((string)bias["name"]!, bias["shape"]!.ToJsonString(), (string)bias["dType"]!, (int)bias["numbers"]!));
    }

    [Fact]
    public void LayerAlone_AndPyTorchsFiles_AreListed()
    {
        using var layer = new Layers.DivNormEI(3);
        DivNormEIFile.Save(folder["layer.safetensors"], layer);
        string[] lines = Listed(folder["layer.safetensors"]);
        long numbers = layer.state_dict().Values.Sum(tensor => tensor.numel());
        Assert.Equal($"layer.safetensors: DivNormEI layer of 3 channels; {layer.state_dict().Count} tensors, {numbers:#,0} numbers", lines[0]);
        Assert.Contains(lines, line => Cells(line) is ["-", "w_exc", "[3,3,9,9]", "F32", "729"]);
        Assert.Contains(lines, line => Cells(line) is ["bn", "running_var", "[3]", "F32", "3"]);

        PyTorchBytes.Write(folder["net.pt"], [("conv.weight", zeros(2, 3)), ("conv.bias", zeros(2))]);
        Assert.Equal("net.pt: no network that this program builds; 2 tensors, 8 numbers", Listed(folder["net.pt"])[0]);
    }

    [Fact]
    public void BadInput_IsOneLine()
    {
        File.WriteAllText(folder["text"], "no model at all");
        SafetensorsFile.Write(folder["false.safetensors"], [("weight", zeros(2))], new Dictionary<string, string> { ["model"] = "super-resolution" });
        using (var small = new Gdn(2))
            SaveSuperResolution(small, folder["torn.safetensors"]);
        Refused("not a safetensors file", "--model", folder["text"]);
        Refused("no such file", "--model", folder["none"]);
        Refused("it is a folder", "--model", folder.FullName);
        Refused("its metadata have no 'layer'", "--model", folder["false.safetensors"]);
        Refused("torn.safetensors", "--model", folder["torn.safetensors"]);
        Refused("--model");
        Refused("'text', 'json'", "--model", folder["text"], "--format", "xml");
    }

    private static void SaveSuperResolution(nn.Module network, string path) => ModuleState.SaveModule(
        network, path, new Dictionary<string, string> { ["model"] = "super-resolution", ["layer"] = "canonical", ["input"] = "Upscaled" });

    private static string[] Listed(string path)
    {
        var (code, output, error) = Command.Run("layers", "--model", path);
        Assert.Equal((0, string.Empty), (code, error));
        return output.TrimEnd('\n').Split('\n');
    }

    private static JsonNode Json(string path)
    {
        var (code, output, error) = Command.Run("layers", "--model", path, "--format", "json");
        Assert.Equal((0, string.Empty), (code, error));
        return JsonNode.Parse(output)!;
    }

    /// <summary>The words of a row, a shape being one.</summary>
    private static string[] Cells(string row) => row.Replace(", ", ",", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static void Refused(string expected, params string[] arguments)
    {
        var (code, output, error) = Command.Run(["layers", .. arguments]);
        Assert.Equal((2, string.Empty), (code, output));
        Assert.StartsWith("divnormei: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
