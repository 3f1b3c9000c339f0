using CsCheck;
using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class DivisionKernelTests
{
    private const float Epsilon = 1e-5f;

    private static readonly Gen<(DivisionShape Shape, int Threads, int Seed)> Any =
        from n in Gen.Int[1, 3]
        from c in Gen.Int[1, 5]
        from h in Gen.Int[1, 40]
        from w in Gen.Int[1, 70]
        from kh in Gen.Int[0, 4].Select(i => (2 * i) + 1)
        from kw in Gen.Int[0, 5].Select(i => (2 * i) + 1)
        from threads in Gen.Int[1, 3]
        from seed in Gen.Int[0, 1_000_000]
        select (new DivisionShape(n, c, h, w, kh, kw), threads, seed);

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void ForwardAndBackward_AgreeWithTheReference_ForAnyShape(string path) =>
        Any.Sample(x => Check(x.Shape, x.Threads, x.Seed, path), iter: 40);

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Backward_KeepsItsPrecision_OnALargeMap(string path) =>
        Check(new DivisionShape(1, 1, 210, 230, 5, 5), 2, 1, path);

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Backward_GivesTheSameBits_ForAnyNumberOfThreads(string path)
    {
        var shape = new DivisionShape(3, 4, 19, 23, 5, 5);
        float[][] first = Run(shape, 1, 2, path).Results;
        Assert.Equal(first, Run(shape, 2, 2, path).Results);
        Assert.Equal(first, Run(shape, 3, 2, path).Results);
    }

    [Fact]
    public void EvenKernels_AreRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DivisionKernel.For(SimdPath.Portable)!.Forward(new DivisionShape(1, 1, 4, 4, 4, 3), null, null, null, 0, null, 1));

    /// <summary>The gradients of weights and sigma are sums over a map: with signed data a single one may cancel to next to nothing, so they are judged on a positive gradient.</summary>
    private static void Check(DivisionShape shape, int threads, int seed, string path)
    {
        foreach (bool positive in new[] { false, true })
        {
            (float[][] results, double[][] expected) = Run(shape, threads, seed, path, positive);
            for (int i = 0; i < (positive ? results.Length : 3); i++)
                Assert.InRange(Arrays.RelativeError(results[i], expected[i]), 0, Arrays.Tolerance);
        }
    }

    /// <summary>yn, dy, dy added to what was there, dw_div, dsigma; by the kernel and by the reference.</summary>
    private static (float[][] Results, double[][] Expected) Run(DivisionShape shape, int threads, int seed, string path, bool positive = false)
    {
        var random = new Random(seed);
        long count = (long)shape.Planes * shape.Plane;
        float[] y = Arrays.Random(count, random), g = Arrays.Random(count, random, positive), before = Arrays.Random(count, random);
        float[] weights = Arrays.Random(shape.Channels * shape.Taps, random, positive: true), sigma = Arrays.Random(shape.Channels, random, positive: true);
        for (int i = 0; i < sigma.Length; i++)
            sigma[i] += 0.3f;
        float[] yn = new float[count], dy = new float[count], added = (float[])before.Clone(), dw = new float[weights.Length], ds = new float[sigma.Length];
        DivisionKernel kernel = DivisionKernel.For(Arrays.Path(path))!;
        fixed (float* py = y, pg = g, pw = weights, ps = sigma, pyn = yn, pdy = dy, padded = added, pdw = dw, pds = ds)
        {
            kernel.Forward(shape, py, pw, ps, Epsilon, pyn, threads);
            var arguments = new DivisionGradients { Y = py, Weights = pw, Sigma = ps, GradYn = pg, GradY = pdy, GradWeights = pdw, GradSigma = pds };
            kernel.Backward(shape, arguments, Epsilon, threads);
            kernel.Backward(shape, arguments with { GradY = padded, Add = true }, Epsilon, threads);
        }
        (double[] ey, double[] ew, double[] es) = DivisionReference.Backward(shape, g, y, weights, sigma, Epsilon);
        return ([yn, dy, added, dw, ds], [DivisionReference.Forward(shape, y, weights, sigma, Epsilon), ey, [.. ey.Zip(before, (a, b) => a + b)], ew, es]);
    }
}
