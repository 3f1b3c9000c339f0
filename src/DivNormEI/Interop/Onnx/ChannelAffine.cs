using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Interop.Onnx;

/// <summary>A scale and a shift a channel, [C] each, Float64: what a batch norm is in eval mode. Folded into weights, it is rounded with them, once.</summary>
/// <param name="Scale">What a channel is multiplied by.</param>
/// <param name="Shift">What is then added.</param>
internal sealed record ChannelAffine(Tensor Scale, Tensor Shift)
{
    /// <summary>A batch norm in eval mode.</summary>
    /// <exception cref="ArgumentException">It keeps no running statistics.</exception>
    public static ChannelAffine Of(BatchNorm2d norm)
    {
        if (norm.running_mean is null || norm.running_var is null)
            throw new ArgumentException("Export needs the running statistics of a batch norm, and this one keeps none.", nameof(norm));
        var scale = (Double(norm.running_var) + norm.eps).rsqrt();
        if (norm.weight is not null)
            scale *= Double(norm.weight);
        var shift = -Double(norm.running_mean) * scale;
        return new ChannelAffine(scale, norm.bias is null ? shift : shift + Double(norm.bias));
    }

    /// <summary>The weight [C, in / groups, k, k] of a convolution that is followed by this.</summary>
    public Tensor OfWeight(Tensor weight) => Double(weight) * Scale.view(-1, 1, 1, 1);

    /// <summary>The weight [in, C / groups, k, k] of a transposed convolution that is followed by this.</summary>
    public Tensor OfTransposedWeight(Tensor weight, long groups) =>
        (Double(weight).view(groups, -1, weight.shape[1], weight.shape[2], weight.shape[3]) * Scale.view(groups, 1, -1, 1, 1)).view(weight.shape);

    /// <summary>The bias of a convolution that is followed by this.</summary>
    /// <param name="bias">[C], or null for none.</param>
    public Tensor OfBias(Tensor? bias) => bias is null ? Shift : Double(bias) * Scale + Shift;

    private static Tensor Double(Tensor tensor) => tensor.detach().cpu().to(ScalarType.Float64);
}
