using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>What happens to a row of results on its way to a channel plane.</summary>
internal unsafe interface IRowStore<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Takes <paramref name="count"/> results to <paramref name="target"/>; <paramref name="channel"/> counts within the block's 2 L channels.</summary>
    void Store(float* row, float* target, int count, int channel);
}

/// <summary>
/// The forward pass's end: target = scale (row + residual) + shift, then at most a ReLU. <paramref name="residual"/> is the distance in
/// floats from a target to its residual (Yn of Eq. 5), <paramref name="scale"/> and <paramref name="shift"/> start at the block's first channel.
/// </summary>
internal readonly unsafe struct EpilogueStore<TLane>(nint residual, bool hasResidual, float* scale, float* shift, bool relu) : IRowStore<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* row, float* target, int count, int channel)
    {
        TLane a = TLane.Broadcast(scale == null ? 1 : scale[channel]), b = TLane.Broadcast(shift == null ? 0 : shift[channel]);
        int x = 0;
        for (; x + TLane.Count <= count; x += TLane.Count)
        {
            TLane value = TLane.Load(row + x);
            if (hasResidual)
                value += TLane.Load(target + residual + x);
            TLane.Store(Finish(value, a, b), target + x);
        }
        if (x < count)
        {
            TLane value = TLane.LoadPartial(row + x, count - x);
            if (hasResidual)
                value += TLane.LoadPartial(target + residual + x, count - x);
            TLane.StorePartial(Finish(value, a, b), target + x, count - x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLane Finish(TLane value, TLane a, TLane b)
    {
        value = TLane.MulAdd(value, a, b);
        return relu ? TLane.Max(value, default) : value;
    }
}

/// <summary>The input gradient's end: tiles overlap, and each adds its part.</summary>
internal readonly unsafe struct AddStore<TLane> : IRowStore<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* row, float* target, int count, int channel)
    {
        int x = 0;
        for (; x + TLane.Count <= count; x += TLane.Count)
            TLane.Store(TLane.Load(target + x) + TLane.Load(row + x), target + x);
        if (x < count)
            TLane.StorePartial(TLane.LoadPartial(target + x, count - x) + TLane.LoadPartial(row + x, count - x), target + x, count - x);
    }
}
