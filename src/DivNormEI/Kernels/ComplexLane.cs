using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>As many complex numbers as a register has lanes: real parts in one register, imaginary parts in another.</summary>
internal readonly unsafe struct ComplexLane<TLane>(TLane re, TLane im)
    where TLane : unmanaged, ILane<TLane>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public readonly TLane Re = re;
    public readonly TLane Im = im;

    [MethodImpl(Inline)]
    public static ComplexLane<TLane> operator +(ComplexLane<TLane> a, ComplexLane<TLane> b) => new(a.Re + b.Re, a.Im + b.Im);

    [MethodImpl(Inline)]
    public static ComplexLane<TLane> operator -(ComplexLane<TLane> a, ComplexLane<TLane> b) => new(a.Re - b.Re, a.Im - b.Im);

    /// <summary>this + i b.</summary>
    [MethodImpl(Inline)]
    public ComplexLane<TLane> PlusI(ComplexLane<TLane> b) => new(Re - b.Im, Im + b.Re);

    /// <summary>this - i b.</summary>
    [MethodImpl(Inline)]
    public ComplexLane<TLane> MinusI(ComplexLane<TLane> b) => new(Re + b.Im, Im - b.Re);

    /// <summary>this + s b for a real s.</summary>
    [MethodImpl(Inline)]
    public ComplexLane<TLane> PlusScaled(TLane s, ComplexLane<TLane> b) => new(TLane.MulAdd(s, b.Re, Re), TLane.MulAdd(s, b.Im, Im));

    /// <summary>this - s b for a real s.</summary>
    [MethodImpl(Inline)]
    public ComplexLane<TLane> MinusScaled(TLane s, ComplexLane<TLane> b) => new(TLane.NegMulAdd(s, b.Re, Re), TLane.NegMulAdd(s, b.Im, Im));

    /// <summary>this * (cos + i sin).</summary>
    [MethodImpl(Inline)]
    public ComplexLane<TLane> Rotate(TLane cos, TLane sin) => new(TLane.NegMulAdd(sin, Im, cos * Re), TLane.MulAdd(sin, Re, cos * Im));
}
