using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>The weights of Eq. 2-5.</summary>
/// <param name="Division">w_div, [C, 1, k, k].</param>
/// <param name="Sigma">sigma, [C].</param>
/// <param name="Excitation">w_exc, [C, C, k, k].</param>
/// <param name="Inhibition">w_inh, [C, C, k, k].</param>
/// <param name="ExcitationBias">[C] or null.</param>
/// <param name="InhibitionBias">[C] or null.</param>
internal readonly record struct LateralWeights(
    Tensor Division, Tensor Sigma, Tensor Excitation, Tensor Inhibition, Tensor? ExcitationBias, Tensor? InhibitionBias);

/// <summary>
/// Eq. 2-5 in libtorch's operations, as anyone would write them: on any device and in any floating type. The fast kernels
/// are measured and tested against this. Scalars are handed in by who keeps them: one made on the fly can be finalised while
/// libtorch still reads it.
/// </summary>
internal static class LateralEquations
{
    /// <summary>Yn = Y^2 / (w_div * Y^2 + sigma^2 + epsilon), Eq. 2.</summary>
    public static Tensor Normalized(Tensor input, in LateralWeights weights, Scalar epsilon)
    {
        long channels = input.shape[1];
        var energy = input.Squared();
        var pool = F.conv2d(energy, weights.Division, padding: Half(weights.Division), groups: channels);
        return energy / pool.Plus(weights.Sigma.Squared().Plus(epsilon).view(1, channels, 1, 1));
    }

    /// <summary>E = w_exc * source + b_exc, Eq. 3.</summary>
    public static Tensor Excitation(Tensor source, in LateralWeights weights) =>
        F.conv2d(source, weights.Excitation, weights.ExcitationBias, padding: Half(weights.Excitation));

    /// <summary>I = w_inh * Yn + b_inh, Eq. 4.</summary>
    public static Tensor Inhibition(Tensor normalized, in LateralWeights weights) =>
        F.conv2d(normalized, weights.Inhibition, weights.InhibitionBias, padding: Half(weights.Inhibition));

    /// <summary>Z~ = Yn + E - I, Eq. 5, from Y.</summary>
    public static Tensor Integrated(Tensor input, in LateralWeights weights, ExcitationSource excites, Scalar epsilon)
    {
        var normalized = Normalized(input, weights, epsilon);
        var source = excites == ExcitationSource.Input ? input : normalized;
        return normalized.Plus(Excitation(source, weights)) - Inhibition(normalized, weights);
    }

    private static long[] Half(Tensor kernel) => [kernel.shape[2] / 2, kernel.shape[3] / 2];
}
