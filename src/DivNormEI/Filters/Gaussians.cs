using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Filters;

/// <summary>Isotropic 2-D Gaussians, the start of the division kernels of Eq. 2.</summary>
public static class Gaussians
{
    /// <summary>
    /// The four widths of the authors' code, in units of half the kernel's side: a quarter of the channels each. On a
    /// 5x5 kernel their sums are 6.169, 15.825, 22.123 and 23.662.
    /// </summary>
    public static IReadOnlyList<double> DivisionWidths { get; } = [0.5, 1, 2, 3];

    /// <summary>exp(-(x^2 + y^2) / (2 width^2)) with x and y on <paramref name="size"/> points from -1 to 1; its peak is 1.</summary>
    /// <param name="size">Side in pixels, odd, 1 or more.</param>
    /// <param name="width">The standard deviation, in units of half the kernel's side, greater than 0.</param>
    /// <returns>[size, size], Float64, on the CPU.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is even or below 1, or the width is not positive.</exception>
    public static Tensor Isotropic(int size, double width)
    {
        if (size < 1 || size % 2 == 0)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"size is {size}; it must be odd, 1 or more.");
        if (!(width > 0))
            throw new ArgumentOutOfRangeException(nameof(width), width, $"width is {width}; it must be greater than 0.");
        using var scope = NewDisposeScope();
        var x = size == 1 ? zeros(1, ScalarType.Float64, CPU) : linspace(-1, 1, size, ScalarType.Float64, CPU);
        var profile = (x.square() / (-2 * width * width)).exp();
        return outer(profile, profile).MoveToOuterDisposeScope();
    }

    /// <summary>The start of w_div: every channel one Gaussian, the four widths spread evenly over the channels and shuffled.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="size">Side in pixels, odd.</param>
    /// <param name="generator">Where the shuffle draws from; null is the framework's global generator.</param>
    /// <returns>[C, 1, size, size], Float64, on the CPU.</returns>
    internal static Tensor DivisionKernels(long channels, int size, Generator? generator)
    {
        using var scope = NewDisposeScope();
        var kernels = stack(DivisionWidths.Select(width => Isotropic(size, width)).ToArray());
        var width = arange(channels, device: CPU) * DivisionWidths.Count / channels; // as even as C goes: channel c takes width floor(4 c / C)
        var order = rand(channels, ScalarType.Float64, CPU, generator: generator).argsort();
        return kernels[width.to(ScalarType.Int64)[order]].unsqueeze(1).MoveToOuterDisposeScope();
    }
}
