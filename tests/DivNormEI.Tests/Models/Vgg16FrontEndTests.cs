using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Models;

public sealed class Vgg16FrontEndTests
{
    private static readonly float[] Sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];

    /// <summary>A picture of one colour, and what each convention makes of it, worked out by hand from the published constants.</summary>
    [Theory]
    [InlineData(Vgg16Convention.Caffe, 0.8, 0.5, 0.2, new[] { 0.2 * 255 - 103.939, 0.5 * 255 - 116.779, 0.8 * 255 - 123.68 })]
    [InlineData(Vgg16Convention.Torchvision, 0.8, 0.5, 0.2, new[] { (0.8 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.2 - 0.406) / 0.225 })]
    public void Prepare_AppliesTheConventionsChannelOrderScaleAndMean(Vgg16Convention convention, double red, double green, double blue, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var vgg = TwoUnits(convention);
        var picture = tensor(new[] { (float)red, (float)green, (float)blue }, [1, 3, 1, 1]);
        Close(expected, vgg.Prepare(picture));

        var mean = tensor(vgg.MeanColor.Select(value => (float)value).ToArray(), [1, 3, 1, 1]);
        Close([0, 0, 0], vgg.Prepare(mean));
    }

    [Fact]
    public void GreyPictures_AreTheSameAsThreeEqualChannels()
    {
        using var scope = NewDisposeScope();
        using var vgg = TwoUnits(Vgg16Convention.Caffe);
        var grey = rand(2, 1, 7, 6);
        Assert.True(vgg.call(grey).equal(vgg.call(grey.expand(2, 3, 7, 6))).all().item<bool>());
    }

    /// <summary>The units of a vertical and a horizontal edge filter on an edge in red alone: only the weight of the red channel counts.</summary>
    [Theory]
    [InlineData(Vgg16Convention.Caffe, 255.0, 2)]
    [InlineData(Vgg16Convention.Torchvision, 1 / 0.229, 0)]
    public void Forward_IsTheRectifiedCrossCorrelation(Vgg16Convention convention, double scale, int redChannel)
    {
        using var scope = NewDisposeScope();
        using var vgg = TwoUnits(convention, redChannel);
        var picture = zeros(1, 3, 6, 6);
        picture[.., 0, .., 3..] = ones(6, 3);
        var maps = vgg.call(picture);
        Assert.Equal([1, 2, 6, 6], maps.shape);
        Assert.Equal(4 * scale, maps[0, 0, 3, 2].item<float>(), 1e-3); // left of the edge: 1 + 2 + 1
        Assert.Equal(4 * scale, maps[0, 0, 3, 3].item<float>(), 1e-3);
        Assert.Equal(0, maps[0, 0, 3, 1].item<float>(), 1e-3);
        Assert.Equal(0, maps[0, 1, 3, 3].item<float>(), 1e-3);
        Assert.True(maps.ge(0).all().item<bool>());
    }

    [Theory]
    [InlineData(1, 5, 8)]
    [InlineData(2, 7, 8)]
    [InlineData(3, 4, 4)]
    [InlineData(4, 6, 4)]
    public void Layers_FollowOneAnother_WithPoolingBeforeTheThird(int count, int channels, int side)
    {
        using var scope = NewDisposeScope();
        int[] widths = [3, 5, 7, 4, 6];
        var weights = Enumerable.Range(0, count).Select(i => (randn(widths[i + 1], widths[i], 3, 3), randn(widths[i + 1]))).ToList();
        using var vgg = new Vgg16FrontEnd(weights, Vgg16Convention.Caffe);
        var image = rand(2, 3, 8, 8);
        var expected = vgg.Prepare(image);
        for (int i = 0; i < count; i++)
        {
            if (i == 2)
                expected = nn.functional.max_pool2d(expected, 2, 2);
            expected = nn.functional.relu(nn.functional.conv2d(expected, weights[i].Item1, weights[i].Item2, padding: [1, 1]));
        }

        var maps = vgg.call(image);
        Assert.Equal([2, channels, side, side], maps.shape);
        Assert.Equal(channels, vgg.Channels);
        Assert.True(maps.allclose(expected));
    }

    [Fact]
    public void Names_AreThoseOfTheWeightsFile()
    {
        using var scope = NewDisposeScope();
        (Tensor, Tensor)[] weights = [(randn(2, 3, 3, 3), randn(2)), (randn(2, 2, 3, 3), randn(2)), (randn(2, 2, 3, 3), randn(2))];
        using var caffe = new Vgg16FrontEnd(weights, Vgg16Convention.Caffe);
        using var torchvision = new Vgg16FrontEnd(weights, Vgg16Convention.Torchvision);
        Assert.Equal(["conv1_1.weight", "conv1_1.bias", "conv1_2.weight", "conv1_2.bias", "conv2_1.weight", "conv2_1.bias"], caffe.state_dict().Keys);
        Assert.Equal(["features.0.weight", "features.0.bias", "features.2.weight", "features.2.bias", "features.5.weight", "features.5.bias"], torchvision.state_dict().Keys);
        Assert.Contains("relu1_1", caffe.named_modules().Select(m => m.name));
        Assert.Contains("features.1", torchvision.named_modules().Select(m => m.name));
        Assert.Equal(["conv1_1", "conv1_2", "conv2_1"], caffe.Layers);
    }

    [Fact]
    public void FrontEnd_OutlivesTheScopeItWasMadeIn_AndLeaksNoTensor()
    {
        Vgg16FrontEnd vgg;
        using (NewDisposeScope())
            vgg = TwoUnits(Vgg16Convention.Torchvision);
        using (vgg)
        {
            using var image = rand(1, 1, 5, 5);
            vgg.call(image).Dispose();
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            vgg.call(image).Dispose();
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    [Fact]
    public void Prepare_GoesWithThePicture_ToAnotherDevice()
    {
        using var scope = NewDisposeScope();
        using var frontEnd = TwoUnits(Vgg16Convention.Caffe);
        frontEnd.to(META); // libtorch's stand-in for a device: shapes without numbers, and no convolution of them
        Assert.Equal(DeviceType.META, frontEnd.Prepare(zeros([1, 1, 5, 5], device: META)).device_type);
    }

    [Fact]
    public void FrontEnd_RefusesShapesThatDoNotFollow_AndOtherPictures()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("1 to 4 convolutions, got 0", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("convolution 1 needs a weight [out, 3, 3, 3]", Refusal([(zeros(2, 1, 3, 3), zeros(2))]), StringComparison.Ordinal);
        Assert.Contains("got [2, 3, 3, 3] and [3]", Refusal([(zeros(2, 3, 3, 3), zeros(3))]), StringComparison.Ordinal);
        Assert.Contains("convolution 2 needs a weight [out, 2, 3, 3]", Refusal([(zeros(2, 3, 3, 3), zeros(2)), (zeros(2, 3, 3, 3), zeros(2))]), StringComparison.Ordinal);
        using var vgg = TwoUnits(Vgg16Convention.Caffe);
        Assert.Contains("[1, 2, 4, 4]", Assert.Throws<ArgumentException>(() => vgg.Prepare(zeros(1, 2, 4, 4))).Message, StringComparison.Ordinal);

        static string Refusal((Tensor, Tensor)[] weights) => Assert.Throws<ArgumentException>(() => new Vgg16FrontEnd(weights, Vgg16Convention.Caffe)).Message;
    }

    /// <summary>A vertical and a horizontal edge filter on one channel of the input, without biases.</summary>
    private static Vgg16FrontEnd TwoUnits(Vgg16Convention convention, int channel = 1)
    {
        using var scope = NewDisposeScope();
        var weight = zeros(2, 3, 3, 3);
        weight[0, channel] = tensor(Sobel, [3, 3]);
        weight[1, channel] = tensor(Sobel, [3, 3]).t();
        return new Vgg16FrontEnd([(weight, zeros(2))], convention);
    }

    private static void Close(double[] expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.flatten().data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
}
