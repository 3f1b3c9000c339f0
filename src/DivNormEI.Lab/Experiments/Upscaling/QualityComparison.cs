using DivNorm.Lab.Data;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>Measures network and interpolation against an original, band by band.</summary>
/// <param name="planes">The image that was scaled, luma first; the caller owns it.</param>
/// <param name="target">The original's luma, [1, 1, 4h, 4w]; the caller owns it.</param>
internal sealed class QualityComparison(Tensor planes, Tensor target) : IDisposable
{
    private readonly QualityMeter network = new(target), bicubic = new(target), bilinear = new(target);

    /// <summary>Takes the next band.</summary>
    /// <param name="rows">The rows of the image that it is of.</param>
    /// <param name="luma">What the network made of them, [1, 1, 4 x rows, 4w].</param>
    public void Add(Stretch rows, Tensor luma)
    {
        using var scope = NewDisposeScope();
        var source = planes.slice(1, 0, 1, 1);
        network.Add(luma);
        bicubic.Add(Interpolation.Rows(source, rows, Upsampling.Bicubic).clamp(0, 1));
        bilinear.Add(Interpolation.Rows(source, rows, Upsampling.Bilinear));
    }

    /// <summary>The figures, once every band was given.</summary>
    public UpscaleQuality Result() => new(network.Result(), bicubic.Result(), bilinear.Result());

    /// <inheritdoc/>
    public void Dispose()
    {
        network.Dispose();
        bicubic.Dispose();
        bilinear.Dispose();
    }
}
