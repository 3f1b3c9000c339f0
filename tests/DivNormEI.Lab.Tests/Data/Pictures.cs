using SkiaSharp;

namespace DivNorm.Lab.Tests.Data;

/// <summary>Small image files for the tests.</summary>
internal static class Pictures
{
    /// <summary>Writes a picture of some structure; the file's ending chooses its format.</summary>
    internal static string Write(string path, int width, int height, SKColorType type = SKColorType.Rgba8888, int seed = 0)
    {
        using SKBitmap bitmap = new(width, height, type, SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, Colour(x, y, seed));
        }

        using FileStream file = File.Create(path);
        bitmap.Encode(file, Path.GetExtension(path) == ".png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
        return path;
    }

    internal static SKColor Colour(int x, int y, int seed) => new((byte)(37 * x + seed), (byte)(53 * y), (byte)(11 * (x + y)));
}
