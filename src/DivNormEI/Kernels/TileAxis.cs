namespace DivNorm.Kernels;

/// <summary>
/// One axis of a map cut into tiles of <paramref name="Size"/> for a correlation of the given <paramref name="Radius"/>.
/// Tile i yields the outputs from i * Step on and reads the inputs from i * Step - Radius on: Size = Step + 2 Radius.
/// A map that fits in one tile needs its zero border only once, since a circular correlation sees the far border on both sides: Size >= Length + Radius.
/// </summary>
internal readonly record struct TileAxis(int Length, int Radius, int Size, int Step, int Count)
{
    /// <summary>Whether tiles of this size can hold the kernel and advance.</summary>
    public static bool Fits(int length, int radius, int size) =>
        size >= (2 * radius) + 1 && (length + radius <= size || size > 2 * radius);

    public static TileAxis Cut(int length, int radius, int size)
    {
        if (length + radius <= size)
            return new(length, radius, size, length, 1);
        int step = size - (2 * radius);
        return new(length, radius, size, step, (length + step - 1) / step);
    }

    /// <summary>Tiles i and i + Apart have no pixel in common, halo included.</summary>
    public int Apart => Count == 1 ? 1 : (Size + Step - 1) / Step;
}
