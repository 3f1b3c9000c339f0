using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DivNorm.Kernels;

/// <summary>Sixteen floats in an AVX-512 register; edges by mask registers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct Lane512(Vector512<float> value) : ILane<Lane512>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private readonly Vector512<float> value = value;

    public static int Count => 16;

    public static int PanelVectors => 4;

    [MethodImpl(Inline)]
    public static Lane512 operator +(Lane512 a, Lane512 b) => new(a.value + b.value);

    [MethodImpl(Inline)]
    public static Lane512 operator -(Lane512 a, Lane512 b) => new(a.value - b.value);

    [MethodImpl(Inline)]
    public static Lane512 operator *(Lane512 a, Lane512 b) => new(a.value * b.value);

    [MethodImpl(Inline)]
    public static Lane512 operator /(Lane512 a, Lane512 b) => new(a.value / b.value);

    [MethodImpl(Inline)]
    public static Lane512 MulAdd(Lane512 a, Lane512 b, Lane512 c) => new(Avx512F.FusedMultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(Inline)]
    public static Lane512 NegMulAdd(Lane512 a, Lane512 b, Lane512 c) => new(Avx512F.FusedMultiplyAddNegated(a.value, b.value, c.value));

    [MethodImpl(Inline)]
    public static Lane512 Max(Lane512 a, Lane512 b) => new(Vector512.Max(a.value, b.value));

    [MethodImpl(Inline)]
    public static float Sum(Lane512 a) => Vector512.Sum(a.value);

    [MethodImpl(Inline)]
    public static Lane512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(Inline)]
    public static Lane512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(Inline)]
    public static Lane512 LoadPartial(float* source, int count) => new(Avx512F.MaskLoad(source, Mask(count), Vector512<float>.Zero));

    [MethodImpl(Inline)]
    public static void Store(Lane512 value, float* target) => Vector512.Store(value.value, target);

    [MethodImpl(Inline)]
    public static void StoreStreaming(Lane512 value, float* target) => Vector512.StoreAlignedNonTemporal(value.value, target);

    [MethodImpl(Inline)]
    public static void StorePartial(Lane512 value, float* target, int count) => Avx512F.MaskStore(target, Mask(count), value.value);

    [MethodImpl(Inline)]
    public static void LoadColumns(float* source, nint stride, out Lane512 c0, out Lane512 c1, out Lane512 c2, out Lane512 c3)
    {
        nint far = 4 * stride;
        Transpose(Gather(source, far), Gather(source + stride, far), Gather(source + (2 * stride), far), Gather(source + (3 * stride), far), out c0, out c1, out c2, out c3);
    }

    [MethodImpl(Inline)]
    public static void StoreColumns(Lane512 c0, Lane512 c1, Lane512 c2, Lane512 c3, float* target, nint stride)
    {
        nint far = 4 * stride;
        Transpose(c0.value, c1.value, c2.value, c3.value, out Lane512 r0, out Lane512 r1, out Lane512 r2, out Lane512 r3);
        Scatter(r0.value, target, far);
        Scatter(r1.value, target + stride, far);
        Scatter(r2.value, target + (2 * stride), far);
        Scatter(r3.value, target + (3 * stride), far);
    }

    /// <summary>All ones in the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector512<float> Mask(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    private static Vector512<float> Gather(float* p, nint far)
    {
        Vector512<float> v = Vector128.Load(p).ToVector256Unsafe().ToVector512Unsafe();
        v = Avx512F.InsertVector128(v, Vector128.Load(p + far), 1);
        v = Avx512F.InsertVector128(v, Vector128.Load(p + (2 * far)), 2);
        return Avx512F.InsertVector128(v, Vector128.Load(p + (3 * far)), 3);
    }

    [MethodImpl(Inline)]
    private static void Scatter(Vector512<float> v, float* p, nint far)
    {
        Vector128.Store(v.GetLower().GetLower(), p);
        Vector128.Store(Avx512F.ExtractVector128(v, 1), p + far);
        Vector128.Store(Avx512F.ExtractVector128(v, 2), p + (2 * far));
        Vector128.Store(Avx512F.ExtractVector128(v, 3), p + (3 * far));
    }

    /// <summary>Four 4x4 transposes, one in each 128-bit quarter.</summary>
    [MethodImpl(Inline)]
    private static void Transpose(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, out Lane512 r0, out Lane512 r1, out Lane512 r2, out Lane512 r3)
    {
        Vector512<double> abLow = Avx512F.UnpackLow(a, b).AsDouble(), abHigh = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> cdLow = Avx512F.UnpackLow(c, d).AsDouble(), cdHigh = Avx512F.UnpackHigh(c, d).AsDouble();
        r0 = new(Avx512F.UnpackLow(abLow, cdLow).AsSingle());
        r1 = new(Avx512F.UnpackHigh(abLow, cdLow).AsSingle());
        r2 = new(Avx512F.UnpackLow(abHigh, cdHigh).AsSingle());
        r3 = new(Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle());
    }
}
