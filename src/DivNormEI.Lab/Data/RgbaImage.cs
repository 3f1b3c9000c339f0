using System.Runtime.InteropServices;
using SkiaSharp;

namespace DivNorm.Lab.Data;

/// <summary>A colour picture in memory, 8 bits a channel, alpha not multiplied in.</summary>
public sealed class RgbaImage
{
    /// <summary>A picture of given pixels.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Red, green, blue and alpha of each pixel, row by row from the top: 4 x width x height bytes.</param>
    /// <exception cref="ArgumentException">The number of bytes is another.</exception>
    public RgbaImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != 4L * width * height)
            throw new ArgumentException($"A picture of {width}x{height} has {4L * width * height} bytes, got {pixels.Length}.", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue and alpha of each pixel, row by row from the top.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>The picture turned and mirrored as an EXIF orientation asks; itself where it asks for nothing.</summary>
    internal RgbaImage Upright(SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default)
            return this;
        bool sideways = origin >= SKEncodedOrigin.LeftTop;
        var (width, height) = sideways ? (Height, Width) : (Width, Height);
        byte[] turned = new byte[Pixels.Length];
        var from = MemoryMarshal.Cast<byte, uint>(Pixels.Span);
        var to = MemoryMarshal.Cast<byte, uint>(turned.AsSpan());

        // where the pixel at (0, 0) of the turned picture lies in the file, and how far apart those to its right and below it lie there
        int right = Width - 1, bottom = (Height - 1) * Width;
        var (first, across, down) = origin switch
        {
            SKEncodedOrigin.TopRight => (right, -1, Width),
            SKEncodedOrigin.BottomRight => (bottom + right, -1, -Width),
            SKEncodedOrigin.BottomLeft => (bottom, 1, -Width),
            SKEncodedOrigin.LeftTop => (0, Width, 1),
            SKEncodedOrigin.RightTop => (bottom, -Width, 1),
            SKEncodedOrigin.RightBottom => (bottom + right, -Width, -1),
            SKEncodedOrigin.LeftBottom => (right, Width, -1),
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "Not an EXIF orientation."),
        };
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                to[y * width + x] = from[first + x * across + y * down];
        }

        return new RgbaImage(width, height, turned);
    }
}
