using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Data;

/// <summary>How near images are to their targets. All take float [N, 1, H, W] with values in [0, 1] and give a double.</summary>
public static class ImageQuality
{
    /// <summary>
    /// The PSNR of images that are equal, dB: about the rounding of float32. One grey level of 256 in one pixel of a 48x48 crop gives 82 dB.
    /// </summary>
    public const double LargestPsnr = 100;

    /// <summary>Side of the windows of <see cref="Ssim"/>, pixels.</summary>
    internal const int Window = 11;

    private const double Sigma = 1.5, K1 = 0.01, K2 = 0.03;

    /// <summary>
    /// Peak signal-to-noise ratio, dB, peak 1: 10 log10(1 / MSE) of each image, at most <see cref="LargestPsnr"/>, then the mean over the images. Without
    /// the ceiling one blank crop, which any interpolation restores exactly, would make the mean infinite.
    /// </summary>
    /// <param name="images">[N, 1, H, W].</param>
    /// <param name="targets">The same shape.</param>
    /// <exception cref="ArgumentException">Shapes differ or are not [N, 1, H, W].</exception>
    public static double Psnr(Tensor images, Tensor targets) => SquaredErrors(images, targets).Average(Decibels);

    /// <summary>
    /// The PSNR of the mean squared error over all images, dB: never over <see cref="Psnr"/>, since smooth images with small errors count less.
    /// </summary>
    /// <param name="images">[N, 1, H, W].</param>
    /// <param name="targets">The same shape.</param>
    /// <exception cref="ArgumentException">Shapes differ or are not [N, 1, H, W].</exception>
    public static double PsnrOfMeanError(Tensor images, Tensor targets) => Decibels(SquaredErrors(images, targets).Average());

    /// <summary>
    /// Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004), mean over windows and images: Gaussian window of 11x11, sigma 1.5, K1 = .01, K2 = .03,
    /// only windows that lie wholly inside the image.
    /// </summary>
    /// <param name="images">[N, 1, H, W], H and W at least 11.</param>
    /// <param name="targets">The same shape.</param>
    /// <exception cref="ArgumentException">Shapes differ, are not [N, 1, H, W], or are smaller than the window.</exception>
    public static double Ssim(Tensor images, Tensor targets)
    {
        Check(images, targets);
        if (images.shape[2] < Window || images.shape[3] < Window)
            throw new ArgumentException($"SSIM needs images of at least {Window}x{Window}, got {images.shape[3]}x{images.shape[2]}.", nameof(images));
        using var inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Scalar c1 = K1 * K1, c2 = K2 * K2, two = 2;
        Tensor x = images.to(ScalarType.Float64), y = targets.to(ScalarType.Float64);
        Tensor kernel = WindowWeights().to(x.device);
        Tensor Blur(Tensor values) => nn.functional.conv2d(values, kernel);
        Tensor meanX = Blur(x), meanY = Blur(y);
        Tensor varianceX = Blur(x * x) - meanX * meanX, varianceY = Blur(y * y) - meanY * meanY, covariance = Blur(x * y) - meanX * meanY;
        Tensor luminance = (meanX * meanY).mul(two).Plus(c1) / (meanX * meanX).Plus(meanY * meanY).Plus(c1);
        Tensor structure = covariance.mul(two).Plus(c2) / varianceX.Plus(varianceY).Plus(c2);
        return (luminance * structure).mean().item<double>();
    }

    /// <summary>The PSNR of a mean squared error, dB, peak 1: at most <see cref="LargestPsnr"/>.</summary>
    internal static double Decibels(double meanSquaredError) => Math.Min(LargestPsnr, -10 * Math.Log10(meanSquaredError));

    private static double[] SquaredErrors(Tensor images, Tensor targets)
    {
        Check(images, targets);
        using var inference = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor difference = images.to(ScalarType.Float64) - targets.to(ScalarType.Float64);
        return (difference * difference).mean([1, 2, 3]).cpu().data<double>().ToArray();
    }

    private static Tensor WindowWeights()
    {
        double[] line = [.. Enumerable.Range(0, Window).Select(i => Math.Exp(-Math.Pow(i - Window / 2, 2) / (2 * Sigma * Sigma)))];
        double sum = line.Sum();
        double[] weights = [.. from row in line from column in line select row * column / (sum * sum)];
        return tensor(weights, [1, 1, Window, Window]);
    }

    private static void Check(Tensor images, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(targets);
        if (images.dim() != 4 || images.shape[1] != 1 || images.shape[0] == 0 || !images.shape.SequenceEqual(targets.shape))
        {
            throw new ArgumentException(
                $"Images and targets must both be [N, 1, H, W], got [{string.Join(", ", images.shape)}] and [{string.Join(", ", targets.shape)}].", nameof(images));
        }
    }
}
