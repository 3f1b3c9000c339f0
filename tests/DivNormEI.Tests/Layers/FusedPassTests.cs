using System.Runtime.InteropServices;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Layers;

/// <summary>The layer by the kernels against the same layer by libtorch's operations.</summary>
public sealed class FusedPassTests
{
    public static TheoryData<string, bool, bool> Readings()
    {
        var data = new TheoryData<string, bool, bool>();
        foreach (string kernel in DivNormEIOptions.AvailableKernels.Where(k => k != "libtorch"))
        {
            foreach (bool normalized in (bool[])[false, true])
            {
                foreach (bool bias in (bool[])[false, true])
                    data.Add(kernel, normalized, bias);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void TrainingStep_AgreesWithLibTorch(string kernel, bool normalized, bool bias)
    {
        var (ours, theirs) = Pair(kernel, normalized, bias);
        using (ours)
        using (theirs)
        {
            foreach (long[] size in (long[][])[[3, 5, 14, 19], [1, 5, 40, 33], [2, 5, 3, 1]])
            {
                ours.zero_grad();
                theirs.zero_grad();
                CompareStep(ours, theirs, size);
            }

            AssertSameState(ours, theirs);
        }
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void EvalMode_AgreesWithLibTorch_WithAndWithoutGradients(string kernel, bool normalized, bool bias)
    {
        var (ours, theirs) = Pair(kernel, normalized, bias);
        using (ours)
        using (theirs)
        {
            foreach (var layer in (Layer[])[ours, theirs])
            {
                using var _ = no_grad();
                layer.BatchNorm.running_mean!.copy_(linspace(-0.5, 0.5, 5));
                layer.BatchNorm.running_var!.copy_(linspace(0.5, 2, 5));
                layer.eval();
            }

            using var x = Random([2, 5, 21, 17], 1);
            using (no_grad())
            {
                using var a = ours.call(x);
                using var b = theirs.call(x);
                AssertClose(b, a, 2e-6, "output");
            }

            CompareStep(ours, theirs, [2, 5, 21, 17]);
            AssertSameState(ours, theirs);
        }
    }

    [Theory]
    [InlineData(LateralParts.ExcitationOnly)]
    [InlineData(LateralParts.InhibitionOnly)]
    public void LesionedLayer_AgreesWithLibTorch(LateralParts parts)
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias: true, parts);
        using (ours)
        using (theirs)
        {
            CompareStep(ours, theirs, [2, 5, 12, 12]);
            AssertSameState(ours, theirs);
        }
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    public void SecondDerivatives_AgreeWithLibTorch(bool normalized, bool bias, bool training)
    {
        var (ours, theirs) = Pair("portable", normalized, bias);
        using (ours)
        using (theirs)
        {
            ours.InhibitionWeight!.requires_grad = theirs.InhibitionWeight!.requires_grad = false; // a frozen weight among learned ones
            var (a, b) = (OfPenalty(ours), OfPenalty(theirs));
            Assert.Equal(b.Count, a.Count);
            foreach (var (name, gradient) in b)
            {
                // batch statistics take a bias away again: its gradient is rounding, of the size of the others' sums
                double scale = training && name.StartsWith("b_", StringComparison.Ordinal) ? b["sigma"].abs().max().ToDouble() : 0;
                AssertClose(gradient, a[name], 1e-3, name, scale);
            }

            AssertSameState(ours, theirs);
        }

        Dictionary<string, Tensor> OfPenalty(Layer layer)
        {
            layer.train(training);
            var input = Random([2, 5, 12, 9], 7).requires_grad_();
            var output = layer.call(input);
            var weighting = Random(output.shape, 8); // batch statistics take away nearly all that a plain sum would give
            var first = autograd.grad([(output.square() * weighting).sum()], [input], retain_graph: true, create_graph: true)[0];
            first.square().sum().backward();
            var gradients = layer.named_parameters().Where(one => one.parameter.grad is not null).ToDictionary(one => one.name, one => one.parameter.grad!);
            gradients["input"] = input.grad!;
            Assert.True(gradients.Count > 5);
            return gradients;
        }
    }

    [Theory]
    [MemberData(nameof(Readings))]
    public void NonFiniteValues_StayInTheirImage(string kernel, bool normalized, bool bias)
    {
        var (ours, theirs) = Pair(kernel, normalized, bias);
        theirs.Dispose();
        ours.eval();
        using (ours)
        {
            foreach (float value in (float[])[float.NaN, float.PositiveInfinity])
            {
                using var scope = NewDisposeScope();
                Tensor clean = Random([3, 5, 30, 41], 1), tainted = clean.clone(), direction = Random([3, 5, 30, 41], 2);
                tainted[1, 2, 10, 10] = value;
                var (a, b) = (ours.call(clean.requires_grad_()), ours.call(tainted.requires_grad_()));
                a.backward([direction]);
                b.backward([direction]);
                Assert.False(b[1].isfinite().all().item<bool>());
                foreach (int image in (int[])[0, 2])
                {
                    Assert.True(b[image].equal(a[image]).all().item<bool>());
                    Assert.True(tainted.grad![image].equal(clean.grad![image]).all().item<bool>());
                }
            }
        }
    }

    [Fact]
    public void PlanesThatTheKernelsCannotIndex_AreLeftToLibTorch()
    {
        using var layer = new Layer(1, DivNormEIOptions.Paper with { Kernel = "portable" });
        Assert.Equal("portable", layer.KernelPath(1, 1, 20_000, 20_000));
        Assert.Equal("libtorch", layer.KernelPath(1, 1, 200_000_000, 1)); // bordered, 4.8 billion floats
        Assert.Equal("libtorch", layer.KernelPath(1, 1, 30_000, 30_000));
    }

    [Fact]
    public void FrozenBatchNorm_TakesASingleValue_InATrainingLayer()
    {
        foreach (string kernel in (string[])["portable", "libtorch"])
        {
            using var scope = NewDisposeScope();
            using var layer = new Layer(3, DivNormEIOptions.Paper with { Seed = 1, Kernel = kernel });
            layer.BatchNorm.eval();
            Assert.True(layer.call(ones(1, 3, 1, 1)).isfinite().all().item<bool>());
            layer.eval();
            layer.BatchNorm.train();
            Assert.Throws<ArgumentException>(() => layer.call(ones(1, 3, 1, 1))); // its variance would be 0 / 0
        }
    }

    [Fact]
    public void FrozenBatchNorm_InATrainingLayer_AgreesWithLibTorch()
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias: false);
        using (ours)
        using (theirs)
        {
            ours.BatchNorm.eval();
            theirs.BatchNorm.eval();
            CompareStep(ours, theirs, [2, 5, 12, 12]);
            AssertSameState(ours, theirs);
        }
    }

    [Fact]
    public void TrainingMode_WithoutGradients_UpdatesTheRunningStatistics()
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias: true);
        using (ours)
        using (theirs)
        using (no_grad())
        {
            using var x = Random([2, 5, 12, 12], 3);
            using var a = ours.call(x);
            using var b = theirs.call(x);
            AssertClose(b, a, 2e-6, "output");
            AssertSameState(ours, theirs);
        }
    }

    [Fact]
    public void SecondBackward_ThroughTheSameGraph_GivesTheSameGradients()
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias: false);
        using (ours)
        using (theirs)
        using (var x = Random([2, 5, 12, 12], 3).requires_grad_())
        {
            using var loss = (ours.call(x) * Random([2, 5, 12, 12], 4)).sum();
            loss.backward(retain_graph: true);
            using var first = x.grad!.clone();
            using var firstWeight = ours.ExcitationWeight!.grad!.clone();
            x.grad!.zero_();
            ours.zero_grad();
            loss.backward();
            Assert.True(x.grad!.equal(first).all().item<bool>());
            Assert.True(ours.ExcitationWeight!.grad!.equal(firstWeight).all().item<bool>());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Backward_AfterAChangeInPlace_ThrowsWhatCanBeCaught(bool bias)
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias);
        theirs.Dispose();
        using (ours)
        using (NewDisposeScope())
        {
            var input = Random([1, 5, 12, 12], 3) * ones(1);
            var loss = ours.call(input).sum();
            using (no_grad())
                ours.ExcitationWeight!.add_(1);
            Assert.ThrowsAny<ExternalException>(() => loss.backward());

            loss = ours.call(input).sum();
            using (no_grad())
                input.add_(1);
            Assert.ThrowsAny<ExternalException>(() => loss.backward());

            ours.call(input).sum().backward();
            Assert.NotNull(ours.ExcitationWeight!.grad);
        }
    }

    [Fact]
    public void Output_IsTheSameBits_ForAnyNumberOfThreads()
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias: true);
        int before = get_num_threads();
        theirs.Dispose();
        using (ours)
        using (var x = Random([3, 5, 25, 25], 3))
        {
            try
            {
                set_num_threads(1);
                using var one = ours.call(x);
                set_num_threads(3);
                using var three = ours.call(x);
                Assert.True(one.equal(three).all().item<bool>());
            }
            finally
            {
                set_num_threads(before);
            }
        }
    }

    [Fact]
    public void ChannelsLast_AndStridedInputs_AreReadRight()
    {
        var (ours, theirs) = Pair("portable", normalized: false, bias: false);
        using (ours)
        using (theirs)
        using (var x = Random([2, 14, 12, 5], 5))
        using (var last = x.permute(0, 3, 1, 2))
        {
            using var a = ours.call(last);
            using var b = theirs.call(last);
            AssertClose(b, a, 2e-6, "output");
        }
    }

    private static (Layer Ours, Layer Theirs) Pair(string kernel, bool normalized, bool bias, LateralParts parts = LateralParts.ExcitationAndInhibition)
    {
        var options = new DivNormEIOptions
        {
            Seed = 3,
            ExcitationSource = normalized ? ExcitationSource.Normalized : ExcitationSource.Input,
            LateralBias = bias,
            LateralParts = parts,
            ExcitationKernel = 7,
            InhibitionKernel = 5,
            Kernel = kernel,
        };
        var (ours, theirs) = (new Layer(5, options), new Layer(5, options with { Kernel = "libtorch" }));
        foreach (var layer in (Layer[])[ours, theirs])
        {
            // far from the rectifier's kink, where there is no one gradient; the last channel is below it
            using var _ = no_grad();
            layer.BatchNorm.weight!.copy_(linspace(0.5, 1.5, 5));
            layer.BatchNorm.bias!.copy_(tensor([20f, 21f, 22f, 23f, -20f]));
        }

        Assert.Equal("libtorch", theirs.KernelPath(2, 5, 12, 12));
        Assert.Equal(kernel, ours.KernelPath(2, 5, 12, 12));
        return (ours, theirs);
    }

    private static void CompareStep(Layer ours, Layer theirs, long[] size)
    {
        using var scope = NewDisposeScope();
        Tensor x = Random(size, 1), y = x.clone(), direction = Random(size, 2);
        x.requires_grad_();
        y.requires_grad_();
        Tensor a = ours.call(x), b = theirs.call(y);
        AssertClose(b, a, 2e-6, "output");
        a.backward([direction]);
        b.backward([direction]);
        AssertClose(y.grad!, x.grad!, 2e-5, "input");
        foreach (var ((name, parameter), other) in ours.named_parameters().Zip(theirs.parameters()))
        {
            // the batch norm takes a lateral bias out again: its gradient is rounding, of sums of this size
            double terms = name.StartsWith("b_", StringComparison.Ordinal) ? direction.abs().sum().item<float>() : 0;
            AssertClose(other.grad!, parameter.grad!, 2e-5, name, terms);
        }
    }

    private static void AssertSameState(Layer ours, Layer theirs)
    {
        foreach (var ((name, a), b) in ours.state_dict().Zip(theirs.state_dict().Values))
            AssertClose(b, a, 2e-6, name);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance, string name, double scale = 0)
    {
        using var scope = NewDisposeScope();
        double difference = (actual.detach() - expected.detach()).abs().max().ToDouble();
        double largest = Math.Max(scale, expected.detach().abs().max().ToDouble());
        Assert.True(difference <= tolerance * largest, $"{name}: {difference} of {largest}");
    }

    private static Tensor Random(long[] size, long seed)
    {
        using var generator = new Generator((ulong)seed);
        return randn(size, generator: generator);
    }
}
