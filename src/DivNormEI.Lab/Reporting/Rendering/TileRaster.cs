using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>Turns numbers into pixels by a scale.</summary>
internal static class TileRaster
{
    /// <summary>The range that a scale spans over some values; NaN and infinities are left out.</summary>
    public static (double Low, double High) Range(ValueScale scale, IEnumerable<double> values)
    {
        if (scale.Kind == ScaleKind.Fixed)
            return (scale.Low, scale.High);
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double v in values)
        {
            if (!double.IsFinite(v))
                continue;
            low = Math.Min(low, v);
            high = Math.Max(high, v);
        }

        if (low > high)
            (low, high) = (0, 1);
        if (scale.Kind is ScaleKind.Symmetric or ScaleKind.SymmetricPerImage)
        {
            high = Math.Max(Math.Abs(low), Math.Abs(high));
            high = high == 0 ? 1 : high;
            return (-high, high);
        }

        // A flat image is shown in the middle of the range.
        return low == high ? (low - 0.5, high + 0.5) : (low, high);
    }

    /// <summary>An image with one pixel a value.</summary>
    public static SKImage Render(ImageTile tile, ColorMap colors, double low, double high)
    {
        using var bitmap = new SKBitmap(tile.Width, tile.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        int plane = tile.Width * tile.Height;
        var pixels = new SKColor[plane];
        for (int i = 0; i < plane; i++)
            pixels[i] = tile.Channels == 3
                ? new SKColor(Level(tile.Pixels[i]), Level(tile.Pixels[plane + i]), Level(tile.Pixels[2 * plane + i]))
                : ColorMaps.Color(colors, (tile.Pixels[i] - low) / (high - low));
        bitmap.Pixels = pixels;
        return SKImage.FromBitmap(bitmap);
    }

    // NaN compares as outside and becomes black; colour images come from decoders, which make none.
    private static byte Level(float value) => (byte)Math.Round((value >= 0 ? Math.Min(value, 1f) : 0f) * 255f);
}
