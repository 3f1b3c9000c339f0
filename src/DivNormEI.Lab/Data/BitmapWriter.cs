using SkiaSharp;

namespace DivNorm.Lab.Data;

/// <summary>Gathers the rows of a picture in a bitmap and lets SkiaSharp encode it: for formats that cannot be written row by row.</summary>
internal sealed class BitmapWriter : IRowWriter
{
    private readonly Stream file;
    private readonly SKEncodedImageFormat format;
    private readonly int quality;
    private readonly int channels;
    private readonly SKBitmap bitmap;
    private int written;

    /// <summary>Begins a file.</summary>
    /// <param name="file">Where it goes; stays open.</param>
    /// <param name="format">JPEG or WebP.</param>
    /// <param name="quality">0 to 100.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</param>
    public BitmapWriter(Stream file, SKEncodedImageFormat format, int quality, int width, int height, int channels)
    {
        (this.file, this.format, this.quality, this.channels) = (file, format, quality, channels);
        var type = channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888;
        using var srgb = SKColorSpace.CreateSrgb();
        bitmap = new SKBitmap(new SKImageInfo(width, height, type, channels is 1 or 3 ? SKAlphaType.Opaque : SKAlphaType.Unpremul, srgb));
    }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> rows)
    {
        var pixels = bitmap.GetPixelSpan();
        if (channels == 1)
        {
            for (; rows.Length > 0; rows = rows[bitmap.Width..], written += bitmap.RowBytes)
                rows[..bitmap.Width].CopyTo(pixels[written..]);
            return;
        }

        const int size = 4; // rows of four bytes a pixel have no padding
        for (; rows.Length > 0; rows = rows[channels..], written += size)
        {
            var pixel = pixels.Slice(written, size);
            bool color = channels >= 3;
            pixel[0] = rows[0];
            pixel[1] = color ? rows[1] : rows[0];
            pixel[2] = color ? rows[2] : rows[0];
            pixel[3] = channels is 2 or 4 ? rows[channels - 1] : byte.MaxValue;
        }
    }

    /// <inheritdoc/>
    public void Finish()
    {
        using var pixels = bitmap.PeekPixels();
        using var encoded = pixels.Encode(format, quality) ?? throw new IOException($"the picture cannot be encoded as {format}");
        encoded.SaveTo(file);
    }

    /// <inheritdoc/>
    public void Dispose() => bitmap.Dispose();
}
