using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>Where a butterfly takes its inputs from.</summary>
internal interface ISource<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    ComplexLane<TLane> Load(int index);
}

/// <summary>Where a butterfly leaves its outputs.</summary>
internal interface ISink<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    void Store(int index, ComplexLane<TLane> value);
}

/// <summary>Element i lies at origin + offsets[i * step]; its imaginary parts <paramref name="imaginary"/> floats further.</summary>
internal readonly unsafe struct TableSource<TLane>(float* origin, int* offsets, int step, nint imaginary) : ISource<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ComplexLane<TLane> Load(int index)
    {
        float* p = origin + offsets[index * step];
        return new(TLane.Load(p), TLane.Load(p + imaginary));
    }
}

/// <summary>Element i lies at origin + i * stride, [real lanes][imaginary lanes].</summary>
internal readonly unsafe struct StridedSource<TLane>(float* origin, nint stride) : ISource<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ComplexLane<TLane> Load(int index)
    {
        float* p = origin + (index * stride);
        return new(TLane.Load(p), TLane.Load(p + TLane.Count));
    }
}

/// <summary>Turns output i > 0 by its twiddle factor (cos, sin) before it is stored at origin + i * stride.</summary>
internal readonly unsafe struct TwiddleSink<TLane>(float* origin, nint stride, float* twiddles) : ISink<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ComplexLane<TLane> value)
    {
        float* p = origin + (index * stride);
        if (index > 0)
            value = value.Rotate(TLane.Broadcast(twiddles[(2 * index) - 2]), TLane.Broadcast(twiddles[(2 * index) - 1]));
        TLane.Store(value.Re, p);
        TLane.Store(value.Im, p + TLane.Count);
    }
}

/// <summary>Stores output i at origin + offsets[i * step].</summary>
internal readonly unsafe struct TableSink<TLane>(float* origin, int* offsets, int step, nint imaginary) : ISink<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ComplexLane<TLane> value)
    {
        float* p = origin + offsets[index * step];
        TLane.Store(value.Re, p);
        TLane.Store(value.Im, p + imaginary);
    }
}

/// <summary>As <see cref="TableSink{TLane}"/>, past the caches: spectra are scattered over megabytes and read much later.</summary>
internal readonly unsafe struct StreamingSink<TLane>(float* origin, int* offsets, int step, nint imaginary) : ISink<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(int index, ComplexLane<TLane> value)
    {
        float* p = origin + offsets[index * step];
        TLane.StoreStreaming(value.Re, p);
        TLane.StoreStreaming(value.Im, p + imaginary);
    }
}
