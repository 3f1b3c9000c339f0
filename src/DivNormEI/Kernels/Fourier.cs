using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DivNorm.Kernels;

/// <summary>
/// Complex Fourier transforms of one length, as many at once as there are lanes: X[k] = sum_n x[n] exp(-2 pi i n k / Size).
/// Size = r1 r2 with n = r2 n1 + n2 and k = k1 + r1 k2: first r2 transforms of length r1 over n1, turned by exp(-2 pi i n2 k1 / Size)
/// on their way into a scratch array, then r1 transforms of length r2 over n2. Source and target may be the same.
/// The inverse (unscaled) is the same transform with real and imaginary parts swapped on both sides.
/// </summary>
internal sealed unsafe class Fourier<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private const MethodImplOptions Stage = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    private static readonly Fourier<TLane>[] Plans = [.. FourierSizes.All.Select(size => new Fourier<TLane>(size))];

    private readonly delegate*<float*, int*, nint, float*, int*, nint, float*, float*, void> cached;
    private readonly delegate*<float*, int*, nint, float*, int*, nint, float*, float*, void> streaming;

    /// <summary>(cos, sin) for [n2][k1 - 1]; lives as long as the process.</summary>
    private readonly float* twiddles;

    private Fourier(int size)
    {
        Size = size;
        (int r1, int r2) = FourierSizes.Factors(size);
        (nint near, nint far) = (r1, r2) switch
        {
            (4, 4) => Addresses<Radix4, Radix4>(),
            (4, 5) => Addresses<Radix4, Radix5>(),
            (4, 6) => Addresses<Radix4, Radix6>(),
            (4, 8) => Addresses<Radix4, Radix8>(),
            (6, 6) => Addresses<Radix6, Radix6>(),
            (5, 8) => Addresses<Radix5, Radix8>(),
            (6, 8) => Addresses<Radix6, Radix8>(),
            (8, 8) => Addresses<Radix8, Radix8>(),
            _ => throw new ArgumentOutOfRangeException(nameof(size), size, "no such transform length"),
        };
        cached = (delegate*<float*, int*, nint, float*, int*, nint, float*, float*, void>)near;
        streaming = (delegate*<float*, int*, nint, float*, int*, nint, float*, float*, void>)far;
        twiddles = (float*)NativeMemory.AlignedAlloc((nuint)(2 * r2 * (r1 - 1) * sizeof(float)), 64);
        float* next = twiddles;
        for (int n2 = 0; n2 < r2; n2++)
        {
            for (int k1 = 1; k1 < r1; k1++)
            {
                (double sin, double cos) = Math.SinCos(-2 * Math.PI * n2 * k1 / size);
                *next++ = (float)cos;
                *next++ = (float)sin;
            }
        }
    }

    public int Size { get; }

    /// <summary>Floats of scratch that a transform needs.</summary>
    public int ScratchFloats => Size * 2 * TLane.Count;

    public static Fourier<TLane> Of(int size) => Plans[Array.IndexOf(FourierSizes.All, size)];

    /// <summary>Transforms; element i is at source + sourceOffsets[i] (imaginary parts sourceImaginary floats further), likewise at the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(float* source, int* sourceOffsets, nint sourceImaginary, float* target, int* targetOffsets, nint targetImaginary, float* scratch) =>
        cached(source, sourceOffsets, sourceImaginary, target, targetOffsets, targetImaginary, twiddles, scratch);

    /// <summary>As <see cref="Run"/>, storing past the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RunStreaming(float* source, int* sourceOffsets, nint sourceImaginary, float* target, int* targetOffsets, nint targetImaginary, float* scratch) =>
        streaming(source, sourceOffsets, sourceImaginary, target, targetOffsets, targetImaginary, twiddles, scratch);

    /// <summary>The two functions as integers, which, unlike function pointers, fit in a tuple.</summary>
    private static (nint Cached, nint Streaming) Addresses<TFirst, TSecond>()
        where TFirst : IRadix
        where TSecond : IRadix
    {
        delegate*<float*, int*, nint, float*, int*, nint, float*, float*, void> cached = &Cached<TFirst, TSecond>;
        delegate*<float*, int*, nint, float*, int*, nint, float*, float*, void> streaming = &Streaming<TFirst, TSecond>;
        return ((nint)cached, (nint)streaming);
    }

    private static void Cached<TFirst, TSecond>(float* source, int* sourceOffsets, nint sourceImaginary, float* target, int* targetOffsets, nint targetImaginary, float* twiddles, float* scratch)
        where TFirst : IRadix
        where TSecond : IRadix
    {
        First<TFirst, TSecond>(source, sourceOffsets, sourceImaginary, twiddles, scratch);
        Second<TFirst, TSecond>(scratch, target, targetOffsets, targetImaginary);
    }

    private static void Streaming<TFirst, TSecond>(float* source, int* sourceOffsets, nint sourceImaginary, float* target, int* targetOffsets, nint targetImaginary, float* twiddles, float* scratch)
        where TFirst : IRadix
        where TSecond : IRadix
    {
        First<TFirst, TSecond>(source, sourceOffsets, sourceImaginary, twiddles, scratch);
        SecondStreaming<TFirst, TSecond>(scratch, target, targetOffsets, targetImaginary);
    }

    // one butterfly a method: with two, the JIT's budget for inlining runs out halfway through a pair of radix 8

    [MethodImpl(Stage)]
    private static void First<TFirst, TSecond>(float* source, int* sourceOffsets, nint sourceImaginary, float* twiddles, float* scratch)
        where TFirst : IRadix
        where TSecond : IRadix
    {
        int width = 2 * TLane.Count;
        for (int n2 = 0; n2 < TSecond.Size; n2++)
            TFirst.Transform<TLane, TableSource<TLane>, TwiddleSink<TLane>>(
                new(source, sourceOffsets + n2, TSecond.Size, sourceImaginary),
                new(scratch + (n2 * width), TSecond.Size * width, twiddles + (2 * n2 * (TFirst.Size - 1))));
    }

    [MethodImpl(Stage)]
    private static void Second<TFirst, TSecond>(float* scratch, float* target, int* targetOffsets, nint targetImaginary)
        where TFirst : IRadix
        where TSecond : IRadix
    {
        int width = 2 * TLane.Count;
        for (int k1 = 0; k1 < TFirst.Size; k1++)
            TSecond.Transform<TLane, StridedSource<TLane>, TableSink<TLane>>(
                new(scratch + (k1 * TSecond.Size * width), width), new(target, targetOffsets + k1, TFirst.Size, targetImaginary));
    }

    [MethodImpl(Stage)]
    private static void SecondStreaming<TFirst, TSecond>(float* scratch, float* target, int* targetOffsets, nint targetImaginary)
        where TFirst : IRadix
        where TSecond : IRadix
    {
        int width = 2 * TLane.Count;
        for (int k1 = 0; k1 < TFirst.Size; k1++)
            TSecond.Transform<TLane, StridedSource<TLane>, StreamingSink<TLane>>(
                new(scratch + (k1 * TSecond.Size * width), width), new(target, targetOffsets + k1, TFirst.Size, targetImaginary));
    }
}
