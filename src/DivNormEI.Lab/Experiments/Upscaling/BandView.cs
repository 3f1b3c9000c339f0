using DivNorm.Models;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>Shows a network an image part by part, and puts its answers together to bands of rows.</summary>
internal abstract class BandView
{
    private protected const int Scale = SuperResolutionNet.Scale;

    /// <summary>The network's answer for some rows of an image.</summary>
    /// <param name="luma">The image, [1, 1, h, w].</param>
    /// <param name="rows">Rows of it.</param>
    /// <param name="report">Is told what share of the rows is done.</param>
    /// <param name="cancellation">Stops between calls of the network.</param>
    /// <returns>[1, 1, 4 x rows, 4w].</returns>
    public abstract Tensor Band(Tensor luma, Stretch rows, Action<double>? report, CancellationToken cancellation);

    /// <summary>A rectangle of an image.</summary>
    private protected static Tensor Part(Tensor image, Stretch rows, Stretch columns) =>
        image.slice(2, rows.First, rows.End, 1).slice(3, columns.First, columns.End, 1);

    /// <summary>The pixels that a stretch becomes.</summary>
    private protected static Stretch Larger(Stretch stretch) => new(Scale * stretch.First, Scale * stretch.End);
}
