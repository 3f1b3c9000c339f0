namespace DivNorm.Kernels;

/// <summary>How a lateral stage is computed.</summary>
internal sealed record LateralOptions
{
    /// <summary>Half a gigabyte.</summary>
    public const long DefaultMemoryBudget = 512L << 20;

    /// <summary>The instructions to use; null for whatever is fastest for the shape.</summary>
    public SimdPath? Path { get; init; } = SimdPaths.Forced;

    /// <summary>
    /// Bytes that a call may use beyond inputs, outputs and weight spectra, the input spectra kept for the backward pass included.
    /// A row of tiles is worked on at once even if it exceeds the budget.
    /// </summary>
    public long MemoryBudget { get; init; } = DefaultMemoryBudget;

    /// <summary>Use the spectral way even where libtorch is expected to be faster.</summary>
    public bool AlwaysSpectral { get; init; }

    /// <summary>Whether weights change and gradients are asked for with every call; tiles are chosen for that.</summary>
    public bool Training { get; init; } = true;

    /// <summary>Tile sizes to use in place of the cost model's choice; each one of <see cref="FourierSizes.All"/>.</summary>
    public (int Height, int Width)? Tile { get; init; }
}
