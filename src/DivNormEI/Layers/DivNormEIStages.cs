using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>What <see cref="DivNormEI"/> computes on its way, each [N, C, H, W]. Disposing it disposes the tensors.</summary>
/// <param name="Normalized">Yn, Eq. 2: 0 or greater.</param>
/// <param name="Excitation">E, Eq. 3: 0 where the layer has no excitation.</param>
/// <param name="Inhibition">I, Eq. 4: 0 where the layer has no inhibition.</param>
/// <param name="Integrated">Z~ = Yn + E - I, Eq. 5.</param>
/// <param name="Output">Z = ReLU(BN(Z~)), Eq. 6.</param>
public sealed record DivNormEIStages(Tensor Normalized, Tensor Excitation, Tensor Inhibition, Tensor Integrated, Tensor Output) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Normalized.Dispose();
        Excitation.Dispose();
        Inhibition.Dispose();
        Integrated.Dispose();
        Output.Dispose();
    }
}
