using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>
/// A trained super-resolution network that scales images of any size. A large image goes through the network in parts, so that memory is bounded; the result does not depend on
/// how it is cut: see <see cref="UpscaleView"/>.
/// </summary>
public sealed class Upscaler : IDisposable
{
    /// <summary>How many times larger a side becomes.</summary>
    public const int Scale = SuperResolutionNet.Scale;

    /// <summary>Side of a tile where none is named, pixels of the image to scale.</summary>
    public const int DefaultTile = 64;

    private const int MostPixels = 1 << 24; // of a band

    private readonly SuperResolutionNet model;

    /// <summary>A network in evaluation mode, which it owns from now on.</summary>
    internal Upscaler(SuperResolutionNet model, NormalizationLayer layer, int? trainedCrop)
    {
        (this.model, Layer, TrainedCrop) = (model, layer, trainedCrop);
        DefaultView = trainedCrop < 2 * model.Reach + 1 ? UpscaleView.Crops : UpscaleView.Whole;
    }

    /// <summary>The network's normalisation layer.</summary>
    public NormalizationLayer Layer { get; }

    /// <summary>How far around a pixel the network looks, pixels of the image to scale.</summary>
    public int Reach => model.Reach;

    /// <summary>Side of the crops that the network was trained on, pixels of the low-resolution image; null where its file does not say.</summary>
    public int? TrainedCrop { get; }

    /// <summary>Crops for a network whose crops in training were smaller than what it looks at, else the whole image.</summary>
    public UpscaleView DefaultView { get; }

    /// <summary>Reads a network.</summary>
    /// <param name="path">A model file of <c>run contrast</c> or <c>compare</c>.</param>
    /// <exception cref="UserInputException">The file cannot be read, or holds no such network.</exception>
    public static Upscaler Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (!SavedModel.Is(file))
            throw new UserInputException($"{path}: holds no super-resolution network; give a file from models/ of 'run contrast' or 'compare'.");
        var (model, layer) = SavedModel.Load(file);
        return new Upscaler(model, layer, SavedModel.TrainedCrop(file));
    }

    /// <summary>Scales an image.</summary>
    /// <param name="luma">float32 [1, 1, h, w] on the CPU, in [0, 1].</param>
    /// <param name="view">How the network is shown it; null takes <see cref="DefaultView"/>.</param>
    /// <param name="tile">Largest side of what the network is shown at once, pixels of <paramref name="luma"/>, 1 or more: memory against time.</param>
    /// <param name="report">Is told how many pixels of <paramref name="luma"/> are done.</param>
    /// <param name="cancellation">Stops between calls of the network.</param>
    /// <returns>float32 [1, 1, 4h, 4w], in (0, 1).</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    /// <exception cref="UserInputException">Crops are wanted, and the network's file does not say how large those of its training were.</exception>
    public Tensor Upscale(Tensor luma, UpscaleView? view = null, int tile = DefaultTile, Action<long>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(luma);
        if (luma.dim() != 4 || luma.shape[0] != 1 || luma.shape[1] != 1)
            throw new ArgumentException($"luma must be [1, 1, h, w], got [{string.Join(", ", luma.shape)}].", nameof(luma));
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var larger = empty([1, 1, Scale * luma.shape[2], Scale * luma.shape[3]], float32);
        Bands(luma, view, tile, (rows, band) => larger.slice(2, Scale * rows.First, Scale * rows.End, 1).copy_(band), report, cancellation);
        return larger.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    /// <summary>Scales an image band by band, from the top.</summary>
    /// <param name="planes">A picture's planes (<see cref="PicturePlanes"/>), luma first.</param>
    /// <param name="view">As in <see cref="Upscale"/>.</param>
    /// <param name="tile">As in <see cref="Upscale"/>.</param>
    /// <param name="add">Is given the rows of <paramref name="planes"/> that a band is of, and its luma [1, 1, 4 x rows, 4w], valid during the call.</param>
    /// <param name="report">Is told how many pixels of the picture are done.</param>
    /// <param name="cancellation">Stops between calls of the network.</param>
    internal void Bands(Tensor planes, UpscaleView? view, int tile, Action<Stretch, Tensor> add, Action<long>? report, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tile, 1);
        using var outer = NewDisposeScope();
        using var _ = no_grad();
        var luma = planes.slice(1, 0, 1, 1);
        long height = luma.shape[2], width = luma.shape[3];
        var shown = View(view ?? DefaultView, tile);
        var bands = new Tiling((int)Math.Clamp(MostPixels / (Scale * Scale * width), 1, tile), Reach);
        foreach (var rows in bands.Cut((int)height))
        {
            using var scope = NewDisposeScope();
            Action<double>? share = report is null ? null : done => report((long)(width * (rows.First + done * rows.Length)));
            add(rows, shown.Band(luma, rows, share, cancellation));
        }
    }

    private BandView View(UpscaleView view, int tile) => view switch
    {
        UpscaleView.Whole => new WholeView(model, new Tiling(tile, Reach)),
        UpscaleView.Crops when TrainedCrop is { } side => new CropsView(model, side, Math.Max(1, tile * tile / (side * side))),
        UpscaleView.Crops => throw new UserInputException("The network's file does not say how large the crops of its training were; take --view whole."),
        _ => throw new ArgumentOutOfRangeException(nameof(view), view, "Not a way to show an image."),
    };
}
