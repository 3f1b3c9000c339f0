using DivNorm.Models;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>
/// Shows crops of one size on a grid of half that size, and takes the mean of their answers with the weights of a Hann window: <see cref="UpscaleView.Crops"/>. Two
/// windows half over one another sum to one, so that no border of a crop is seen. The last crop of an axis ends where the image ends.
/// </summary>
/// <param name="model">The network, in evaluation mode.</param>
/// <param name="side">Side of a crop, pixels of the image.</param>
/// <param name="batch">Crops that the network is shown at once.</param>
internal sealed class CropsView(SuperResolutionNet model, int side, int batch) : BandView
{
    /// <inheritdoc/>
    public override Tensor Band(Tensor luma, Stretch rows, Action<double>? report, CancellationToken cancellation)
    {
        int height = (int)luma.shape[2], width = (int)luma.shape[3];
        Stretch[] down = [.. Crops(height).Where(crop => crop.First < rows.End && crop.End > rows.First)], across = [.. Crops(width)];
        var window = Hann(down[0].Length).unsqueeze(1) * Hann(across[0].Length);
        var sum = zeros([1, 1, Scale * rows.Length, Scale * width], float32);
        double calls = down.Length * Math.Ceiling((double)across.Length / batch);
        int made = 0;
        foreach (var crop in down)
        {
            var inside = new Stretch(Math.Max(crop.First, rows.First), Math.Min(crop.End, rows.End));
            foreach (var columns in across.Chunk(batch))
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var weighted = model.call(cat([.. columns.Select(column => Part(luma, crop, column))], 0)) * window;
                for (int i = 0; i < columns.Length; i++)
                {
                    var answer = weighted.slice(0, i, i + 1, 1);
                    Part(sum, Larger(inside.From(rows.First)), Larger(columns[i])).Plus_(Part(answer, Larger(inside.From(crop.First)), new Stretch(0, Scale * columns[i].Length)));
                }

                report?.Invoke(++made / calls);
            }
        }

        var weights = Weights(down, rows).unsqueeze(1) * Weights(across, new Stretch(0, width));
        return sum.div_(weights);
    }

    /// <summary>The crops of an axis.</summary>
    private IEnumerable<Stretch> Crops(int length)
    {
        int size = Math.Min(side, length), step = Math.Max(1, side / 2);
        for (int first = 0; first + size < length; first += step)
            yield return new Stretch(first, first + size);
        yield return new Stretch(length - size, length);
    }

    /// <summary>A crop's weights along an axis: never zero, also where one crop alone answers.</summary>
    private static Tensor Hann(int size)
    {
        int count = Scale * size;
        return tensor([.. Enumerable.Range(0, count).Select(i => (float)Math.Pow(Math.Sin(Math.PI * (i + 0.5) / count), 2))]);
    }

    /// <summary>The sum of the weights of all crops at each pixel of a stretch, four times as many.</summary>
    private static Tensor Weights(Stretch[] crops, Stretch stretch)
    {
        var sum = zeros([Scale * stretch.Length], float32);
        var one = Hann(crops[0].Length);
        foreach (var crop in crops)
        {
            var inside = new Stretch(Math.Max(crop.First, stretch.First), Math.Min(crop.End, stretch.End));
            Stretch to = Larger(inside.From(stretch.First)), from = Larger(inside.From(crop.First));
            sum.slice(0, to.First, to.End, 1).Plus_(one.slice(0, from.First, from.End, 1));
        }

        return sum;
    }
}
