using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>Layers and networks on a CUDA device compute what they compute on the CPU. Skipped where there is none.</summary>
public sealed class CudaTests
{
    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_ComputesTheSame_OutputAndGradients(string name)
    {
        SkipWithoutDevice();
        using var scope = NewDisposeScope();
        using var here = NormalizationLayers.Find(name).Create(6, seed: 3, dtype: ScalarType.Float64);
        using var there = NormalizationLayers.Find(name).Create(6, seed: 3, dtype: ScalarType.Float64);
        there.to(CUDA);
        var input = randn([2, 6, 13, 11], ScalarType.Float64);
        foreach (bool training in (bool[])[true, false])
        {
            here.train(training);
            there.train(training);
            var (expected, actual) = (Answers(here, input), Answers(there, input.cuda()));
            Assert.Equal(expected.Keys, actual.Keys);
            foreach (var (what, tensor) in expected)
                Near(tensor, actual[what], 1e-9, what);
        }
    }

    [Fact]
    public void Layer_GoesThereAndBack_WithTheWeightsOfTheMoment()
    {
        SkipWithoutDevice();
        using var scope = NewDisposeScope();
        using var layer = new DivNormEI(8);
        layer.eval();
        using var _ = no_grad();
        var input = rand(2, 8, 20, 20);
        layer.call(input);
        layer.to(CUDA);
        Assert.Equal(DeviceType.CUDA, layer.call(input.cuda()).device_type);
        layer.InhibitionWeight!.mul_(0.5);
        var there = layer.call(input.cuda());
        layer.to(CPU);
        Near(layer.call(input), there, 2e-3, "output"); // CUDA's convolutions may round to TF32
    }

    [Fact]
    public void Vgg9_Learns_OnTheDevice()
    {
        SkipWithoutDevice();
        using var scope = NewDisposeScope();
        using var network = new Vgg9(new Vgg9Options { InputSize = 32, Classes = 4, Width = 8, Hidden = 32, BatchNorm = BatchNormPlacement.Everywhere }, (channels, seed) => new DivNormEI(channels));
        network.to(CUDA);
        manual_seed(5);
        var (images, classes) = (randn([16, 3, 32, 32]).to(CUDA), (arange(16) % 4).to(CUDA));
        using var optimizer = optim.SGD(network.parameters(), 0.05, momentum: 0.9);
        var losses = new List<float>();
        for (int step = 0; step < 60; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(network.call(images), classes);
            loss.backward();
            optimizer.step();
            losses.Add(loss.item<float>());
        }

        Assert.True(losses[^1] < 0.5f * losses[0], $"loss went from {losses[0]} to {losses[^1]}");
    }

    private static void SkipWithoutDevice()
    {
        if (!cuda.is_available())
            Assert.Skip("needs a CUDA device and the CUDA libtorch");
    }

    private static Dictionary<string, Tensor> Answers(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        layer.zero_grad();
        var leaf = input.detach().requires_grad_();
        var output = layer.call(leaf);
        (output * output).sum().backward();
        var all = new Dictionary<string, Tensor> { ["output"] = output, ["gradient of the input"] = leaf.grad! };
        foreach (var (name, parameter) in layer.named_parameters().Where(p => p.parameter.grad is not null))
            all[$"gradient of {name}"] = parameter.grad!.clone();
        return all;
    }

    private static void Near(Tensor expected, Tensor actual, double tolerance, string what)
    {
        double largest = expected.abs().max().to(ScalarType.Float64).item<double>(), error = (expected - actual.cpu()).abs().max().to(ScalarType.Float64).item<double>();
        Assert.True(error <= tolerance * Math.Max(largest, 1), $"{what}: {error} off, largest {largest}");
    }
}
