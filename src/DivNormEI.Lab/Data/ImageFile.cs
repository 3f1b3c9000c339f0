using System.Buffers.Binary;
using SkiaSharp;

namespace DivNorm.Lab.Data;

/// <summary>Reads image files.</summary>
public static class ImageFile
{
    /// <summary>The most pixels an image may have: a header that claims more is refused before anything is allocated.</summary>
    public const long LargestImage = 100_000_000;

    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".jpg", ".jpeg", ".png", ".bmp", ".webp" };

    /// <summary>Whether a file's name is that of an image: not hidden, ending in .jpg, .jpeg, .png, .bmp or .webp.</summary>
    /// <param name="path">The file; it need not exist.</param>
    public static bool HasImageName(string path) =>
        !Path.GetFileName(path).StartsWith('.') && Extensions.Contains(Path.GetExtension(path));

    /// <summary>
    /// Reads an image as greyscale. A colour becomes its luma .299 R + .587 G + .114 B (ITU-R 601) of the values as encoded, gamma included,
    /// as PIL's "L" does, but not rounded to 8 bits. Alpha, colour profiles and EXIF orientation are ignored.
    /// </summary>
    /// <param name="path">A JPEG, PNG, BMP or WebP file.</param>
    /// <returns>The image, named by the file's name.</returns>
    /// <exception cref="UserInputException">The file is missing, unreadable, no image, larger than <see cref="LargestImage"/>, corrupt or cut short.</exception>
    public static GreyImage ReadGrey(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var (width, height, grey, decoded, _) = Decode(path, keepGrey: true);
        return new GreyImage(Path.GetFileName(path), width, height, grey ? FromGrey(decoded) : FromColour(decoded));
    }

    /// <summary>Reads an image in colour; the channels of a greyscale one are equal. Alpha, colour profiles and EXIF orientation are ignored.</summary>
    /// <param name="path">A JPEG, PNG, BMP or WebP file.</param>
    /// <exception cref="UserInputException">As in <see cref="ReadGrey"/>.</exception>
    public static RgbImage ReadRgb(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var (width, height, _, rgba, _) = Decode(path);
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return new RgbImage(width, height, rgb);
    }

    /// <summary>
    /// Reads a picture to be shown again: upright, as its EXIF orientation has it, its colours those of sRGB whatever profile the file has (none is taken
    /// for sRGB), 8 bits a channel.
    /// </summary>
    /// <param name="path">A JPEG, PNG, BMP or WebP file.</param>
    /// <exception cref="UserInputException">As in <see cref="ReadGrey"/>.</exception>
    public static RgbaImage ReadPicture(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var srgb = SKColorSpace.CreateSrgb();
        var (width, height, _, rgba, origin) = Decode(path, colors: srgb);
        return new RgbaImage(width, height, rgba).Upright(origin);
    }

    /// <summary>The luma of a colour (ITU-R 601), [0, 1]: in whole thousandths, so that equal channels give exactly the grey value's quotient.</summary>
    internal static float Luma(byte red, byte green, byte blue) => (299 * red + 587 * green + 114 * blue) / 255_000f;

    /// <summary>The pixels of a file as they lie there: one byte each if it is greyscale and that is wanted, else four (red, green, blue, alpha).</summary>
    private static (int Width, int Height, bool Grey, byte[] Pixels, SKEncodedOrigin Origin) Decode(string path, bool keepGrey = false, SKColorSpace? colors = null)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserInputException($"Image {path} cannot be read: {(Directory.Exists(path) ? "it is a folder" : error.Message)}", error);
        }

        using SKData data = SKData.CreateCopy(bytes);
        using SKCodec codec = SKCodec.Create(data) ?? throw new UserInputException($"Image {path} is not a JPEG, PNG, BMP or WebP image, or its header is corrupt.");
        int width = codec.Info.Width, height = codec.Info.Height;
        if ((long)width * height is < 1 or > LargestImage)
            throw new UserInputException($"Image {path} claims {width}x{height} pixels; the most that is read is {LargestImage}.");

        bool grey = keepGrey && codec.Info.ColorType == SKColorType.Gray8;
        SKImageInfo info = new(width, height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, grey ? SKAlphaType.Opaque : SKAlphaType.Unpremul, colors);
        byte[] decoded = new byte[info.BytesSize];
        SKCodecResult result;
        unsafe
        {
            fixed (byte* pixels = decoded)
                result = codec.GetPixels(info, (nint)pixels);
        }

        if (result == SKCodecResult.Success && codec.EncodedFormat == SKEncodedImageFormat.Png && !ReachesPngEnd(bytes))
            result = SKCodecResult.IncompleteInput;
        if (result != SKCodecResult.Success)
            throw new UserInputException($"Image {path} is corrupt or cut short ({result}).");
        return (width, height, grey, decoded, codec.EncodedOrigin);
    }

    /// <summary>
    /// Whether the chunks of a PNG file lead to its end chunk: the decoder is content once it has the last row, even if the file stops before
    /// the checksum that vouches for the rows.
    /// </summary>
    private static bool ReachesPngEnd(ReadOnlySpan<byte> file)
    {
        const int signature = 8, header = 8, checksum = 4;
        for (long at = signature; at + header + checksum <= file.Length;)
        {
            ReadOnlySpan<byte> chunk = file.Slice((int)at, header);
            if (chunk[4..].SequenceEqual("IEND"u8))
                return true;
            at += header + BinaryPrimitives.ReadUInt32BigEndian(chunk) + checksum;
        }

        return false;
    }

    private static float[] FromGrey(byte[] values) => Array.ConvertAll(values, value => value / 255f);

    private static float[] FromColour(byte[] rgba)
    {
        float[] luma = new float[rgba.Length / 4];
        for (int i = 0; i < luma.Length; i++)
            luma[i] = Luma(rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
        return luma;
    }
}
