using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// C = A B over real matrices that lie in the first caches: C[i][j] = sum_k A[i][k] B[k][j], row i of C split over registers of columns.
/// The micro-kernel keeps 6 rows x one panel of 4 (or 2) registers of C in 24 (or 12) accumulators; each step loads one panel row of B and
/// broadcasts 6 floats of A: 10 loads for 24 fused multiply-adds. Rows left over go through kernels of 4, 2 and 1 rows.
/// </summary>
internal static unsafe class RealGemm<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private const MethodImplOptions Kernel = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    /// <summary>Multiplies.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="vectors">Registers in a row of B and C; even.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="a">A[i][k] at a + i * aRow + k * aStep.</param>
    /// <param name="aRow">Floats from a row of A to the next.</param>
    /// <param name="aStep">Floats from a column of A to the next.</param>
    /// <param name="b">B[k] at b + k * bRow.</param>
    /// <param name="bRow">Floats from a row of B to the next.</param>
    /// <param name="c">C[i] at c + i * cRow.</param>
    /// <param name="cRow">Floats from a row of C to the next.</param>
    /// <param name="ahead">What the next frequency will need, fetched into L2 a line a step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int rows, int vectors, int depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, ref Prefetcher ahead)
    {
        int v = 0;
        if (TLane.PanelVectors == 4)
        {
            for (; v + 4 <= vectors; v += 4)
                Panel<Panel4<TLane>>(rows, depth, a, aRow, aStep, b + (v * TLane.Count), bRow, c + (v * TLane.Count), cRow, ref ahead);
        }
        for (; v < vectors; v += 2)
            Panel<Panel2<TLane>>(rows, depth, a, aRow, aStep, b + (v * TLane.Count), bRow, c + (v * TLane.Count), cRow, ref ahead);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel<TPanel>(int rows, int depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, ref Prefetcher ahead)
        where TPanel : unmanaged, IPanel<TPanel, TLane>
    {
        for (; rows >= 6; rows -= 6, a += 6 * aRow, c += 6 * cRow)
            Rows6<TPanel>(depth, a, aRow, aStep, b, bRow, c, cRow, ahead.Take(depth));
        if (rows >= 4)
        {
            Rows4<TPanel>(depth, a, aRow, aStep, b, bRow, c, cRow, ahead.Take(depth));
            rows -= 4;
            a += 4 * aRow;
            c += 4 * cRow;
        }
        if (rows >= 2)
        {
            Rows2<TPanel>(depth, a, aRow, aStep, b, bRow, c, cRow, ahead.Take(depth));
            rows -= 2;
            a += 2 * aRow;
            c += 2 * cRow;
        }
        if (rows == 1)
            Rows1<TPanel>(depth, a, aStep, b, bRow, c, ahead.Take(depth));
    }

    [MethodImpl(Kernel)]
    private static void Rows6<TPanel>(int depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, byte* ahead)
        where TPanel : unmanaged, IPanel<TPanel, TLane>
    {
        TPanel c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
        float* lower = a + (3 * aRow);
        for (int k = 0; k < depth; k++)
        {
            TPanel row = TPanel.Load(b);
            c0 = TPanel.MulAdd(TLane.Broadcast(a[0]), row, c0);
            c1 = TPanel.MulAdd(TLane.Broadcast(a[aRow]), row, c1);
            c2 = TPanel.MulAdd(TLane.Broadcast(a[2 * aRow]), row, c2);
            c3 = TPanel.MulAdd(TLane.Broadcast(lower[0]), row, c3);
            c4 = TPanel.MulAdd(TLane.Broadcast(lower[aRow]), row, c4);
            c5 = TPanel.MulAdd(TLane.Broadcast(lower[2 * aRow]), row, c5);
            Prefetcher.Fetch(ahead);
            ahead += Prefetcher.Line;
            a += aStep;
            lower += aStep;
            b += bRow;
        }
        c0.Store(c);
        c1.Store(c + cRow);
        c2.Store(c + (2 * cRow));
        c3.Store(c + (3 * cRow));
        c4.Store(c + (4 * cRow));
        c5.Store(c + (5 * cRow));
    }

    [MethodImpl(Kernel)]
    private static void Rows4<TPanel>(int depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, byte* ahead)
        where TPanel : unmanaged, IPanel<TPanel, TLane>
    {
        TPanel c0 = default, c1 = default, c2 = default, c3 = default;
        float* lower = a + (2 * aRow);
        for (int k = 0; k < depth; k++)
        {
            TPanel row = TPanel.Load(b);
            c0 = TPanel.MulAdd(TLane.Broadcast(a[0]), row, c0);
            c1 = TPanel.MulAdd(TLane.Broadcast(a[aRow]), row, c1);
            c2 = TPanel.MulAdd(TLane.Broadcast(lower[0]), row, c2);
            c3 = TPanel.MulAdd(TLane.Broadcast(lower[aRow]), row, c3);
            Prefetcher.Fetch(ahead);
            ahead += Prefetcher.Line;
            a += aStep;
            lower += aStep;
            b += bRow;
        }
        c0.Store(c);
        c1.Store(c + cRow);
        c2.Store(c + (2 * cRow));
        c3.Store(c + (3 * cRow));
    }

    [MethodImpl(Kernel)]
    private static void Rows2<TPanel>(int depth, float* a, nint aRow, nint aStep, float* b, nint bRow, float* c, nint cRow, byte* ahead)
        where TPanel : unmanaged, IPanel<TPanel, TLane>
    {
        TPanel c0 = default, c1 = default;
        for (int k = 0; k < depth; k++)
        {
            TPanel row = TPanel.Load(b);
            c0 = TPanel.MulAdd(TLane.Broadcast(a[0]), row, c0);
            c1 = TPanel.MulAdd(TLane.Broadcast(a[aRow]), row, c1);
            Prefetcher.Fetch(ahead);
            ahead += Prefetcher.Line;
            a += aStep;
            b += bRow;
        }
        c0.Store(c);
        c1.Store(c + cRow);
    }

    [MethodImpl(Kernel)]
    private static void Rows1<TPanel>(int depth, float* a, nint aStep, float* b, nint bRow, float* c, byte* ahead)
        where TPanel : unmanaged, IPanel<TPanel, TLane>
    {
        TPanel c0 = default;
        for (int k = 0; k < depth; k++)
        {
            c0 = TPanel.MulAdd(TLane.Broadcast(*a), TPanel.Load(b), c0);
            Prefetcher.Fetch(ahead);
            ahead += Prefetcher.Line;
            a += aStep;
            b += bRow;
        }
        c0.Store(c);
    }
}
