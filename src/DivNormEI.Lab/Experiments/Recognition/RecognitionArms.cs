using DivNorm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>How the DivNormEI layers of the recognition experiment start.</summary>
public enum BlockStart
{
    /// <summary>
    /// The experiment's default. Where E reads Y, each cell begins by exciting itself, with a weight of 1 at the centre of its own kernel, and all
    /// other weights of E and I are a tenth of <see cref="Paper"/>'s: the layer begins close to the batch norm and ReLU of its input, and the
    /// division and its surround are there to be learned. Where E reads Yn it carries no copy of the input, and <see cref="Paper"/>'s
    /// start is kept. docs/commands/run-recognition.md has the measurements behind it.
    /// </summary>
    SelfExcitation,

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

    /// <summary>What <see cref="BlockStart.SelfExcitation"/> leaves of the layer's own lateral weights.</summary>
    private const double Quiet = 0.1;

    private static readonly Dictionary<string, DivNormEIOptions> Blocks = new()
    {
        ["divnorm"] = DivNormEIOptions.Paper,
        ["divnorm-yn"] = DivNormEIOptions.Paper with { ExcitationSource = ExcitationSource.Normalized },
        ["divnorm-authors"] = DivNormEIOptions.AuthorsCode,
    };

    // These the arms above are, under the names that the experiment has for them
    private static readonly HashSet<string> Covered = ["none", "bn-relu", "divnormei", "divnormei-authors"];

    /// <summary>Every name: the paper's arms, then the project's other normalisation models.</summary>
    public static IReadOnlyList<string> Names { get; } = [Baseline, Control, .. Blocks.Keys, .. NormalizationLayers.Names.Where(name => !Covered.Contains(name))];

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
        _ => $"{NormalizationLayers.Find(arm).Title}: {NormalizationLayers.Find(arm).Equation}",
    };

    /// <summary>Makes an arm's layer from channels and seed, with a kernel by name or the fastest; null for the baseline.</summary>
    internal static Func<long, int, nn.Module<Tensor, Tensor>>? Layer(string arm, BlockStart start, string? kernel = null) => arm switch
    {
        Baseline => null,
        Control => (channels, _) => nn.BatchNorm2d(channels),
        _ when BlockOptions(arm) is { } options => (channels, seed) => Block(channels, options with { Seed = seed, Kernel = kernel }, start),
        _ => (channels, seed) => NormalizationLayers.Find(arm).Create(channels, seed),
    };

    /// <summary>
    /// The learning rate that goes with a start, as a multiple of the network's. E of Y adds up thousands of weights whose inputs are all positive: at the
    /// full rate their sum grows tenfold in three epochs, and a blur drowns the cell's own input. Yn is ten times smaller.
    /// </summary>
    internal static double BlockLearningRate(string arm, BlockStart start) => BlockOptions(arm) is { } options && ExcitesItself(options, start) ? 0.01 : 1;

    /// <summary>The options of an arm that is a DivNormEI, lesions among them; null for any other.</summary>
    private static DivNormEIOptions? BlockOptions(string arm)
    {
        if (Blocks.TryGetValue(arm, out var options))
            return options;
        if (!NormalizationLayers.Names.Contains(arm))
            return null;
        using var layer = NormalizationLayers.Find(arm).Create(1, 0);
        return (layer as DivNorm.Layers.DivNormEI)?.Options;
    }

    private static bool ExcitesItself(DivNormEIOptions options, BlockStart start) =>
        start == BlockStart.SelfExcitation && options.Excites && options.ExcitationSource == ExcitationSource.Input;

    private static DivNorm.Layers.DivNormEI Block(long channels, DivNormEIOptions options, BlockStart start)
    {
        var layer = new DivNorm.Layers.DivNormEI(channels, options with
        {
            LateralInit = start == BlockStart.FrameworkDefault ? LateralInit.FrameworkDefault : LateralInit.UnitSum,
        });
        if (ExcitesItself(options, start))
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            // here, not in static fields: the names above are listed in the help, which needs no libtorch
            using Scalar quiet = Quiet, one = 1;
            layer.ExcitationWeight!.mul_(quiet);
            layer.InhibitionWeight?.mul_(quiet);
            int centre = options.ExcitationKernel / 2;
            layer.ExcitationWeight.select(3, centre).select(2, centre).diagonal().fill_(one);
        }

        return layer;
    }
}
