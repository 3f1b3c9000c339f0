using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DivNorm.Kernels;

/// <summary>Four floats, on any CPU: NEON, SSE, or the runtime's scalar emulation. Fuses multiply and add only where the CPU can.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct Lane128(Vector128<float> value) : ILane<Lane128>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector128<float> value = value;

    public static int Count => 4;

    public static int PanelVectors => AdvSimd.IsSupported ? 4 : 2;

    [MethodImpl(Inline)]
    public static Lane128 operator +(Lane128 a, Lane128 b) => new(a.value + b.value);

    [MethodImpl(Inline)]
    public static Lane128 operator -(Lane128 a, Lane128 b) => new(a.value - b.value);

    [MethodImpl(Inline)]
    public static Lane128 operator *(Lane128 a, Lane128 b) => new(a.value * b.value);

    [MethodImpl(Inline)]
    public static Lane128 operator /(Lane128 a, Lane128 b) => new(a.value / b.value);

    [MethodImpl(Inline)]
    public static Lane128 MulAdd(Lane128 a, Lane128 b, Lane128 c) => new(Vector128.MultiplyAddEstimate(a.value, b.value, c.value));

    [MethodImpl(Inline)]
    public static Lane128 NegMulAdd(Lane128 a, Lane128 b, Lane128 c) => new(Vector128.MultiplyAddEstimate(-a.value, b.value, c.value));

    [MethodImpl(Inline)]
    public static Lane128 Max(Lane128 a, Lane128 b) => new(Vector128.Max(a.value, b.value));

    [MethodImpl(Inline)]
    public static float Sum(Lane128 a) => Vector128.Sum(a.value);

    [MethodImpl(Inline)]
    public static Lane128 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static Lane128 Load(float* source) => new(Vector128.Load(source));

    /// <summary>A masked load where the CPU has one, else by way of the stack.</summary>
    [MethodImpl(Inline)]
    public static Lane128 LoadPartial(float* source, int count)
    {
        if (Avx.IsSupported)
            return new(Avx.MaskLoad(source, Mask(count)));
        Vector128<float> whole = default;
        float* copy = (float*)&whole;
        for (int i = 0; i < count; i++)
            copy[i] = source[i];
        return new(whole);
    }

    /// <summary>Floats <paramref name="from"/> up to <paramref name="to"/> in their places; the other lanes are zero and not read.</summary>
    [MethodImpl(Inline)]
    public static Lane128 LoadBetween(float* source, int from, int to)
    {
        if (from == 0 && to == 4)
            return Load(source);
        if (Avx.IsSupported)
            return new(Avx.MaskLoad(source, Vector128.AndNot(Mask(to), Mask(from))));
        Vector128<float> whole = default;
        float* copy = (float*)&whole;
        for (int i = from; i < to; i++)
            copy[i] = source[i];
        return new(whole);
    }

    [MethodImpl(Inline)]
    public static void Store(Lane128 value, float* target) => Vector128.Store(value.value, target);

    /// <summary>An ordinary store: half a register pair would fill only half of a cache line.</summary>
    [MethodImpl(Inline)]
    public static void StoreStreaming(Lane128 value, float* target) => Vector128.Store(value.value, target);

    [MethodImpl(Inline)]
    public static void StorePartial(Lane128 value, float* target, int count)
    {
        if (Avx.IsSupported)
        {
            Avx.MaskStore(target, Mask(count), value.value);
            return;
        }
        float* copy = (float*)&value;
        for (int i = 0; i < count; i++)
            target[i] = copy[i];
    }

    [MethodImpl(Inline)]
    public static void LoadColumns(float* source, nint stride, out Lane128 c0, out Lane128 c1, out Lane128 c2, out Lane128 c3) =>
        Transpose(Vector128.Load(source), Vector128.Load(source + stride), Vector128.Load(source + (2 * stride)), Vector128.Load(source + (3 * stride)), out c0, out c1, out c2, out c3);

    [MethodImpl(Inline)]
    public static void StoreColumns(Lane128 c0, Lane128 c1, Lane128 c2, Lane128 c3, float* target, nint stride)
    {
        Transpose(c0.value, c1.value, c2.value, c3.value, out Lane128 r0, out Lane128 r1, out Lane128 r2, out Lane128 r3);
        Store(r0, target);
        Store(r1, target + stride);
        Store(r2, target + (2 * stride));
        Store(r3, target + (3 * stride));
    }

    [MethodImpl(Inline)]
    private static Vector128<float> Mask(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    private static void Transpose(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d, out Lane128 r0, out Lane128 r1, out Lane128 r2, out Lane128 r3)
    {
        Vector128<float> acLow = InterleaveLow(a, c), acHigh = InterleaveHigh(a, c), bdLow = InterleaveLow(b, d), bdHigh = InterleaveHigh(b, d);
        r0 = new(InterleaveLow(acLow, bdLow));
        r1 = new(InterleaveHigh(acLow, bdLow));
        r2 = new(InterleaveLow(acHigh, bdHigh));
        r3 = new(InterleaveHigh(acHigh, bdHigh));
    }

    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(Inline)]
    private static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(Inline)]
    private static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
