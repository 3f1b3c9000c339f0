using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// x^2. TorchSharp's <c>square</c> is the same operation, but makes its exponent on the fly: a collection at the wrong moment has it finalised while libtorch
/// still reads it, and the square is then a wrong number or an internal error.
/// </summary>
internal static class TensorSquare
{
    private static readonly Scalar Two = 2;

    /// <summary>x^2, element by element.</summary>
    public static Tensor Squared(this Tensor x) => x.pow(Two);
}
