using DivNorm.Filters;
using DivNorm.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Models;

/// <summary>How the low-resolution image reaches the Gabor filters of <see cref="SuperResolutionNet"/>.</summary>
public enum InputReading
{
    /// <summary>Scaled back to the target's size (bilinear), then filtered with a stride of 4: the authors' code.</summary>
    Upscaled,

    /// <summary>Filtered as it is, with a stride of 1: the paper. A 15 or 21 px filter is larger than a 12x12 image.</summary>
    LowResolution,
}

/// <summary>
/// The super-resolution network of the paper's Experiment 1 (Veerabadran, Raina and de Sa 2021): fixed Gabor filters and a
/// ReLU, a normalisation layer on their 64 maps, and a decoder that scales up four times: 1x1 convolution, two 3x3
/// transposed convolutions of stride 2 (64 filters each), each with batch norm and ReLU, then a 1x1 convolution and
/// (tanh + 1) / 2. The decoder is the authors' code's; the paper does not name its first 1x1 convolution.
/// </summary>
public sealed class SuperResolutionNet : nn.Module<Tensor, Tensor>
{
    /// <summary>How many times larger a side of the output is than a side of the low-resolution image.</summary>
    public const int Scale = 4;

    private const int Width = 64;

    // a pixel of the maps spreads over 3 pixels of the first transposed convolution and 7 of the second: its own 4, cropped, and some of both neighbours'
    private const int DecoderReach = 1;

    // kept: a scalar made on the fly can be finalised while libtorch still reads it
    private static readonly Scalar One = 1;
    private static readonly Scalar Half = 0.5;

    private readonly GaborEncoder encoder;
    private readonly nn.Module<Tensor, Tensor> normalization;
    private readonly Sequential decoder;

    /// <summary>A network around one normalisation layer.</summary>
    /// <param name="normalization">A layer from [N, 64, h, w] to the same shape; the network owns it.</param>
    /// <param name="reading">How the low-resolution image reaches the filters.</param>
    public SuperResolutionNet(nn.Module<Tensor, Tensor> normalization, InputReading reading = InputReading.Upscaled)
        : base(nameof(SuperResolutionNet))
    {
        ArgumentNullException.ThrowIfNull(normalization);
        this.normalization = normalization;
        Reading = reading;
        encoder = new GaborEncoder(GaborBank.Paper, reading == InputReading.Upscaled ? Scale : 1);
        decoder = nn.Sequential(
            ("mix", nn.Conv2d(Width, Width, 1)),
            ("mix_bn", nn.BatchNorm2d(Width)),
            ("mix_relu", nn.ReLU()),
            ("up1", nn.ConvTranspose2d(Width, Width, 3, stride: 2)),
            ("up1_bn", nn.BatchNorm2d(Width)),
            ("up1_relu", nn.ReLU()),
            ("up2", nn.ConvTranspose2d(Width, Width, 3, stride: 2)),
            ("up2_bn", nn.BatchNorm2d(Width)),
            ("up2_relu", nn.ReLU()),
            ("pixel", nn.Conv2d(Width, 1, 1)));
        RegisterComponents();
    }

    /// <summary>How the low-resolution image reaches the filters.</summary>
    public InputReading Reading { get; }

    /// <summary>What follows the normalisation layer, up to the pixels before the crop.</summary>
    internal Sequential Decoder => decoder;

    /// <summary>The Gabor filters and their ReLU: the stage before normalisation.</summary>
    public GaborEncoder Encoder => encoder;

    /// <summary>The normalisation layer.</summary>
    public nn.Module<Tensor, Tensor> Normalization => normalization;

    /// <summary>
    /// How far from a low-resolution pixel, along either axis, its 4x4 pixels of the output can depend on the low-resolution image in evaluation mode. A part of an
    /// image with so much around it, or less where the image ends, gives the part's output.
    /// </summary>
    /// <exception cref="NotSupportedException">The normalisation layer does not say how far it reaches (<see cref="IBoundedReach"/>).</exception>
    public int Reach
    {
        get
        {
            // the filters of map place i see so far around pixel 4i of the image scaled up, where low-resolution pixel j counts for what is less than 4 from 4j + 1.5
            int half = encoder.Bank.LargestSize / 2;
            int filters = Reading == InputReading.Upscaled ? (2 * half + 3 * Scale - 2) / (2 * Scale) : half;
            return filters + LayerReach.Of(normalization) + DecoderReach;
        }
    }

    /// <summary>What the normalisation layer is called with.</summary>
    /// <param name="lowResolution">[N, 1, h, w], grey values in [0, 1].</param>
    /// <returns>The rectified maps of the Gabor filters: [N, 64, h, w].</returns>
    public Tensor Encode(Tensor lowResolution)
    {
        ArgumentNullException.ThrowIfNull(lowResolution);
        using var scope = NewDisposeScope();
        var input = Reading == InputReading.Upscaled
            ? F.interpolate(lowResolution, size: [Scale * lowResolution.shape[2], Scale * lowResolution.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false)
            : lowResolution;
        return encoder.call(input).MoveToOuterDisposeScope();
    }

    /// <summary>The high-resolution image of a low-resolution one.</summary>
    /// <param name="lowResolution">[N, 1, h, w], grey values in [0, 1].</param>
    /// <returns>[N, 1, 4h, 4w], grey values in (0, 1).</returns>
    public override Tensor forward(Tensor lowResolution)
    {
        using var scope = NewDisposeScope();
        long height = Scale * lowResolution.shape[2];
        long width = Scale * lowResolution.shape[3];
        var decoded = decoder.call(normalization.call(Encode(lowResolution)));
        long top = (decoded.shape[2] - height + 1) / 2; // 3 more pixels than the target: the centre crop starts at 2
        long left = (decoded.shape[3] - width + 1) / 2;
        var image = decoded.slice(2, top, top + height, 1).slice(3, left, left + width, 1);
        return image.tanh().Plus(One).mul(Half).MoveToOuterDisposeScope();
    }
}
