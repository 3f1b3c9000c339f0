using CsCheck;
using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class RealGemmTests
{
    [Fact]
    public void Multiply_IsTheMatrixProduct_OnEveryPath() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 4], Gen.Int[1, 40], Gen.Bool).Sample(
            (rows, pairs, depth, transposed) =>
            {
                if (SimdPaths.Available.Contains(SimdPath.Avx512))
                    Check<Lane512>(rows, 2 * pairs, depth, transposed);
                if (SimdPaths.Available.Contains(SimdPath.Avx2))
                    Check<Lane256>(rows, 2 * pairs, depth, transposed);
                Check<Lane128>(rows, 2 * pairs, depth, transposed);
            },
            iter: 60);

    private static void Check<TLane>(int rows, int vectors, int depth, bool transposed)
        where TLane : unmanaged, ILane<TLane>
    {
        int columns = vectors * TLane.Count, gap = 3;
        (int aRow, int aStep) = transposed ? (1, rows + gap) : (depth + gap, 1);
        var random = new Random(rows + depth);
        float[] a = Arrays.Random((rows + gap) * (depth + gap), random), b = Arrays.Random(depth * (columns + gap), random), c = new float[rows * (columns + gap)];
        double[] expected = new double[c.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < depth; k++)
                    expected[(i * (columns + gap)) + j] += (double)a[(i * aRow) + (k * aStep)] * b[(k * (columns + gap)) + j];
            }
        }
        fixed (float* pa = a, pb = b, pc = c)
        {
            var ahead = new Prefetcher(pb, b.Length, pa, a.Length);
            RealGemm<TLane>.Multiply(rows, vectors, depth, pa, aRow, aStep, pb, columns + gap, pc, columns + gap, ref ahead);
        }
        Assert.InRange(Arrays.RelativeError(c, expected), 0, Arrays.Tolerance);
    }
}
