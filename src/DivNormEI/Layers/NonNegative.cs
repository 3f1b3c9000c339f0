using DivNorm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// The constraint w >= 0 as a projection in place: what is below zero becomes zero, as the paper's clamp after every
/// step does. A layer calls it wherever its weights can be seen, so that no training loop has to.
/// </summary>
internal static class NonNegative
{
    private static readonly Scalar Zero = 0;

    /// <summary>
    /// Sets the negative elements of <paramref name="weights"/> to zero. Weights without one are not written to: a second
    /// forward pass before a backward pass must not touch tensors that autograd has saved.
    /// </summary>
    public static void Project(params ReadOnlySpan<Tensor?> weights)
    {
        foreach (var weight in weights)
        {
            if (weight is null || weight.numel() == 0)
                continue;
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            if (HasNegative(weight))
                weight.clamp_(min: Zero);
        }
    }

    /// <summary>Every pass asks: a look at the memory, where it can be had, costs a tenth of libtorch's reduction and its tensors.</summary>
    private static unsafe bool HasNegative(Tensor weight) =>
        weight.dtype == ScalarType.Float32 && weight.device_type == DeviceType.CPU && weight.is_contiguous()
            ? Signs.AnyNegative(TensorMemory.Pointer(weight), weight.numel())
            : weight.detach().min().ToDouble() < 0;
}
