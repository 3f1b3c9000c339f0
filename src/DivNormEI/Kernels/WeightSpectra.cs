namespace DivNorm.Kernels;

/// <summary>What weight spectra depend on besides the weights: plans of equal key can share spectra, whatever their maps' sizes.</summary>
internal readonly record struct SpectraKey(int Lanes, int TileHeight, int TileWidth, int Channels, int ExcitationKernel, int InhibitionKernel, bool SharedSource)
{
    public static SpectraKey Of(LateralGeometry geometry) => new(
        geometry.Lanes, geometry.Vertical.Size, geometry.Horizontal.Size, geometry.Shape.Channels,
        geometry.Shape.ExcitationKernel, geometry.Shape.InhibitionKernel, geometry.Shape.SharedSource);
}

/// <summary>The spectra of both kernels; immutable once made, so any number of threads may use them at once. Dispose when the weights change.</summary>
internal sealed class WeightSpectra(SpectraKey key, NativeBlock block) : IDisposable
{
    /// <summary>Which plans can use these spectra.</summary>
    public SpectraKey Key { get; } = key;

    /// <summary>Bytes held.</summary>
    public long Bytes => block.Bytes;

    internal unsafe float* Pointer => block.Pointer;

    /// <summary>Gives the memory back. Not to be called while a pass uses the spectra.</summary>
    public void Dispose() => block.Dispose();
}

/// <summary>Input spectra kept from a forward pass for one backward pass, which consumes them.</summary>
internal sealed class SavedSpectra(NativeBlock[] blocks) : IDisposable
{
    private NativeBlock[]? blocks = blocks;

    /// <summary>Bytes held; 0 once consumed.</summary>
    public long Bytes => blocks?.Sum(b => b.Bytes) ?? 0;

    public void Dispose()
    {
        foreach (NativeBlock block in Take() ?? [])
            block.Dispose();
    }

    /// <summary>The spectra, the first time; null afterwards.</summary>
    internal NativeBlock[]? Take() => Interlocked.Exchange(ref blocks, null);
}
