using CsCheck;
using DivNorm.Kernels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class RectifiedBatchNormTests
{
    private const double Epsilon = 1e-5;

    private static readonly Gen<(LateralShape Shape, int Threads, int Seed)> Any =
        from n in Gen.Int[1, 4]
        from c in Gen.Int[1, 5]
        from h in Gen.Int[1, 30]
        from w in Gen.Int[2, 40]
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[0, 1_000_000]
        where n * h * w >= 8 // fewer values a channel make the variance, which is divided by, a matter of luck
        select (new LateralShape(n, c, h, w, 1, 1, false), threads, seed);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Output_AgreesWithLibTorchInDoublePrecision_ForAnyShape(bool batchStatistics) =>
        Any.Sample(
            x =>
            {
                (float[][] ours, double[][] expected, double[] terms) = Run(x.Shape, x.Threads, x.Seed, batchStatistics, offset: 0);
                Assert.InRange(Difference(ours[0], expected[0]) / terms[0], 0, Arrays.Tolerance);
            },
            iter: 40);

    /// <summary>
    /// A rectifier's kink has no one gradient, so a bias keeps every channel on one side of it. What the batch's statistics leave of a
    /// gradient is the rest of sums that cancel: it is judged against their terms.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_AgreeWithLibTorchInDoublePrecision_ForAnyShape(bool batchStatistics) =>
        Any.Sample(
            x =>
            {
                (float[][] ours, double[][] expected, double[] terms) = Run(x.Shape, x.Threads, x.Seed, batchStatistics, offset: 100);
                for (int i = 1; i < ours.Length; i++)
                    Assert.InRange(Difference(ours[i], expected[i]) / terms[i], 0, Arrays.Tolerance);
            },
            iter: 40);

    [Fact]
    public void Moments_KeepTheirPrecision_FarFromZero()
    {
        var shape = new LateralShape(2, 1, 60, 61, 1, 1, false);
        float[] maps = Arrays.Random(shape.Elements, new Random(1));
        for (int i = 0; i < maps.Length; i++)
            maps[i] = 1000 + (0.01f * maps[i]);
        double mean = maps.Average(v => (double)v), variance = maps.Average(v => (v - mean) * (v - mean));
        fixed (float* p = maps)
        {
            var moments = RectifiedBatchNorm.Moments(shape, p, 2);
            Assert.Equal(mean, moments.Means[0], 1e-9);
            Assert.Equal(1, moments.Variances[0] / variance, 1e-6);
        }
    }

    [Fact]
    public void NaN_IsPassedOn_NotHidden()
    {
        var shape = new LateralShape(1, 1, 3, 20, 1, 1, false);
        float[] maps = new float[60], output = new float[60];
        maps[7] = float.NaN;
        fixed (float* p = maps, o = output)
        {
            var moments = RectifiedBatchNorm.Moments(shape, p, 1);
            RectifiedBatchNorm.Apply(shape, p, [ChannelScaling.Of(moments.Means[0], moments.Variances[0], 1, 0, Epsilon)], o, 1);
        }

        Assert.All(output, value => Assert.True(float.IsNaN(value)));
    }

    /// <summary>Output and gradients of input, gamma and beta; ours, libtorch's, and the size of the terms that they are sums of.</summary>
    private static (float[][] Ours, double[][] Expected, double[] Terms) Run(LateralShape shape, int threads, int seed, bool batchStatistics, float offset)
    {
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        float[] x = Arrays.Random(shape.Elements, random), g = Arrays.Random(shape.Elements, random);
        float[] gamma = Arrays.Random(shape.Channels, random), beta = Arrays.Random(shape.Channels, random);
        float[] mean = Arrays.Random(shape.Channels, random), variance = Arrays.Random(shape.Channels, random, positive: true);
        for (int c = 0; c < shape.Channels; c++)
        {
            beta[c] += c % 3 == 1 ? -offset : offset;
            variance[c] += 0.1f;
        }

        long[] size = [shape.Batch, shape.Channels, shape.Height, shape.Width];
        Tensor Double(float[] values, params long[] sizes) => tensor(values, sizes).to(ScalarType.Float64);
        Tensor tx = Double(x, size).requires_grad_(), tgamma = Double(gamma, shape.Channels).requires_grad_(), tbeta = Double(beta, shape.Channels).requires_grad_();
        Tensor expected = F.relu(F.batch_norm(tx, Double(mean, shape.Channels), Double(variance, shape.Channels), tgamma, tbeta, training: batchStatistics, eps: Epsilon));
        expected.backward([Double(g, size)]);

        float[] output = new float[x.Length], dx = new float[x.Length], dgamma = new float[gamma.Length], dbeta = new float[gamma.Length];
        double steepest = 0, farthest = 0;
        fixed (float* px = x, pg = g, po = output, pdx = dx, pdgamma = dgamma, pdbeta = dbeta)
        {
            var moments = batchStatistics
                ? RectifiedBatchNorm.Moments(shape, px, threads)
                : new ChannelMoments([.. mean.Select(v => (double)v)], [.. variance.Select(v => (double)v)]);
            ChannelScaling[] scaling = [.. Enumerable.Range(0, shape.Channels).Select(c => ChannelScaling.Of(moments.Means[c], moments.Variances[c], gamma[c], beta[c], Epsilon))];
            RectifiedBatchNorm.Apply(shape, px, scaling, po, threads);
            var arrays = new BatchNormGradients { Maps = px, GradOutput = pg, GradMaps = pdx, GradGamma = pdgamma, GradBeta = pdbeta };
            RectifiedBatchNorm.Backward(shape, arrays, scaling, batchStatistics, threads);
            steepest = scaling.Max(s => Math.Abs(s.Scale));
            farthest = scaling.Max(s => s.InverseDeviation) * 2; // |x - mean| is 2 at most
        }

        double values = shape.Elements / shape.Channels;
        double[] Values(Tensor t) => t.detach().contiguous().data<double>().ToArray();
        return (
            [output, dx, dgamma, dbeta],
            [Values(expected), Values(tx.grad!), Values(tgamma.grad!), Values(tbeta.grad!)],
            [beta.Max(Math.Abs) + (steepest * 2), steepest * farthest * farthest, farthest * Math.Sqrt(values), Math.Sqrt(values)]);
    }

    private static double Difference(float[] actual, double[] expected) => actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
}
