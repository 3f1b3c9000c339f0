using DivNorm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>How the DivNormEI layers of the recognition experiment start.</summary>
public enum BlockStart
{
    /// <summary>
    /// The experiment's default: <see cref="Paper"/> with w_exc and w_inh a tenth as large, so that the division is heard through E and I, and
    /// sigma set from a first batch. docs/recognition.md has the measurements behind it.
    /// </summary>
    Quiet,

    /// <summary>The layer's defaults: the weights of E and I sum to one, sigma is 1.</summary>
    Paper,

    /// <summary>E and I start as the framework starts convolutions, without the negative half, as in the authors' code; sigma is 1.</summary>
    FrameworkDefault,
}

/// <summary>What the recognition experiment compares, by name.</summary>
public static class RecognitionArms
{
    /// <summary>The network without any layer of its own: convolutions, pooling, fully connected layers.</summary>
    public const string Baseline = "baseline";

    /// <summary>Batch norm and ReLU alone where the layer would be: what the layer brings beside its own equations.</summary>
    public const string Control = "control";

    /// <summary>Lateral weights of a quiet start, as a share of the layer's own start.</summary>
    private const double QuietScale = 0.1;

    private static readonly Dictionary<string, DivNormEIOptions> Layers = new()
    {
        ["divnorm"] = DivNormEIOptions.Paper,
        ["divnorm-yn"] = DivNormEIOptions.Paper with { ExcitationSource = ExcitationSource.Normalized },
        ["divnorm-authors"] = DivNormEIOptions.AuthorsCode,
    };

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = [Baseline, Control, .. Layers.Keys];

    /// <summary>What runs where nothing is named: the baseline, the control, and the layer with excitation from Y (paper) and from Yn.</summary>
    public static IReadOnlyList<string> Default { get; } = [Baseline, Control, "divnorm", "divnorm-yn"];

    /// <summary>What an arm is, in words.</summary>
    /// <param name="arm">One of <see cref="Names"/>.</param>
    public static string Describe(string arm) => arm switch
    {
        Baseline => "no layer",
        Control => "batch norm and ReLU alone",
        "divnorm" => "DivNormEI, excitation from Y (the paper's Eq. 3)",
        "divnorm-yn" => "DivNormEI, excitation from Yn",
        "divnorm-authors" => "DivNormEI as in the authors' code (excitation from Yn, biases, inhibition kernel 5)",
        _ => arm,
    };

    /// <summary>Makes an arm's layer from channels and seed; null for the baseline.</summary>
    internal static Func<long, int, nn.Module<Tensor, Tensor>>? Layer(string arm, BlockStart start) => arm switch
    {
        Baseline => null,
        Control => (channels, _) => nn.BatchNorm2d(channels),
        _ => (channels, seed) => Block(channels, seed, Layers[arm], start),
    };

    private static DivNorm.Layers.DivNormEI Block(long channels, int seed, DivNormEIOptions options, BlockStart start)
    {
        if (start == BlockStart.FrameworkDefault)
            options = options with { LateralInit = LateralInit.FrameworkDefault };
        else
            options = options with { LateralInit = LateralInit.UnitSum };
        var layer = new DivNorm.Layers.DivNormEI(channels, options with { Seed = seed });
        if (start == BlockStart.Quiet)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            using Scalar scale = QuietScale;
            layer.ExcitationWeight.mul_(scale);
            layer.InhibitionWeight.mul_(scale);
        }

        return layer;
    }
}
