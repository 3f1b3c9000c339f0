using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Data;

/// <summary>How an image is made smaller.</summary>
public enum Downsampling
{
    /// <summary>
    /// Bilinear interpolation at the centres of the new pixels, with no low-pass filter before it (what PyTorch's interpolate and the torchvision of
    /// the paper's time do): at a factor of 4 each new pixel is the mean of the central 2x2 of its 4x4.
    /// </summary>
    Bilinear,

    /// <summary>Bilinear with a triangle filter as wide as the factor asks (antialiasing; what PIL and newer torchvision do).</summary>
    BilinearAntialiased,

    /// <summary>Each new pixel is the mean of the pixels it covers.</summary>
    Area,

    /// <summary>Cubic interpolation (a = -0.75) without a low-pass filter.</summary>
    Bicubic,

    /// <summary>Cubic with a filter as wide as the factor asks (a = -0.5; what PIL does).</summary>
    BicubicAntialiased,
}

/// <summary>How an image is made larger.</summary>
public enum Upsampling
{
    /// <summary>Bilinear, pixel centres aligned (not corners).</summary>
    Bilinear,

    /// <summary>Cubic (a = -0.75), pixel centres aligned (not corners); it can leave [0, 1] a little.</summary>
    Bicubic,
}

/// <summary>Changes the size of images by a whole factor, as PyTorch's <c>interpolate</c> does (align_corners = false).</summary>
public static class Resample
{
    /// <summary>Makes images smaller.</summary>
    /// <param name="images">[N, C, H, W] floating point, H and W multiples of the factor.</param>
    /// <param name="factor">At least 1.</param>
    /// <param name="method">How.</param>
    /// <returns>[N, C, H / factor, W / factor].</returns>
    /// <exception cref="ArgumentException">The shape is not four-dimensional, or H or W is no multiple of the factor.</exception>
    public static Tensor Down(Tensor images, int factor, Downsampling method = Downsampling.Bilinear)
    {
        Check(images, factor);
        if (images.shape[2] % factor != 0 || images.shape[3] % factor != 0)
            throw new ArgumentException($"Images of {images.shape[3]}x{images.shape[2]} cannot be made smaller by {factor}: a side is no multiple of it.", nameof(factor));
        long[] size = [images.shape[2] / factor, images.shape[3] / factor];
        return method switch
        {
            Downsampling.Bilinear => Interpolate(images, size, InterpolationMode.Bilinear, antialias: false),
            Downsampling.BilinearAntialiased => Interpolate(images, size, InterpolationMode.Bilinear, antialias: true),
            Downsampling.Area => nn.functional.avg_pool2d(images, factor),
            Downsampling.Bicubic => Interpolate(images, size, InterpolationMode.Bicubic, antialias: false),
            Downsampling.BicubicAntialiased => Interpolate(images, size, InterpolationMode.Bicubic, antialias: true),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a way to make images smaller."),
        };
    }

    /// <summary>Makes images larger.</summary>
    /// <param name="images">[N, C, H, W] floating point.</param>
    /// <param name="factor">At least 1.</param>
    /// <param name="method">How.</param>
    /// <returns>[N, C, H x factor, W x factor].</returns>
    /// <exception cref="ArgumentException">The shape is not four-dimensional.</exception>
    public static Tensor Up(Tensor images, int factor, Upsampling method = Upsampling.Bilinear)
    {
        Check(images, factor);
        long[] size = [images.shape[2] * factor, images.shape[3] * factor];
        return method switch
        {
            Upsampling.Bilinear => Interpolate(images, size, InterpolationMode.Bilinear, antialias: false),
            Upsampling.Bicubic => Interpolate(images, size, InterpolationMode.Bicubic, antialias: false),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a way to make images larger."),
        };
    }

    private static Tensor Interpolate(Tensor images, long[] size, InterpolationMode mode, bool antialias) =>
        nn.functional.interpolate(images, size: size, mode: mode, align_corners: false, antialias: antialias);

    private static void Check(Tensor images, int factor)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        if (images.dim() != 4)
            throw new ArgumentException($"Images must be [N, C, H, W], got [{string.Join(", ", images.shape)}].", nameof(images));
    }
}
