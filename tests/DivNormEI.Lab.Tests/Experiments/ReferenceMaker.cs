using System.Globalization;
using DivNorm.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments;

/// <summary>
/// Makes files of reference tensors as another implementation would: Eq. 2-6 written out with plain operations in
/// float64, the batch norm by its formula, gradients by autograd, all from float32 inputs and stored as float32.
/// </summary>
internal sealed record ReferenceMaker(long[] InputShape, int Division = 5, int Excitation = 9, int Inhibition = 7)
{
    private const double BatchNormEpsilon = 1e-5;
    private const double Momentum = 0.1;

    internal bool Bias { get; init; }

    internal bool FromNormalized { get; init; }

    internal double Epsilon { get; init; }

    internal long Seed { get; init; } = 1;

    private long Channels => InputShape[1];

    /// <summary>What the golden files say of themselves, and the epsilon where there is one.</summary>
    internal Dictionary<string, string> Metadata()
    {
        var metadata = new Dictionary<string, string>
        {
            ["kernel_div"] = $"{Division}",
            ["kernel_exc"] = $"{Excitation}",
            ["kernel_inh"] = $"{Inhibition}",
            ["excitation_source"] = FromNormalized ? "normalized" : "input",
            ["lateral_bias"] = Bias ? "True" : "False",
            ["bn_eps"] = "1e-05",
            ["bn_momentum"] = "0.1",
        };
        if (Epsilon > 0)
            metadata["epsilon"] = Epsilon.ToString(CultureInfo.InvariantCulture);
        return metadata;
    }

    /// <summary>Every tensor of a file, float32, owned by the current dispose scope.</summary>
    internal Dictionary<string, Tensor> Tensors()
    {
        var x = Leaves();
        var tensors = x.ToDictionary(pair => pair.Key, pair => pair.Value.detach());
        using var generator = new Generator((ulong)(Seed + 1000));
        var gradOutput = Rounded(randn(InputShape, ScalarType.Float64, generator: generator));

        var energy = x["input"] * x["input"];
        var pool = nn.functional.conv2d(energy, x["w_div"], padding: Same(Division), groups: Channels);
        var normalized = energy / (pool + PerChannel(x["sigma"] * x["sigma"] + Epsilon));
        var excitation = nn.functional.conv2d(FromNormalized ? normalized : x["input"], x["w_exc"], padding: Same(Excitation));
        var inhibition = nn.functional.conv2d(normalized, x["w_inh"], padding: Same(Inhibition));
        if (Bias)
        {
            excitation = excitation + PerChannel(x["b_exc"]);
            inhibition = inhibition + PerChannel(x["b_inh"]);
        }

        var integrated = normalized + excitation - inhibition;
        var evaluated = BatchNormAndRelu(x, integrated, x["bn_running_mean"], x["bn_running_var"]);
        foreach (var (name, value) in new[]
        {
            ("normalized", normalized), ("excitation", excitation), ("inhibition", inhibition), ("integrated", integrated), ("output_eval", evaluated),
        })
        {
            tensors[name] = value.detach();
        }

        long[] perChannel = [0, 2, 3];
        var count = (double)(integrated.numel() / Channels);
        if (count > 1)
        {
            var mean = integrated.mean(perChannel);
            var variance = (integrated - PerChannel(mean)).square().mean(perChannel);
            var trained = BatchNormAndRelu(x, integrated, mean, variance);
            trained.backward([gradOutput]);
            tensors["output_train"] = trained.detach();
            tensors["bn_running_mean_after"] = ((1 - Momentum) * x["bn_running_mean"] + Momentum * mean).detach();
            tensors["bn_running_var_after"] = ((1 - Momentum) * x["bn_running_var"] + Momentum * variance * (count / (count - 1))).detach();
            tensors["grad_output"] = gradOutput;
            foreach (var (name, leaf) in x.Where(pair => !pair.Key.StartsWith("bn_running", StringComparison.Ordinal)))
                tensors[$"grad_{name}"] = leaf.grad!;
        }

        return tensors.ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float32));
    }

    /// <summary>Writes a file; <paramref name="edit"/> may change tensors and metadata first.</summary>
    internal void Write(string path, Action<Dictionary<string, Tensor>, Dictionary<string, string>>? edit = null)
    {
        using var scope = NewDisposeScope();
        var (tensors, metadata) = (Tensors(), Metadata());
        edit?.Invoke(tensors, metadata);
        SafetensorsFile.Write(path, tensors.Select(pair => (pair.Key, pair.Value)), metadata);
    }

    /// <summary>Removes what another implementation computed, and the batch norm's parameters.</summary>
    internal static void KeepOnlyInputs(Dictionary<string, Tensor> tensors)
    {
        foreach (var name in tensors.Keys.Where(name => name is not ("input" or "w_div" or "w_exc" or "w_inh" or "sigma")).ToArray())
            tensors.Remove(name);
    }

    private Dictionary<string, Tensor> Leaves()
    {
        using var generator = new Generator((ulong)Seed);
        Tensor Uniform(double low, double high, params long[] shape) =>
            Rounded(low + (high - low) * rand(shape, ScalarType.Float64, generator: generator)).requires_grad_();
        Tensor Lateral(long channelsIn, int side) => Uniform(0, 2.0 / (channelsIn * side * side), Channels, channelsIn, side, side);

        var leaves = new Dictionary<string, Tensor>
        {
            ["input"] = Rounded(randn(InputShape, ScalarType.Float64, generator: generator)).requires_grad_(),
            ["w_div"] = Uniform(0, 1, Channels, 1, Division, Division),
            ["w_exc"] = Lateral(Channels, Excitation),
            ["w_inh"] = Lateral(Channels, Inhibition),
            ["sigma"] = Uniform(0.5, 1.5, Channels),
            ["bn_weight"] = Uniform(0.5, 1.5, Channels),
            ["bn_bias"] = Uniform(-0.5, 0.5, Channels),
            ["bn_running_mean"] = Uniform(-0.5, 0.5, Channels),
            ["bn_running_var"] = Uniform(0.5, 1.5, Channels),
        };
        if (Bias)
        {
            leaves["b_exc"] = Uniform(-0.1, 0.1, Channels);
            leaves["b_inh"] = Uniform(-0.1, 0.1, Channels);
        }

        return leaves;
    }

    private static Tensor BatchNormAndRelu(Dictionary<string, Tensor> x, Tensor integrated, Tensor mean, Tensor variance)
    {
        var standardised = (integrated - PerChannel(mean)) / PerChannel((variance + BatchNormEpsilon).sqrt());
        return (standardised * PerChannel(x["bn_weight"]) + PerChannel(x["bn_bias"])).clamp(min: 0);
    }

    /// <summary>The nearest float32 values, so that what is stored is what was computed with.</summary>
    private static Tensor Rounded(Tensor value) => value.to(ScalarType.Float32).to(ScalarType.Float64);

    private static Tensor PerChannel(Tensor value) => value.reshape(1, -1, 1, 1);

    private static long[] Same(int side) => [side / 2, side / 2];
}
