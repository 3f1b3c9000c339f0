using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>Registers side by side: a row of B, or a row of accumulators, of the GEMM micro-kernel.</summary>
internal unsafe interface IPanel<TSelf, TLane>
    where TSelf : unmanaged, IPanel<TSelf, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    static abstract TSelf Load(float* source);

    /// <summary>x * row + sum, register by register.</summary>
    static abstract TSelf MulAdd(TLane x, TSelf row, TSelf sum);

    void Store(float* target);
}

/// <summary>Two registers.</summary>
internal readonly unsafe struct Panel2<TLane>(TLane v0, TLane v1) : IPanel<Panel2<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private readonly TLane v0 = v0;
    private readonly TLane v1 = v1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel2<TLane> Load(float* source) => new(TLane.Load(source), TLane.Load(source + TLane.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel2<TLane> MulAdd(TLane x, Panel2<TLane> row, Panel2<TLane> sum) =>
        new(TLane.MulAdd(x, row.v0, sum.v0), TLane.MulAdd(x, row.v1, sum.v1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target)
    {
        TLane.Store(v0, target);
        TLane.Store(v1, target + TLane.Count);
    }
}

/// <summary>Four registers: as many fields as the JIT keeps apart in registers.</summary>
internal readonly unsafe struct Panel4<TLane>(TLane v0, TLane v1, TLane v2, TLane v3) : IPanel<Panel4<TLane>, TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private readonly TLane v0 = v0;
    private readonly TLane v1 = v1;
    private readonly TLane v2 = v2;
    private readonly TLane v3 = v3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel4<TLane> Load(float* source) =>
        new(TLane.Load(source), TLane.Load(source + TLane.Count), TLane.Load(source + (2 * TLane.Count)), TLane.Load(source + (3 * TLane.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Panel4<TLane> MulAdd(TLane x, Panel4<TLane> row, Panel4<TLane> sum) =>
        new(TLane.MulAdd(x, row.v0, sum.v0), TLane.MulAdd(x, row.v1, sum.v1), TLane.MulAdd(x, row.v2, sum.v2), TLane.MulAdd(x, row.v3, sum.v3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target)
    {
        TLane.Store(v0, target);
        TLane.Store(v1, target + TLane.Count);
        TLane.Store(v2, target + (2 * TLane.Count));
        TLane.Store(v3, target + (3 * TLane.Count));
    }
}
