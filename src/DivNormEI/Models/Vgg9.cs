using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Models;

/// <summary>
/// The network of the paper's Experiment 2 (Veerabadran, Raina and de Sa 2021): nine weight layers in the manner of VGG
/// (Simonyan and Zisserman 2015), six 3x3 convolutions and three fully connected layers, with 2x2 max pooling after
/// convolutions 1, 2, 4 and 6. The paper gives no widths; these are VGG-11's without its last two convolutions. A
/// normalisation layer can follow any convolution, in the place of its ReLU: the paper's follows the first.
/// </summary>
public sealed partial class Vgg9 : nn.Module<Tensor, Tensor>
{
    private const int Kernel = 3;

    // What the last layer starts with, times 1 / sqrt(inputs): scores far below 1, so that the first steps are not spent on unlearning
    // them, yet large enough for gradients to come through (measured: 1 costs most of an epoch, 0.1 leaves a plateau)
    private const double Shy = 0.3;

    private static readonly int[] WidthFactors = [1, 2, 4, 4, 8, 8];
    private static readonly HashSet<int> PooledConvolutions = [1, 2, 4, 6];

    private readonly List<Conv2d> convolutions = [];
    private readonly Dictionary<int, nn.Module<Tensor, Tensor>> normalizations = [];
    private readonly Dictionary<int, BatchNorm2d> batchNorms = [];
    private readonly List<Linear> dense = [];

    /// <summary>A network at its start.</summary>
    /// <param name="options">The architecture; null takes the defaults.</param>
    /// <param name="normalization">
    /// Makes the layer for one of <see cref="Vgg9Options.Positions"/> from its channels and a seed, from [N, C, H, W] to the same
    /// shape; the network owns it. Null makes the baseline, which has none.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public Vgg9(Vgg9Options? options = null, Func<long, int, nn.Module<Tensor, Tensor>>? normalization = null)
        : base(nameof(Vgg9))
    {
        Options = options ?? new Vgg9Options();
        Options.Validate();
        int channels = 3;
        for (int place = 1; place <= Vgg9Options.Convolutions; place++)
        {
            int width = Options.Width * WidthFactors[place - 1];
            var convolution = nn.Conv2d(channels, width, Kernel, padding: Kernel / 2);
            Start(convolution.weight!, convolution.bias!, place, Math.Sqrt(2.0 / (channels * Kernel * Kernel)));
            register_module($"conv{place}", convolution);
            convolutions.Add(convolution);
            if (normalization is not null && Options.Positions.Contains(place))
            {
                var layer = normalization(width, LayerSeed(place));
                register_module($"norm{place}", layer);
                normalizations.Add(place, layer);
            }
            else if (Options.BatchNorm == BatchNormPlacement.Everywhere)
            {
                var layer = nn.BatchNorm2d(width);
                register_module($"bn{place}", layer);
                batchNorms.Add(place, layer);
            }

            channels = width;
        }

        int side = HeadSide;
        int[] units = [channels * side * side, Options.Hidden, Options.Hidden, Options.Classes];
        for (int i = 1; i < units.Length; i++)
        {
            bool last = i == units.Length - 1;
            var linear = nn.Linear(units[i - 1], units[i]);
            Start(linear.weight, linear.bias!, Vgg9Options.Convolutions + i, Math.Sqrt((last ? Shy * Shy : 2.0) / units[i - 1]));
            register_module($"fc{i}", linear);
            dense.Add(linear);
        }
    }

    /// <summary>The architecture.</summary>
    public Vgg9Options Options { get; }

    /// <summary>The first convolution.</summary>
    public Conv2d FirstConvolution => convolutions[0];

    /// <summary>The normalisation layers by the convolution that they follow, counted from 1.</summary>
    public IReadOnlyDictionary<int, nn.Module<Tensor, Tensor>> Normalizations => normalizations;

    /// <summary>The six convolutions, in order.</summary>
    internal IReadOnlyList<Conv2d> ConvolutionLayers => convolutions;

    /// <summary>The batch norms by the convolution that they follow, counted from 1.</summary>
    internal IReadOnlyDictionary<int, BatchNorm2d> BatchNorms => batchNorms;

    /// <summary>The three fully connected layers, in order.</summary>
    internal IReadOnlyList<Linear> Dense => dense;

    /// <summary>A side of the maps after the last pooling.</summary>
    internal int LastSide => Options.InputSize / Vgg9Options.Reduction;

    /// <summary>A side of the maps that the fully connected layers see.</summary>
    internal int HeadSide => Math.Min(LastSide, Options.HeadSize);

    /// <summary>The classes' scores for images.</summary>
    /// <param name="images">[N, 3, InputSize, InputSize], float32, normalised as in training.</param>
    /// <returns>[N, Classes], float32: logits.</returns>
    public override Tensor forward(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        var maps = Options.ChannelsLast ? images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : images.alias();
        for (int place = 1; place <= Vgg9Options.Convolutions; place++)
        {
            maps = Then(maps, m => Respond(Drive(m, place), place));
            if (IsPooled(place))
                maps = Then(maps, m => F.max_pool2d(m, 2));
        }

        if (LastSide > HeadSide)
            maps = Then(maps, m => F.adaptive_avg_pool2d(m, HeadSide));
        var units = maps.flatten(1);
        for (int i = 0; i < dense.Count; i++)
        {
            units = Multiply(units, dense[i]);
            if (i < dense.Count - 1)
                units = Options.Dropout > 0 ? F.dropout(F.relu(units), Options.Dropout, training) : F.relu(units);
        }

        return units.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The first stage, for a look inside: what the first convolution's cells respond (rectified) before what follows it, and after.
    /// In the baseline the two are the same.
    /// </summary>
    /// <param name="images">[N, 3, H, W], float32, normalised as in training; any size.</param>
    /// <returns>Two tensors [N, Width, H, W].</returns>
    public (Tensor Before, Tensor After) FirstStage(Tensor images)
    {
        using var scope = NewDisposeScope();
        var drive = Drive(images, 1);
        var before = F.relu(drive);
        var after = Respond(drive, 1).to(ScalarType.Float32);
        scope.MoveToOuter(before, after);
        return (before, after);
    }

    /// <summary>Whether max pooling follows a convolution, counted from 1.</summary>
    internal static bool IsPooled(int place) => PooledConvolutions.Contains(place);

    /// <summary>One step of the way; its input is let go, which autograd keeps where it needs it.</summary>
    private static Tensor Then(Tensor input, Func<Tensor, Tensor> step)
    {
        using var scope = NewDisposeScope();
        var output = step(input).MoveToOuterDisposeScope();
        input.Dispose();
        return output;
    }

    private Tensor Drive(Tensor maps, int place)
    {
        var convolution = convolutions[place - 1];
        return Options.BFloat16
            ? F.conv2d(maps.to(ScalarType.BFloat16), convolution.weight!.to(ScalarType.BFloat16), convolution.bias!.to(ScalarType.BFloat16), padding: [Kernel / 2, Kernel / 2])
            : convolution.call(maps);
    }

    private Tensor Respond(Tensor drive, int place)
    {
        if (normalizations.TryGetValue(place, out var layer))
        {
            var input = drive.to(ScalarType.Float32);
            var output = layer.call(Options.Rectify ? F.relu(input) : input);
            return layer is Layers.DivNormEI ? output : F.relu(output); // Eq. 6 ends with a ReLU
        }

        return F.relu(batchNorms.TryGetValue(place, out var norm) ? norm.call(drive.to(ScalarType.Float32)) : drive);
    }

    private Tensor Multiply(Tensor units, Linear layer) => Options.BFloat16
        ? F.linear(units.to(ScalarType.BFloat16), layer.weight.to(ScalarType.BFloat16), layer.bias!.to(ScalarType.BFloat16))
        : layer.call(units);

    private int LayerSeed(int layer) => (int)((ulong)(Options.Seed + 1) * 0x9E3779B97F4A7C15 + (ulong)layer * 0xBF58476D1CE4E5B9 >> 33);

    /// <summary>He et al. 2015 for layers before a ReLU; a generator for each layer, so that no other layer's presence changes it.</summary>
    private void Start(Tensor weight, Tensor bias, int layer, double deviation)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var generator = new Generator((ulong)LayerSeed(layer), CPU);
        using Scalar scale = deviation;
        weight.copy_(randn(weight.shape, ScalarType.Float32, CPU, generator: generator).mul_(scale));
        bias.zero_();
    }
}
