using DivNorm.Filters;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>
/// What is to live on the CPU does so, whatever TorchSharp's default device is: here the one that has shapes and no numbers. The setting is the process's:
/// these tests run alone.
/// </summary>
[Collection(nameof(LayerMemoryTests))]
public sealed class DefaultDeviceTests
{
    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void LayerOnTheCpu_TrainsAsEver(string name)
    {
        using var scope = NewDisposeScope();
        var input = rand(2, 6, 12, 12, generator: new Generator(1), requires_grad: true);
        var expected = Step(name, input);
        var actual = Elsewhere(() => Step(name, input));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void FiltersAndStarts_AreOnTheCpu()
    {
        using var scope = NewDisposeScope();
        Elsewhere(() =>
        {
            Assert.Equal(DeviceType.CPU, GaborBank.Paper.PaddedKernels().device_type);
            Assert.Equal(DeviceType.CPU, Gaussians.Isotropic(5, 1).device_type);
            Assert.Equal(DeviceType.CPU, Gaussians.Isotropic(1, 1).device_type);
            using var onCpu = new GaborEncoder(GaborBank.Paper, 4, CPU);
            Assert.Equal(DeviceType.CPU, onCpu.call(ones(1, 1, 24, 24, device: CPU)).device_type);
            return true;
        });
    }

    /// <summary>The output, and a gradient of a gradient.</summary>
    private static float[] Step(string name, Tensor input)
    {
        using var scope = NewDisposeScope();
        using var layer = NormalizationLayers.Find(name).Create(6, 3, CPU);
        var output = layer.call(input);
        var (sum, ofSum) = ((output * output).sum(), default(Tensor));
        foreach (bool training in (bool[])[true, false])
        {
            layer.train(training);
            var again = layer.call(input);
            ofSum = autograd.grad([(again * again).sum()], [input], create_graph: true)[0];
            Assert.Equal(DeviceType.CPU, ofSum.device_type);
        }

        return [sum.item<float>(), ofSum!.abs().sum().item<float>()];
    }

    private static T Elsewhere<T>(Func<T> work)
    {
        var before = get_default_device();
        try
        {
            set_default_device(META);
            return work();
        }
        finally
        {
            set_default_device(before);
        }
    }
}
