using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>A small discrete Fourier transform, X[k] = sum_n x[n] exp(-2 pi i n k / Size), each lane a transform of its own.</summary>
internal interface IRadix
{
    static abstract int Size { get; }

    static abstract void Transform<TLane, TSource, TSink>(TSource x, TSink y)
        where TLane : unmanaged, ILane<TLane>
        where TSource : ISource<TLane>
        where TSink : ISink<TLane>;
}

/// <summary>16 additions.</summary>
internal readonly struct Radix4 : IRadix
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLane, TSource, TSink>(TSource x, TSink y)
        where TLane : unmanaged, ILane<TLane>
        where TSource : ISource<TLane>
        where TSink : ISink<TLane>
    {
        ComplexLane<TLane> x0 = x.Load(0), x2 = x.Load(2), x1 = x.Load(1), x3 = x.Load(3);
        ComplexLane<TLane> even = x0 + x2, odd = x1 + x3, evenDifference = x0 - x2, oddDifference = x1 - x3;
        y.Store(0, even + odd);
        y.Store(1, evenDifference.MinusI(oddDifference));
        y.Store(2, even - odd);
        y.Store(3, evenDifference.PlusI(oddDifference));
    }
}

/// <summary>Pairs (1, 4) and (2, 3) share their cosines and, up to sign, their sines.</summary>
internal readonly struct Radix5 : IRadix
{
    private const float Cos1 = 0.309016994374947424f;
    private const float Cos2 = -0.809016994374947424f;
    private const float Sin1 = 0.951056516295153572f;
    private const float Sin2 = 0.587785252292473129f;

    public static int Size => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLane, TSource, TSink>(TSource x, TSink y)
        where TLane : unmanaged, ILane<TLane>
        where TSource : ISource<TLane>
        where TSink : ISink<TLane>
    {
        ComplexLane<TLane> x0 = x.Load(0), x1 = x.Load(1), x4 = x.Load(4), x2 = x.Load(2), x3 = x.Load(3);
        ComplexLane<TLane> outer = x1 + x4, inner = x2 + x3, outerDifference = x1 - x4, innerDifference = x2 - x3;
        TLane cos1 = TLane.Broadcast(Cos1), cos2 = TLane.Broadcast(Cos2), sin1 = TLane.Broadcast(Sin1), sin2 = TLane.Broadcast(Sin2);
        y.Store(0, x0 + outer + inner);

        ComplexLane<TLane> even1 = x0.PlusScaled(cos1, outer).PlusScaled(cos2, inner);
        ComplexLane<TLane> odd1 = new ComplexLane<TLane>(sin1 * outerDifference.Re, sin1 * outerDifference.Im).PlusScaled(sin2, innerDifference);
        y.Store(1, even1.MinusI(odd1));
        y.Store(4, even1.PlusI(odd1));

        ComplexLane<TLane> even2 = x0.PlusScaled(cos2, outer).PlusScaled(cos1, inner);
        ComplexLane<TLane> odd2 = new ComplexLane<TLane>(sin2 * outerDifference.Re, sin2 * outerDifference.Im).MinusScaled(sin1, innerDifference);
        y.Store(2, even2.MinusI(odd2));
        y.Store(3, even2.PlusI(odd2));
    }
}

/// <summary>Two interleaved transforms of 3, joined without twiddles (Good and Thomas).</summary>
internal readonly struct Radix6 : IRadix
{
    private const float Sin = 0.866025403784438647f;

    public static int Size => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLane, TSource, TSink>(TSource x, TSink y)
        where TLane : unmanaged, ILane<TLane>
        where TSource : ISource<TLane>
        where TSink : ISink<TLane>
    {
        Three(x.Load(0), x.Load(2), x.Load(4), out ComplexLane<TLane> a0, out ComplexLane<TLane> a1, out ComplexLane<TLane> a2);
        Three(x.Load(3), x.Load(5), x.Load(1), out ComplexLane<TLane> b0, out ComplexLane<TLane> b1, out ComplexLane<TLane> b2);
        y.Store(0, a0 + b0);
        y.Store(3, a0 - b0);
        y.Store(4, a1 + b1);
        y.Store(1, a1 - b1);
        y.Store(2, a2 + b2);
        y.Store(5, a2 - b2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Three<TLane>(
        ComplexLane<TLane> x0, ComplexLane<TLane> x1, ComplexLane<TLane> x2, out ComplexLane<TLane> y0, out ComplexLane<TLane> y1, out ComplexLane<TLane> y2)
        where TLane : unmanaged, ILane<TLane>
    {
        ComplexLane<TLane> sum = x1 + x2, difference = x1 - x2;
        ComplexLane<TLane> middle = x0.MinusScaled(TLane.Broadcast(0.5f), sum);
        TLane sin = TLane.Broadcast(Sin);
        y0 = x0 + sum;
        y1 = new(TLane.MulAdd(sin, difference.Im, middle.Re), TLane.NegMulAdd(sin, difference.Re, middle.Im));
        y2 = new(TLane.NegMulAdd(sin, difference.Im, middle.Re), TLane.MulAdd(sin, difference.Re, middle.Im));
    }
}

/// <summary>Two transforms of 4; the eighth roots of one need only the factor sqrt(1/2), fused into the last additions.</summary>
internal readonly struct Radix8 : IRadix
{
    private const float SqrtHalf = 0.707106781186547524f;

    public static int Size => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<TLane, TSource, TSink>(TSource x, TSink y)
        where TLane : unmanaged, ILane<TLane>
        where TSource : ISource<TLane>
        where TSink : ISink<TLane>
    {
        ComplexLane<TLane> x0 = x.Load(0), x4 = x.Load(4), x2 = x.Load(2), x6 = x.Load(6);
        ComplexLane<TLane> sum04 = x0 + x4, difference04 = x0 - x4, sum26 = x2 + x6, difference26 = x2 - x6;
        ComplexLane<TLane> x1 = x.Load(1), x5 = x.Load(5), x3 = x.Load(3), x7 = x.Load(7);
        ComplexLane<TLane> sum15 = x1 + x5, difference15 = x1 - x5, sum37 = x3 + x7, difference37 = x3 - x7;

        ComplexLane<TLane> even = sum04 + sum26, odd = sum15 + sum37, evenTurn = sum04 - sum26, oddTurn = sum15 - sum37;
        y.Store(0, even + odd);
        y.Store(4, even - odd);
        y.Store(2, evenTurn.MinusI(oddTurn));
        y.Store(6, evenTurn.PlusI(oddTurn));

        TLane h = TLane.Broadcast(SqrtHalf);
        ComplexLane<TLane> even1 = difference04.MinusI(difference26), odd1 = difference15.MinusI(difference37);
        ComplexLane<TLane> turned1 = new(odd1.Re + odd1.Im, odd1.Im - odd1.Re); // (1 - i) odd1
        y.Store(1, even1.PlusScaled(h, turned1));
        y.Store(5, even1.MinusScaled(h, turned1));

        ComplexLane<TLane> even3 = difference04.PlusI(difference26), odd3 = difference15.PlusI(difference37);
        ComplexLane<TLane> turned3 = new(odd3.Re - odd3.Im, odd3.Re + odd3.Im); // (1 + i) odd3
        y.Store(3, even3.MinusScaled(h, turned3));
        y.Store(7, even3.PlusScaled(h, turned3));
    }
}
