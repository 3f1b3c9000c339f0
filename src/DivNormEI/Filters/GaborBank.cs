using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Filters;

/// <summary>
/// A bank of Gabor filters: every combination of size, orientation, frequency and phase, in that order (the phase runs fastest).
/// The default is the fixed bank of the paper's Experiment 1 (Veerabadran, Raina, de Sa 2021, section 3), with the values of the
/// authors' public code: 15 and 21 pixels; 0, 45, 90, 135 degrees; 2 and 3 cycles per filter; phases 0, 90, 180, 270 degrees.
/// </summary>
public sealed class GaborBank
{
    /// <summary>A bank of every combination of the given values.</summary>
    /// <param name="sizes">Sides in pixels, each odd.</param>
    /// <param name="orientations">Orientations in radians (<see cref="GaborFilter.Orientation"/>).</param>
    /// <param name="cyclesPerFilter">Cycles of the carrier over the side of the filter.</param>
    /// <param name="phases">Phases in radians.</param>
    /// <exception cref="ArgumentException">A list is empty, or a size or a frequency is out of range.</exception>
    public GaborBank(
        IReadOnlyList<int> sizes,
        IReadOnlyList<double> orientations,
        IReadOnlyList<double> cyclesPerFilter,
        IReadOnlyList<double> phases)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(orientations);
        ArgumentNullException.ThrowIfNull(cyclesPerFilter);
        ArgumentNullException.ThrowIfNull(phases);
        Filters =
        [
            .. from size in sizes
               from orientation in orientations
               from cycles in cyclesPerFilter
               from phase in phases
               select new GaborFilter(size, orientation, cycles, phase),
        ];
        if (Filters.Count == 0)
            throw new ArgumentException("A Gabor bank needs at least one size, orientation, frequency and phase.");
        foreach (GaborFilter filter in Filters)
            filter.Validate();
        Sizes = [.. sizes.Distinct()];
        LargestSize = Sizes.Max();
    }

    /// <summary>The 64 filters of the paper's Experiment 1.</summary>
    public static GaborBank Paper { get; } = new(
        [15, 21],
        [0, Math.PI / 4, Math.PI / 2, 3 * Math.PI / 4],
        [2, 3],
        [0, Math.PI / 2, Math.PI, 3 * Math.PI / 2]);

    /// <summary>The filters in the order of the output channels.</summary>
    public IReadOnlyList<GaborFilter> Filters { get; }

    /// <summary>The distinct sizes, in the order given.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>The largest side in pixels.</summary>
    public int LargestSize { get; }

    /// <summary>The filters of one size as convolution weights.</summary>
    /// <param name="size">One of <see cref="Sizes"/>.</param>
    /// <param name="dtype">Type of the result; float32 if null.</param>
    /// <returns>[count of that size, 1, size, size], in bank order, on the CPU.</returns>
    /// <exception cref="ArgumentException">The bank has no filter of that size.</exception>
    public Tensor Kernels(int size, ScalarType? dtype = null)
    {
        GaborFilter[] chosen = [.. Filters.Where(filter => filter.Size == size)];
        if (chosen.Length == 0)
            throw new ArgumentException($"The bank has no filter of {size} pixels; its sizes are {string.Join(", ", Sizes)}.", nameof(size));
        return ToTensor(chosen, size, dtype);
    }

    /// <summary>
    /// All filters as one stack of convolution weights, smaller ones centred in zeros: with padding LargestSize/2 one convolution gives
    /// what one convolution a size, each padded by its own half size, would give.
    /// </summary>
    /// <param name="dtype">Type of the result; float32 if null.</param>
    /// <returns>[Filters.Count, 1, LargestSize, LargestSize], in bank order, on the CPU.</returns>
    public Tensor PaddedKernels(ScalarType? dtype = null) => ToTensor(Filters, LargestSize, dtype);

    private static Tensor ToTensor(IReadOnlyList<GaborFilter> filters, int side, ScalarType? dtype)
    {
        double[] all = new double[filters.Count * side * side];
        for (int f = 0; f < filters.Count; f++)
        {
            double[] kernel = filters[f].Render();
            int size = filters[f].Size, margin = (side - size) / 2;
            for (int row = 0; row < size; row++)
                kernel.AsSpan(row * size, size).CopyTo(all.AsSpan((f * side + row + margin) * side + margin));
        }

        using Tensor exact = tensor(all, [filters.Count, 1, side, side], ScalarType.Float64, CPU);
        return exact.to(dtype ?? ScalarType.Float32, copy: true);
    }
}
