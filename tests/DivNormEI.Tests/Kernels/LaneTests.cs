using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class LaneTests
{
    [Fact]
    public void Lanes_TransposeAndMaskAsDocumented_OnEveryPath()
    {
        if (SimdPaths.Available.Contains(SimdPath.Avx512))
            Check<Lane512>();
        if (SimdPaths.Available.Contains(SimdPath.Avx2))
            Check<Lane256>();
        Check<Lane128>();
    }

    [Fact]
    public void LoadBetween_ReadsOnlyItsRange()
    {
        float[] values = [1, 2, 3, 4];
        float* result = stackalloc float[4];
        fixed (float* p = values)
        {
            for (int from = 0; from <= 4; from++)
            {
                for (int to = from; to <= 4; to++)
                {
                    Lane128.Store(Lane128.LoadBetween(p, from, to), result);
                    for (int i = 0; i < 4; i++)
                        Assert.Equal(i >= from && i < to ? values[i] : 0, result[i]);
                }
            }
        }
    }

    private static void Check<TLane>()
        where TLane : unmanaged, ILane<TLane>
    {
        const int stride = 7;
        int n = TLane.Count;
        float[] rows = [.. Enumerable.Range(0, n * stride).Select(i => (float)i)], columns = new float[4 * n], back = new float[n * stride];
        fixed (float* p = rows, c = columns, b = back)
        {
            TLane.LoadColumns(p, stride, out TLane c0, out TLane c1, out TLane c2, out TLane c3);
            TLane.Store(c0, c);
            TLane.Store(c1, c + n);
            TLane.Store(c2, c + (2 * n));
            TLane.Store(c3, c + (3 * n));
            TLane.StoreColumns(c0, c1, c2, c3, b, stride);
            for (int i = 0; i < n; i++)
            {
                for (int x = 0; x < stride; x++)
                {
                    if (x < 4)
                        Assert.Equal(rows[(i * stride) + x], columns[(x * n) + i]);
                    Assert.Equal(x < 4 ? rows[(i * stride) + x] : 0, back[(i * stride) + x]);
                }
            }
            for (int count = 0; count <= n; count++)
                CheckPartial<TLane>(p, count);
        }
    }

    private static void CheckPartial<TLane>(float* source, int count)
        where TLane : unmanaged, ILane<TLane>
    {
        float[] loaded = new float[TLane.Count], stored = [.. Enumerable.Repeat(-1f, TLane.Count)];
        fixed (float* l = loaded, s = stored)
        {
            TLane.Store(TLane.LoadPartial(source, count), l);
            TLane.StorePartial(TLane.Load(source), s, count);
        }
        for (int i = 0; i < TLane.Count; i++)
        {
            Assert.Equal(i < count ? source[i] : 0, loaded[i]);
            Assert.Equal(i < count ? source[i] : -1, stored[i]);
        }
    }
}
