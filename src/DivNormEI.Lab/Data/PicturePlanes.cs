using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DivNorm.Lab.Data;

/// <summary>
/// Pictures as planes, float32 [1, C, H, W] on the CPU: luma Y in [0, 1] first; then, unless every pixel is grey, Cb and Cr in [-0.5, 0.5]; then, unless every
/// pixel is opaque, alpha in [0, 1]. So C is 1, 2, 3 or 4. Luma and chroma are those of ITU-R BT.601 at full range, as in JPEG files (JFIF 1.02), of the
/// values as encoded, gamma included, and not rounded:
/// Y = .299 R + .587 G + .114 B, Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402.
/// </summary>
internal static class PicturePlanes
{
    private const float Peak = 255, Red = 0.299f, Green = 0.587f, Blue = 0.114f, CbRange = 1.772f, CrRange = 1.402f;

    /// <summary>The planes of a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="lumaAlone">Whether to leave chroma and alpha out.</param>
    public static Tensor Of(RgbaImage picture, bool lumaAlone = false)
    {
        var pixels = picture.Pixels.Span;
        bool color = false, alpha = false;
        for (int i = 0; i < pixels.Length && !lumaAlone; i += 4)
        {
            color |= pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2];
            alpha |= pixels[i + 3] != byte.MaxValue;
        }

        var planes = empty([1, (color ? 3 : 1) + (alpha ? 1 : 0), picture.Height, picture.Width], float32);
        var values = MemoryMarshal.Cast<byte, float>(planes.bytes);
        int area = picture.Width * picture.Height;
        for (int i = 0, at = 0; i < area; i++, at += 4)
        {
            float luma = ImageFile.Luma(pixels[at], pixels[at + 1], pixels[at + 2]);
            values[i] = luma;
            if (color)
            {
                values[area + i] = (pixels[at + 2] / Peak - luma) / CbRange;
                values[2 * area + i] = (pixels[at] / Peak - luma) / CrRange;
            }

            if (alpha)
                values[(color ? 3 : 1) * area + i] = pixels[at + 3] / Peak;
        }

        return planes;
    }

    /// <summary>The picture of planes, channels side by side: grey, grey and alpha, RGB or RGBA, a byte each; what lies outside 0 to 255 becomes the nearest.</summary>
    /// <param name="planes">[1, C, H, W], contiguous.</param>
    public static byte[] ToBytes(Tensor planes)
    {
        int channels = (int)planes.shape[1], area = checked((int)(planes.shape[2] * planes.shape[3]));
        byte[] pixels = new byte[channels * area];
        var values = MemoryMarshal.Cast<byte, float>(planes.bytes);
        bool color = channels >= 3;
        for (int i = 0, at = 0; i < area; i++)
        {
            float luma = values[i];
            if (color)
            {
                float blue = luma + CbRange * values[area + i], red = luma + CrRange * values[2 * area + i];
                pixels[at++] = Round(red);
                pixels[at++] = Round((luma - Red * red - Blue * blue) / Green);
                pixels[at++] = Round(blue);
            }
            else
            {
                pixels[at++] = Round(luma);
            }

            if (channels is 2 or 4)
                pixels[at++] = Round(values[(channels - 1) * area + i]);
        }

        return pixels;
    }

    private static byte Round(float value) => (byte)Math.Clamp(Peak * value + 0.5f, 0, Peak);
}
