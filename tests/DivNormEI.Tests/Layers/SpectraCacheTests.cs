using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Layers;

/// <summary>In eval mode the spectra of the weights are kept: whatever happens to the weights, a pass must not see old ones.</summary>
public sealed class SpectraCacheTests
{
    private const string Kernel = "portable";

    [Fact]
    public void Output_FollowsTheWeights_HoweverTheyChange()
    {
        using var layer = Make(1);
        using var x = rand(1, 4, 20, 20);
        using var _ = no_grad();
        AssertCurrent(layer, x);

        layer.ExcitationWeight![1, 2, 3, 4].fill_(9);
        AssertCurrent(layer, x);
        layer.InhibitionWeight!.mul_(2);
        AssertCurrent(layer, x);

        using var other = Make(2);
        layer.load_state_dict(other.state_dict());
        AssertCurrent(layer, x);

        using var stream = new MemoryStream();
        using var third = Make(3);
        third.save(stream);
        using var saved = new MemoryStream(stream.ToArray());
        layer.load(saved);
        AssertCurrent(layer, x);

        layer.to(ScalarType.Float64);
        layer.to(ScalarType.Float32);
        AssertCurrent(layer, x);
        layer.to(CPU);
        AssertCurrent(layer, x);
    }

    [Fact]
    public void Output_FollowsTheShape_WithTheSameWeights()
    {
        using var layer = Make(1);
        using var _ = no_grad();
        foreach (long[] size in (long[][])[[1, 4, 20, 20], [1, 4, 60, 50], [2, 4, 20, 20], [1, 4, 12, 12]])
        {
            using var x = rand(size);
            AssertCurrent(layer, x);
        }
    }

    [Fact]
    public void Output_FollowsTheWeights_AfterATrainingStep()
    {
        using var layer = Make(1);
        using var x = rand(2, 4, 20, 20);
        using (no_grad())
            AssertCurrent(layer, x);
        layer.train();
        using (var optimizer = optim.SGD(layer.parameters(), 0.1))
        {
            using var loss = layer.call(x).square().sum();
            loss.backward();
            optimizer.step();
        }

        layer.eval();
        using (no_grad())
            AssertCurrent(layer, x);
    }

    [Fact]
    public void ConcurrentInference_GivesEveryThreadItsOwnAnswer()
    {
        using var layer = Make(1);
        using var x = rand(1, 4, 24, 24);
        Tensor[] inputs = [x, x * 2, x * 3, x.neg()];
        float[][] expected;
        using (no_grad())
            expected = [.. inputs.Select(input => Values(layer.call(input)))];

        // other shapes put the spectra of another tile size in the cache's one place again and again
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            if (i % 5 == 4)
                layer.call(zeros(1, 4, 70, 70));
            else
                Assert.Equal(expected[i % 4 % inputs.Length], Values(layer.call(inputs[i % 4 % inputs.Length])));
        });
        foreach (var input in inputs)
            input.Dispose();
    }

    [Fact]
    public void Output_FollowsTheWeights_WhenTheyChangedWhileAnotherThreadReadThem()
    {
        using var layer = new Layer(32, new DivNormEIOptions { Seed = 1, Kernel = Kernel });
        layer.eval();
        using var x = rand(1, 32, 8, 8);
        using var _ = no_grad();
        bool stop = false;
        var reader = new Thread(() =>
        {
            using var _ = no_grad();
            while (!Volatile.Read(ref stop))
                layer.call(x).Dispose();
        });
        reader.Start();
        try
        {
            var wait = new Random(1);
            for (int round = 0; round < 20; round++)
            {
                // the first change has the reader make spectra, the second may come while it does
                layer.ExcitationWeight!.fill_(round % 2 + 1);
                Thread.SpinWait(wait.Next(50_000));
                layer.ExcitationWeight!.fill_(round % 3 + 3);
                AssertCurrent(layer, x);
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            reader.Join();
        }
    }

    private static Layer Make(long seed)
    {
        var layer = new Layer(4, new DivNormEIOptions { Seed = seed, Kernel = Kernel });
        layer.eval();
        return layer;
    }

    private static void AssertCurrent(Layer layer, Tensor x)
    {
        using var scope = NewDisposeScope();
        for (int again = 0; again < 2; again++) // made, and taken from the cache
        {
            Tensor expected = layer.Stages(x).Output, actual = layer.call(x);
            Assert.True((actual - expected).abs().max().ToDouble() <= 2e-6 * expected.abs().max().ToDouble());
        }
    }

    private static float[] Values(Tensor tensor) => tensor.data<float>().ToArray();
}
