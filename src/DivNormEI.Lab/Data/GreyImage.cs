namespace DivNorm.Lab.Data;

/// <summary>A greyscale image in memory.</summary>
public sealed class GreyImage
{
    /// <summary>An image of given pixels.</summary>
    /// <param name="name">What to call it in messages and reports.</param>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Luminance in [0, 1], row-major, width x height values.</param>
    /// <exception cref="ArgumentException">The number of pixels is not width x height.</exception>
    public GreyImage(string name, int width, int height, float[] pixels)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height)
            throw new ArgumentException($"An image of {width}x{height} has {(long)width * height} pixels, got {pixels.Length}.", nameof(pixels));
        (Name, Width, Height, Pixels) = (name, width, height, pixels);
    }

    /// <summary>Its name: a file's name, or a procedural image's number.</summary>
    public string Name { get; }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Luminance in [0, 1], row-major.</summary>
    public float[] Pixels { get; }
}
