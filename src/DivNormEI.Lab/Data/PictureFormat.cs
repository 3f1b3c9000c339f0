using SkiaSharp;

namespace DivNorm.Lab.Data;

/// <summary>What pictures can be written as.</summary>
public enum PictureFormat
{
    /// <summary>PNG: every value kept, alpha, at most 1,000,000 pixels a side (what its common library reads).</summary>
    Png,

    /// <summary>JPEG: no alpha, at most 65,500 pixels a side.</summary>
    Jpg,

    /// <summary>WebP, lossy: alpha, at most 16,383 pixels a side.</summary>
    WebP,
}

/// <summary>Names and limits of the picture formats.</summary>
internal static class PictureFormats
{
    /// <summary>The ending of files of a format, with its point.</summary>
    public static string Ending(this PictureFormat format) => format switch
    {
        PictureFormat.Png => ".png",
        PictureFormat.Jpg => ".jpg",
        PictureFormat.WebP => ".webp",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a picture format."),
    };

    /// <summary>The format that a file's ending names; null where none does.</summary>
    public static PictureFormat? OfEnding(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => PictureFormat.Png,
        ".jpg" or ".jpeg" => PictureFormat.Jpg,
        ".webp" => PictureFormat.WebP,
        _ => null,
    };

    /// <summary>Refuses a picture that a format cannot hold.</summary>
    /// <param name="format">The format.</param>
    /// <param name="source">What the picture is made of, for the message.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</param>
    /// <exception cref="UserInputException">It cannot.</exception>
    public static void Check(this PictureFormat format, string source, int width, int height, int channels)
    {
        const int bytesAPixel = 4; // of the bitmap that the encoders of JPEG and WebP are given
        int most = format switch { PictureFormat.Jpg => 65_500, PictureFormat.WebP => 16_383, _ => 1_000_000 };
        if (Math.Max(width, height) > most)
            throw new UserInputException($"{source}: scaled up it has {width}x{height} pixels, and {format} holds {most} a side{(format == PictureFormat.Png ? "." : "; choose --format png.")}");
        if (format != PictureFormat.Png && (long)width * height * bytesAPixel > int.MaxValue)
            throw new UserInputException($"{source}: scaled up it has {width}x{height} pixels, too many to encode as {format}; choose --format png.");
        if (format == PictureFormat.Jpg && channels is 2 or 4)
            throw new UserInputException($"{source}: it is transparent in places, which Jpg cannot hold; choose --format png or webp.");
    }

    /// <summary>Begins a file of a format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="file">Where it goes; stays open.</param>
    /// <param name="quality">Of JPEG and WebP, 1 to 100.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.</param>
    public static IRowWriter Begin(this PictureFormat format, Stream file, int quality, int width, int height, int channels) => format switch
    {
        PictureFormat.Png => new PngWriter(file, width, height, channels),
        PictureFormat.Jpg => new BitmapWriter(file, SKEncodedImageFormat.Jpeg, quality, width, height, channels),
        PictureFormat.WebP => new BitmapWriter(file, SKEncodedImageFormat.Webp, quality, width, height, channels),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a picture format."),
    };
}
