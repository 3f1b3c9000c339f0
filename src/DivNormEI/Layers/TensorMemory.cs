using DivNorm.Kernels;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>The way from tensors to the memory that the kernels work on.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The first element of a contiguous float32 tensor on the CPU.</summary>
    public static float* Pointer(Tensor tensor) => (float*)tensor.storage<float>().data_ptr() + tensor.storage_offset();

    /// <summary>The same, or null for no tensor.</summary>
    public static float* PointerOrNull(Tensor? tensor) => tensor is null ? null : Pointer(tensor);

    /// <summary>The values of a float32 tensor on the CPU.</summary>
    public static float[] Values(Tensor tensor)
    {
        using var contiguous = tensor.detach().contiguous();
        return new ReadOnlySpan<float>(Pointer(contiguous), checked((int)contiguous.numel())).ToArray();
    }

    /// <summary>The spectra of w_exc and w_inh, contiguous float32 on the CPU.</summary>
    public static WeightSpectra Transform(LateralPlan plan, Tensor excitation, Tensor inhibition) =>
        plan.Transform(Pointer(excitation), Pointer(inhibition), get_num_threads());
}
