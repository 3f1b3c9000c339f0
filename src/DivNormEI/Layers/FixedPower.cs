using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>x^n with a fixed n greater than 0, by the cheapest operation that gives it.</summary>
internal sealed class FixedPower(double exponent) : IDisposable
{
    private readonly Scalar scalar = exponent;

    /// <summary>|x|^n. Its gradient is finite at 0 for n of 1 and more.</summary>
    public Tensor OfMagnitude(Tensor x) => exponent switch
    {
        1 => x.abs(),
        2 => x.Squared(),
        _ => x.abs().pow(scalar),
    };

    /// <summary>x^n of an x above 0.</summary>
    public Tensor OfPositive(Tensor x) => exponent switch
    {
        0.5 => x.sqrt(),
        1 => x,
        2 => x.Squared(),
        _ => x.pow(scalar),
    };

    /// <inheritdoc/>
    public void Dispose() => scalar.Dispose();
}
