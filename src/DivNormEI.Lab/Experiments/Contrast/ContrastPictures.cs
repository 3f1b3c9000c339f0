using DivNorm.Filters;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Training;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>The layer's weights at one moment, as plain numbers for the report.</summary>
/// <param name="Division">w_div of every cell.</param>
/// <param name="ExcitationSpread">w_exc summed over its inputs: where each cell is excited from.</param>
/// <param name="InhibitionSpread">w_inh summed over its inputs.</param>
/// <param name="ExcitationByOrientation">Mean weight of w_exc, summed over space, by the orientation difference of the two cells (0, 45, 90 degrees).</param>
/// <param name="InhibitionByOrientation">The same for w_inh.</param>
internal sealed record LayerKernels(
    IReadOnlyList<ImageTile> Division,
    IReadOnlyList<ImageTile> ExcitationSpread,
    IReadOnlyList<ImageTile> InhibitionSpread,
    IReadOnlyList<double> ExcitationByOrientation,
    IReadOnlyList<double> InhibitionByOrientation);

/// <summary>What the report shows of one variant: examples of its images, and its kernels before and after training.</summary>
/// <param name="Variant">The variant's name.</param>
/// <param name="Examples">Rows of low-resolution, bicubic, restored and target image.</param>
/// <param name="Untrained">The kernels at the start.</param>
/// <param name="Trained">The kernels at the end.</param>
internal sealed record ContrastPictures(string Variant, IReadOnlyList<ImageTile> Examples, LayerKernels Untrained, LayerKernels Trained)
{
    /// <summary>Images in a row of <see cref="Examples"/>.</summary>
    public static IReadOnlyList<string> ExampleColumns { get; } = ["low resolution", "bicubic", "ours", "target"];

    private const int ExampleCount = 5;

    /// <summary>Orientation differences that the lateral weights are averaged by, degrees.</summary>
    public static IReadOnlyList<double> OrientationDifferences { get; } = [0, 45, 90];

    public static ContrastPictures Of(string variant, SuperResolutionNet model, LayerKernels start, Tensor validation, Tensor low)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        model.eval();
        var examples = new List<ImageTile>();
        for (int i = 0; i < Math.Min(ExampleCount, validation.shape[0]); i++)
        {
            var target = validation.slice(0, i, i + 1, 1);
            var small = low.slice(0, i, i + 1, 1);
            var bicubic = Resample.Up(small, SuperResolutionNet.Scale, Upsampling.Bicubic).clamp(0, 1);
            var ours = model.call(small);
            examples.Add(Tile(small, string.Empty));
            examples.Add(Tile(bicubic, $"{ImageQuality.Psnr(bicubic, target):f1} dB"));
            examples.Add(Tile(ours, $"{ImageQuality.Psnr(ours, target):f1} dB"));
            examples.Add(Tile(target, string.Empty));
        }

        return new ContrastPictures(variant, examples, start, Kernels(model));
    }

    public static LayerKernels Kernels(SuperResolutionNet model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var layer = (Layers.DivNormEI)model.Normalization;
        return new LayerKernels(
            Tiles(layer.DivisionWeight.squeeze(1)),
            Tiles(layer.ExcitationWeight!.sum(1)),
            Tiles(layer.InhibitionWeight!.sum(1)),
            ByOrientation(layer.ExcitationWeight!),
            ByOrientation(layer.InhibitionWeight!));
    }

    private static IReadOnlyList<double> ByOrientation(Tensor weight)
    {
        var matrix = weight.sum([2, 3]).to(ScalarType.Float64).cpu().data<double>().ToArray();
        var filters = GaborBank.Paper.Filters;
        var sums = new double[OrientationDifferences.Count];
        var counts = new int[sums.Length];
        for (int to = 0; to < filters.Count; to++)
        {
            for (int from = 0; from < filters.Count; from++)
            {
                double difference = Math.Abs(filters[to].Orientation - filters[from].Orientation);
                int bin = (int)Math.Round(Math.Min(difference, Math.PI - difference) / (Math.PI / 4));
                sums[bin] += matrix[to * filters.Count + from];
                counts[bin]++;
            }
        }

        return [.. sums.Zip(counts, (sum, count) => sum / count)];
    }

    private static IReadOnlyList<ImageTile> Tiles(Tensor maps) => [.. Enumerable.Range(0, (int)maps.shape[0]).Select(i => Tile(maps[i], string.Empty))];

    private static ImageTile Tile(Tensor image, string caption) =>
        ImageTile.Grey((int)image.shape[^1], (int)image.shape[^2], image.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray(), caption);
}
