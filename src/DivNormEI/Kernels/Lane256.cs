using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DivNorm.Kernels;

/// <summary>Eight floats in an AVX2 register with FMA.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct Lane256(Vector256<float> value) : ILane<Lane256>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector256<float> value = value;

    public static int Count => 8;

    public static int PanelVectors => 2;

    [MethodImpl(Inline)]
    public static Lane256 operator +(Lane256 a, Lane256 b) => new(a.value + b.value);

    [MethodImpl(Inline)]
    public static Lane256 operator -(Lane256 a, Lane256 b) => new(a.value - b.value);

    [MethodImpl(Inline)]
    public static Lane256 operator *(Lane256 a, Lane256 b) => new(a.value * b.value);

    [MethodImpl(Inline)]
    public static Lane256 operator /(Lane256 a, Lane256 b) => new(a.value / b.value);

    [MethodImpl(Inline)]
    public static Lane256 MulAdd(Lane256 a, Lane256 b, Lane256 c) => new(Fma.MultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(Inline)]
    public static Lane256 NegMulAdd(Lane256 a, Lane256 b, Lane256 c) => new(Fma.MultiplyAddNegated(a.value, b.value, c.value));

    [MethodImpl(Inline)]
    public static Lane256 Max(Lane256 a, Lane256 b) => new(Vector256.Max(a.value, b.value));

    [MethodImpl(Inline)]
    public static float Sum(Lane256 a) => Vector256.Sum(a.value);

    [MethodImpl(Inline)]
    public static Lane256 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static Lane256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(Inline)]
    public static Lane256 LoadPartial(float* source, int count) => new(Avx.MaskLoad(source, Mask(count)));

    [MethodImpl(Inline)]
    public static void Store(Lane256 value, float* target) => Vector256.Store(value.value, target);

    [MethodImpl(Inline)]
    public static void StoreStreaming(Lane256 value, float* target) => Vector256.StoreAlignedNonTemporal(value.value, target);

    [MethodImpl(Inline)]
    public static void StorePartial(Lane256 value, float* target, int count) => Avx.MaskStore(target, Mask(count), value.value);

    [MethodImpl(Inline)]
    public static void LoadColumns(float* source, nint stride, out Lane256 c0, out Lane256 c1, out Lane256 c2, out Lane256 c3)
    {
        nint far = 4 * stride;
        Transpose(Gather(source, far), Gather(source + stride, far), Gather(source + (2 * stride), far), Gather(source + (3 * stride), far), out c0, out c1, out c2, out c3);
    }

    [MethodImpl(Inline)]
    public static void StoreColumns(Lane256 c0, Lane256 c1, Lane256 c2, Lane256 c3, float* target, nint stride)
    {
        nint far = 4 * stride;
        Transpose(c0.value, c1.value, c2.value, c3.value, out Lane256 r0, out Lane256 r1, out Lane256 r2, out Lane256 r3);
        Scatter(r0.value, target, far);
        Scatter(r1.value, target + stride, far);
        Scatter(r2.value, target + (2 * stride), far);
        Scatter(r3.value, target + (3 * stride), far);
    }

    [MethodImpl(Inline)]
    private static Vector256<float> Mask(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    private static Vector256<float> Gather(float* p, nint far) => Avx.InsertVector128(Vector128.Load(p).ToVector256Unsafe(), Vector128.Load(p + far), 1);

    [MethodImpl(Inline)]
    private static void Scatter(Vector256<float> v, float* p, nint far)
    {
        Vector128.Store(v.GetLower(), p);
        Vector128.Store(Avx.ExtractVector128(v, 1), p + far);
    }

    /// <summary>Two 4x4 transposes, one in each 128-bit half.</summary>
    [MethodImpl(Inline)]
    private static void Transpose(
        Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, out Lane256 r0, out Lane256 r1, out Lane256 r2, out Lane256 r3)
    {
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        r0 = new(Avx.UnpackLow(abLow, cdLow).AsSingle());
        r1 = new(Avx.UnpackHigh(abLow, cdLow).AsSingle());
        r2 = new(Avx.UnpackLow(abHigh, cdHigh).AsSingle());
        r3 = new(Avx.UnpackHigh(abHigh, cdHigh).AsSingle());
    }
}
