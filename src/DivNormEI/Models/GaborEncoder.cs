using DivNorm.Filters;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Models;

/// <summary>
/// The fixed front end of the paper's Experiment 1: a bank of Gabor filters as a convolution without bias, then a ReLU.
/// The filters are not trained. Smaller filters are centred in the largest, so that all maps share one grid.
/// </summary>
public sealed class GaborEncoder : nn.Module<Tensor, Tensor>
{
    private readonly Tensor filters;

    /// <summary>An encoder of one bank.</summary>
    /// <param name="bank">The filters, one an output channel.</param>
    /// <param name="stride">Step of the convolution in pixels, 1 or more.</param>
    /// <param name="device">Where the filters live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stride is below 1.</exception>
    public GaborEncoder(GaborBank bank, int stride, Device? device = null, ScalarType? dtype = null)
        : base(nameof(GaborEncoder))
    {
        ArgumentNullException.ThrowIfNull(bank);
        if (stride < 1)
            throw new ArgumentOutOfRangeException(nameof(stride), stride, $"stride is {stride}; it must be 1 or more.");
        Bank = bank;
        Stride = stride;
        using (NewDisposeScope())
            filters = bank.PaddedKernels(dtype ?? get_default_dtype()).to(device ?? get_default_device()).DetachFromDisposeScope();
        register_buffer(nameof(filters), filters, persistent: false);
        RegisterComponents();
    }

    /// <summary>The bank.</summary>
    public GaborBank Bank { get; }

    /// <summary>Step of the convolution in pixels.</summary>
    public int Stride { get; }

    /// <summary>The filters as convolution weights, [filters, 1, largest size, largest size].</summary>
    internal Tensor Filters => filters;

    /// <summary>max(0, filter * image), zero-padded by half the largest filter.</summary>
    /// <param name="image">[N, 1, H, W], grey values.</param>
    /// <returns>[N, filters, ceil(H / stride), ceil(W / stride)].</returns>
    public override Tensor forward(Tensor image)
    {
        using var scope = NewDisposeScope();
        long half = Bank.LargestSize / 2;
        var kernels = filters.to(image.dtype, image.device); // TorchSharp moves no buffers that are not persistent
        return F.relu(F.conv2d(image, kernels, strides: [Stride, Stride], padding: [half, half])).MoveToOuterDisposeScope();
    }
}
