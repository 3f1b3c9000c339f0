namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>Pixels from <paramref name="First"/> up to, not including, <paramref name="End"/>.</summary>
/// <param name="First">The first.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct Stretch(int First, int End)
{
    /// <summary>How many.</summary>
    public int Length => End - First;

    /// <summary>The same, counted from a pixel.</summary>
    /// <param name="pixel">The pixel that becomes 0.</param>
    public Stretch From(int pixel) => new(First - pixel, End - pixel);
}

/// <summary>How an image is cut into tiles, and what around a tile its answer depends on. Along one axis; the other is cut alike.</summary>
/// <param name="tile">Pixels a side that a tile may have, 1 or more.</param>
/// <param name="reach">Pixels around a tile that its answer depends on.</param>
internal sealed class Tiling(int tile, int reach)
{
    /// <summary>The fewest tiles that cover an axis, as equal as can be.</summary>
    /// <param name="length">Pixels, 1 or more.</param>
    public IEnumerable<Stretch> Cut(int length)
    {
        int side = Side(length);
        for (int first = 0; first < length; first += side)
            yield return new Stretch(first, Math.Min(first + side, length));
    }

    /// <summary>
    /// What to compute for a tile: the tile with its reach, where the image goes on so far. Of equal length for every tile of an axis, since the layer's kernels
    /// prepare themselves for a size; at the image's ends a part begins or ends with the image, and meets there what the whole image meets.
    /// </summary>
    /// <param name="part">The tile.</param>
    /// <param name="length">Pixels of the axis.</param>
    public Stretch Around(Stretch part, int length)
    {
        int size = (int)Math.Min(length, Side(length) + 2L * reach);
        int first = Math.Clamp(part.First - reach, 0, length - size);
        return new Stretch(first, first + size);
    }

    private int Side(int length)
    {
        int tiles = (length - 1) / tile + 1;
        return (length - 1) / tiles + 1;
    }
}
