using DivNorm.Interop;
using DivNorm.Lab.Experiments;
using DivNorm.Models;
using DivNorm.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments;

public sealed class Vgg16FileTests : IDisposable
{
    private static readonly long[] First = [64, 3, 3, 3];

    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("conv1_1", "conv1_2", Vgg16Convention.Caffe)]
    [InlineData("features.0", "features.2", Vgg16Convention.Torchvision)]
    public void Load_TellsTheConventionByTheNames_AndReadsTheLayersThatTheFileHas(string first, string second, Vgg16Convention convention)
    {
        var weight = randn(First);
        string one = Write((first + ".weight", weight), (first + ".bias", randn(64)), ("classifier.weight", randn(2, 2)));
        using (var vgg = Vgg16File.Load(one))
        {
            Assert.Equal((convention, 64), (vgg.Convention, vgg.Channels));
            Assert.Equal([first], vgg.Layers);
            Assert.True(vgg.get_parameter(first + ".weight")!.equal(weight).all().item<bool>());
            Assert.False(vgg.training);
        }

        string two = Write((first + ".weight", weight), (first + ".bias", randn(64)), (second + ".weight", randn(64, 64, 3, 3).to(ScalarType.BFloat16)), (second + ".bias", randn(64)));
        using (var vgg = Vgg16File.Load(two))
            Assert.Equal([first, second], vgg.Layers);
        using (var vgg = Vgg16File.Load(two, layers: 1))
            Assert.Equal([first], vgg.Layers);
    }

    /// <summary>torchvision's weights as they come: a state dict in PyTorch's own format.</summary>
    [Fact]
    public void Load_TakesAPyTorchFile()
    {
        var weight = randn(First);
        string file = folder["vgg16.pth"];
        PyTorchBytes.Write(file, [("features.0.weight", weight), ("features.0.bias", randn(64)), ("features.2.weight", randn(64, 64, 3, 3)), ("features.2.bias", randn(64)), ("classifier.0.weight", randn(2, 2))]);
        using var vgg = Vgg16File.Load(file);
        Assert.Equal(["features.0", "features.2"], vgg.Layers);
        Assert.True(vgg.get_parameter("features.0.weight")!.equal(weight).all().item<bool>());
    }

    [Fact]
    public void SavedFrontEnd_IsReadAsWhatItIs()
    {
        string file = Write(("features.0.weight", randn(First)), ("features.0.bias", randn(64)));
        using var vgg = Vgg16File.Load(file);
        ModuleState.SaveModule(vgg, folder["again.safetensors"]);
        using var again = Vgg16File.Load(folder["again.safetensors"]);
        var image = rand(1, 3, 6, 6);
        Assert.Equal(Vgg16Convention.Torchvision, again.Convention);
        Assert.True(again.call(image).equal(vgg.call(image)).all().item<bool>());
    }

    [Fact]
    public void Load_RefusesWhatIsNoVgg16_InOneLine()
    {
        var bias = ("conv1_1.bias", zeros(64));
        Refused("neither 'conv1_1.weight'", ("weight", zeros(First)));
        Refused("has both 'conv1_1.weight'", ("conv1_1.weight", zeros(First)), bias, ("features.0.weight", zeros(First)));
        Refused("'conv1_1.bias' is missing", ("conv1_1.weight", zeros(First)));
        Refused("'conv1_1.weight' has shape [64, 1, 3, 3]; VGG-16's is [64, 3, 3, 3]", ("conv1_1.weight", zeros(64, 1, 3, 3)), bias);
        Refused("'conv1_1.bias' has shape [3]; VGG-16's is [64]", ("conv1_1.weight", zeros(First)), ("conv1_1.bias", zeros(3)));
        Refused("'conv1_1.weight' holds Int32", ("conv1_1.weight", zeros(First, ScalarType.Int32)), bias);
        Refused("'conv1_1.weight' holds values that are no numbers or infinite", ("conv1_1.weight", full(First, float.NaN)), bias);
        Refused("'conv1_2.bias' has shape [1]; VGG-16's is [64]", ("conv1_1.weight", zeros(First)), bias, ("conv1_2.weight", zeros(64, 64, 3, 3)), ("conv1_2.bias", zeros(1)));
    }

    /// <summary>The second module with weights stands elsewhere in these networks: a batch norm at 1, a convolution at 3 or 16.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public void Load_TellsTorchvisionsOtherNetworksApart(int place) => Refused(
        $"'features.{place}.weight', which torchvision's vgg16 has not", ("features.0.weight", zeros(First)), ("features.0.bias", zeros(64)), ($"features.{place}.weight", zeros(64)));

    [Theory]
    [InlineData("conv1_1", "RGB, 0..1", "take BGR")]
    [InlineData("features.0", "BGR channel order, 0..255", "take RGB")]
    public void Load_RefusesMetadataThatContradictTheNames(string layer, string input, string expected)
    {
        string file = folder["told.safetensors"];
        SafetensorsFile.Write(file, [(layer + ".weight", zeros(First)), (layer + ".bias", zeros(64))], new Dictionary<string, string> { ["input"] = input });
        Assert.Contains(expected, Assert.Throws<UserInputException>(() => Vgg16File.Load(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SharedWeights_AreCaffes_WithFourConvolutions()
    {
        using var vgg = Vgg16File.Load(SharedFolder.PathOrSkip("data/vgg16/vgg16-conv1-conv2.safetensors"));
        Assert.Equal((Vgg16Convention.Caffe, 128), (vgg.Convention, vgg.Channels));
        Assert.Equal(["conv1_1", "conv1_2", "conv2_1", "conv2_2"], vgg.Layers);
        var maps = vgg.call(rand(1, 3, 16, 16));
        Assert.Equal([1, 128, 8, 8], maps.shape);
        Assert.True(maps.isfinite().all().item<bool>());
    }

    private void Refused(string expected, params (string, Tensor)[] tensors)
    {
        string file = Write(tensors);
        string message = Assert.Throws<UserInputException>(() => Vgg16File.Load(file)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(file, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private string Write(params (string, Tensor)[] tensors)
    {
        string file = folder["weights.safetensors"];
        SafetensorsFile.Write(file, tensors);
        return file;
    }
}
