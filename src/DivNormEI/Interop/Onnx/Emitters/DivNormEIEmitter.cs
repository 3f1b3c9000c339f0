using DivNorm.Layers;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Interop.Onnx.Emitters;

/// <summary>
/// Eq. 2-6 of <see cref="Layers.DivNormEI"/> as convolutions: sigma^2 + epsilon is the bias of the pool; the batch norm, a scale s and a shift t in eval mode,
/// is folded into the lateral weights; and what reads Yn (Yn itself, I, and E in the authors' code) is one convolution.
/// <code>
/// Z = ReLU(K * Yn + s w_exc * Y),   K = s (1 + w_exc - w_inh) + shift, with w_exc in it only where E reads Yn
/// </code>
/// The parts that a lesion leaves out are left out of K; with nothing but 1 in it K is a multiplication.
/// </summary>
internal static class DivNormEIEmitter
{
    public static string Emit(OnnxGraph graph, Layers.DivNormEI layer, string input)
    {
        var energy = graph.Square("energy", input);
        var floor = layer.Sigma.to(ScalarType.Float64).square() + layer.Options.Epsilon;
        var pool = graph.Convolution("pool", energy, layer.DivisionWeight, floor, groups: layer.Channels);
        var normalized = graph.Node("Div", "normalized", [energy, pool]);

        bool readsInput = layer.Options.ExcitationSource == ExcitationSource.Input;
        var norm = ChannelAffine.Of(layer.BatchNorm);
        var bias = Difference(layer.ExcitationBias?.view(-1, 1, 1, 1), layer.InhibitionBias?.view(-1, 1, 1, 1))?.view(-1);
        var integrated = Difference(readsInput ? null : layer.ExcitationWeight, layer.InhibitionWeight) is { } lateral
            ? graph.Convolution("lateral", normalized, norm.OfWeight(WithSelf(lateral)), norm.OfBias(bias))
            : graph.Affine("divided", normalized, norm with { Shift = norm.OfBias(bias) });
        if (readsInput && layer.ExcitationWeight is { } weight)
            integrated = graph.Node("Add", "integrated", [integrated, graph.Convolution("excitation", input, norm.OfWeight(weight))]);
        return graph.Rectify("output", integrated);
    }

    /// <summary>Excitation minus inhibition, [C, C, k, k] of the larger k, Float64; null where there is neither.</summary>
    private static Tensor? Difference(Tensor? excitation, Tensor? inhibition)
    {
        if (excitation is null || inhibition is null)
            return (inhibition is null ? excitation : -inhibition)?.to(ScalarType.Float64);
        long side = Math.Max(excitation.shape[^1], inhibition.shape[^1]);
        return Padded(excitation) - Padded(inhibition);

        Tensor Padded(Tensor weight)
        {
            long margin = (side - weight.shape[^1]) / 2;
            return F.pad(weight.to(ScalarType.Float64), [margin, margin, margin, margin]);
        }
    }

    /// <summary>A kernel and the cell's own input, the first term of Eq. 5.</summary>
    private static Tensor WithSelf(Tensor kernel)
    {
        var sum = kernel.clone();
        sum.select(3, sum.shape[3] / 2).select(2, sum.shape[2] / 2).diagonal().add_(1);
        return sum;
    }
}
