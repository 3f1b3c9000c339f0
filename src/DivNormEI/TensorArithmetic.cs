using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm;

/// <summary>
/// Squares and sums. TorchSharp's <c>square</c>, <c>add</c> and <c>+</c> are the same operations, but make an exponent or a factor of 1 on the fly: a
/// collection at the wrong moment has it finalised while libtorch still reads it, and the result is then a wrong number or an internal error.
/// </summary>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1;
    private static readonly Scalar Two = 2;

    /// <summary>x^2, element by element.</summary>
    public static Tensor Squared(this Tensor x) => x.pow(Two);

    /// <summary>x + y, element by element.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + y, which the caller keeps.</summary>
    public static Tensor Plus(this Tensor x, Scalar y) => x.add(y, One);

    /// <summary>x + y in place of x.</summary>
    public static Tensor Plus_(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x + y, which the caller keeps, in place of x.</summary>
    public static Tensor Plus_(this Tensor x, Scalar y) => x.add_(y, One);
}
