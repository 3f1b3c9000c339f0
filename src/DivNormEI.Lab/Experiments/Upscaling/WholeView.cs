using DivNorm.Models;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>Shows tiles, each with as much of the image around it as its answer depends on: <see cref="UpscaleView.Whole"/>.</summary>
/// <param name="model">The network, in evaluation mode.</param>
/// <param name="tiles">How the image is cut.</param>
internal sealed class WholeView(SuperResolutionNet model, Tiling tiles) : BandView
{
    /// <inheritdoc/>
    public override Tensor Band(Tensor luma, Stretch rows, Action<double>? report, CancellationToken cancellation)
    {
        int width = (int)luma.shape[3];
        var around = tiles.Around(rows, (int)luma.shape[2]);
        var band = empty([1, 1, Scale * rows.Length, Scale * width], float32);
        foreach (var columns in tiles.Cut(width))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var beside = tiles.Around(columns, width);
            var answer = model.call(Part(luma, around, beside).contiguous());
            Part(band, Larger(new Stretch(0, rows.Length)), Larger(columns)).copy_(Part(answer, Larger(rows.From(around.First)), Larger(columns.From(beside.First))));
            report?.Invoke((double)columns.End / width);
        }

        return band;
    }
}
