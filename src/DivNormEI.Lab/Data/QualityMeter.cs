using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Data;

/// <summary>How near a picture is to its target.</summary>
/// <param name="Psnr">PSNR in dB over all pixels, at most <see cref="ImageQuality.LargestPsnr"/>.</param>
/// <param name="Ssim">SSIM as <see cref="ImageQuality.Ssim"/> has it; NaN for a picture smaller than its window.</param>
public sealed record PictureQuality(double Psnr, double Ssim);

/// <summary>Measures a picture that comes in bands of rows, from the top: PSNR and SSIM of the whole, in the memory of a band.</summary>
internal sealed class QualityMeter : IDisposable
{
    private const long PixelsAtOnce = 1 << 19;
    private const int Kept = ImageQuality.Window - 1; // rows that windows of the next band begin in

    private readonly Tensor target;
    private readonly long width;
    private Tensor tail;
    private long rows;
    private double squaredError;
    private double similarity;

    /// <summary>A meter before the first row.</summary>
    /// <param name="target">[1, 1, H, W], values in [0, 1]; the caller owns it.</param>
    public QualityMeter(Tensor target)
    {
        this.target = target;
        width = target.shape[3];
        tail = empty([1, 1, 0, width], float32).DetachFromDisposeScope();
    }

    /// <summary>Takes the next rows.</summary>
    /// <param name="band">[1, 1, rows, W].</param>
    public void Add(Tensor band)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var part in band.split(Math.Max(1, PixelsAtOnce / width), 2))
            AddPart(part);
    }

    /// <summary>The quality of the picture, once every row was given.</summary>
    public PictureQuality Result()
    {
        if (rows != target.shape[2])
            throw new InvalidOperationException($"The target has {target.shape[2]} rows, and {rows} were given.");
        return new PictureQuality(
            ImageQuality.Decibels(squaredError / (rows * width)), Math.Min(rows, width) < ImageQuality.Window ? double.NaN : similarity / (rows - Kept));
    }

    /// <inheritdoc/>
    public void Dispose() => tail.Dispose();

    private void AddPart(Tensor part)
    {
        long count = part.shape[2];
        var difference = part.to(float64) - target.slice(2, rows, rows + count, 1).to(float64);
        squaredError += difference.Squared().sum().item<double>();
        rows += count;

        var joined = cat([tail, part], 2);
        long height = joined.shape[2], windows = height - Kept;
        if (windows > 0 && width >= ImageQuality.Window)
            similarity += windows * ImageQuality.Ssim(joined, target.slice(2, rows - height, rows, 1));
        tail.Dispose();
        tail = joined.slice(2, Math.Max(0, windows), height, 1).clone().DetachFromDisposeScope();
    }
}
