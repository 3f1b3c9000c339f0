using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>Analytic gradients against central differences, in float64.</summary>
internal static class Gradients
{
    private const double Step = 1e-6;

    /// <summary>Compares the gradients of a random projection of the output, by the input and by every learned parameter.</summary>
    internal static void MatchFiniteDifferences(nn.Module<Tensor, Tensor> layer, Tensor input)
    {
        using var generator = new Generator(7);
        using var direction = randn(input.shape, ScalarType.Float64, generator: generator);
        var leaf = input.detach().requires_grad_();
        Tensor Loss() => (layer.call(leaf) * direction).sum();

        Loss().backward();
        var parameters = layer.named_parameters().Where(p => p.parameter.requires_grad).Select(p => (p.name, (Tensor)p.parameter)).Append(("input", leaf)).ToList();
        foreach (var (name, parameter) in parameters)
        {
            var gradient = parameter.grad!.contiguous().data<double>().ToArray();
            for (int i = 0; i < gradient.Length; i += Math.Max(1, gradient.Length / 7))
            {
                using var scope = NewDisposeScope();
                using var _ = no_grad();
                var flat = parameter.view(-1);
                double before = flat[i].item<double>();
                flat[i] = before + Step;
                double up = Loss().item<double>();
                flat[i] = before - Step;
                double down = Loss().item<double>();
                flat[i] = before;
                double expected = (up - down) / (2 * Step);
                Assert.True(Math.Abs(expected - gradient[i]) < 1e-5 * Math.Max(1, Math.Abs(expected)), $"{name}[{i}]: {gradient[i]} against {expected}");
            }
        }
    }
}
