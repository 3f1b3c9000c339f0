using DivNorm.Filters;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Models;

public sealed class SuperResolutionNetTests
{
    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    /// <summary>Filters 3 pixels (21 of the image scaled up four times), the layer, the decoder 1; or 10 pixels of the image as it is.</summary>
    [Theory]
    [InlineData("none", InputReading.Upscaled, 4)]
    [InlineData("divnormei", InputReading.Upscaled, 9)]
    [InlineData("divnormei-authors", InputReading.Upscaled, 10)]
    [InlineData("gdn", InputReading.LowResolution, 11)]
    public void Reach_IsThatOfItsStages(string name, InputReading reading, int reach)
    {
        using var model = Network(name, reading);
        Assert.Equal(reach, model.Reach);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OutputBeyondTheReach_DoesNotChange(string name)
    {
        using var model = Network(name, InputReading.Upscaled);
        Assert.InRange(LargestChange(model, beyond: true), 0, 1e-6); // the layer's kernels convolve by transforms of tiles, and round
    }

    [Theory]
    [InlineData(InputReading.Upscaled)]
    [InlineData(InputReading.LowResolution)]
    public void OutputAtTheReach_Changes(InputReading reading)
    {
        using var model = Network("none", reading);
        Assert.Equal(0, LargestChange(model, beyond: true), 1e-7);
        Assert.True(LargestChange(model, beyond: false) > 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Network_MovesToAnotherType_WithAllThatItHolds(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = Network(name, InputReading.Upscaled);
        var image = rand([1, 1, 6, 5], generator: new Generator(5));
        var expected = model.call(image);
        model.to(ScalarType.Float64);
        var wide = model.call(image.to(ScalarType.Float64));
        Assert.Equal(ScalarType.Float64, wide.dtype);
        Assert.InRange((wide - expected).abs().max().ToDouble(), 0, 1e-5);
    }

    private static SuperResolutionNet Network(string layer, InputReading reading)
    {
        manual_seed(3);
        var model = new SuperResolutionNet(NormalizationLayers.Find(layer).Create(GaborBank.Paper.Filters.Count, seed: 3), reading);
        model.eval();
        return model;
    }

    /// <summary>The largest change of the output when the pixel in the middle changes: farther away than the reach, or just as far.</summary>
    private static double LargestChange(SuperResolutionNet model, bool beyond)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        int reach = model.Reach, middle = reach + 3, side = 2 * middle + 1;
        var image = rand([1, 1, side, side], generator: new Generator(5));
        var other = image.clone();
        other[0, 0, middle, middle] = image[0, 0, middle, middle] + 0.5;

        // the largest change within the 4x4 pixels of each low-resolution one
        var change = nn.functional.max_pool2d((model.call(image) - model.call(other)).abs(), SuperResolutionNet.Scale);
        return Enumerable.Range(0, side * side).Where(i => Math.Max(Math.Abs(i / side - middle), Math.Abs(i % side - middle)) is var distance && (beyond ? distance > reach : distance == reach))
            .Max(i => (double)change[0, 0, i / side, i % side].item<float>());
    }
}
