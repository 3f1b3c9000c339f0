using System.Globalization;
using DivNorm.Layers;

namespace DivNorm.Interop;

/// <summary>
/// What a file's metadata say of a DivNormEI layer, by the names that <c>divnormei check</c> uses. A network's file may say it of each of its layers, the
/// layer's prefix before the name; where it does not, the bare name holds.
/// </summary>
internal sealed class LayerMetadata(TensorFile file, string prefix = "")
{
    private const int LargestKernel = 63;

    private const string SourceKey = "excitation_source";
    private const string NonNegativityKey = "non_negativity";
    private const string BiasKey = "lateral_bias";
    private const string EpsilonKey = "epsilon";
    private const string BatchNormEpsilonKey = "bn_eps";
    private const string BatchNormMomentumKey = "bn_momentum";

    private static readonly Dictionary<string, ExcitationSource> Sources = new()
    {
        ["input"] = ExcitationSource.Input,
        ["normalized"] = ExcitationSource.Normalized,
    };

    private static readonly Dictionary<string, NonNegativity> NonNegativities = new()
    {
        ["lateral_weights"] = NonNegativity.LateralWeights,
        ["all_parameters"] = NonNegativity.AllParameters,
    };

    /// <summary>Whether the metadata say what E reads.</summary>
    internal bool NamesSource => Find(SourceKey) is not null;

    /// <summary>The metadata of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="prefix">What stands before its names in the file.</param>
    internal static IEnumerable<(string Key, string Value)> Of(Layers.DivNormEI layer, string prefix)
    {
        var options = layer.Options;
        yield return (prefix + "kernel_div", $"{options.DivisionKernel}");
        if (options.Excites)
            yield return (prefix + "kernel_exc", $"{options.ExcitationKernel}");
        if (options.Inhibits)
            yield return (prefix + "kernel_inh", $"{options.InhibitionKernel}");
        yield return (prefix + BiasKey, (layer.ExcitationBias ?? layer.InhibitionBias) is null ? bool.FalseString : bool.TrueString);
        yield return (prefix + SourceKey, Sources.Single(pair => pair.Value == options.ExcitationSource).Key);
        yield return (prefix + NonNegativityKey, NonNegativities.Single(pair => pair.Value == options.NonNegativity).Key);
        yield return (prefix + EpsilonKey, Text(options.Epsilon));
        yield return (prefix + BatchNormEpsilonKey, Text(options.BatchNormEpsilon));
        yield return (prefix + BatchNormMomentumKey, Text(options.BatchNormMomentum));
    }

    /// <summary>Options with what the metadata say in their place.</summary>
    /// <param name="defaults">What holds where they are silent.</param>
    /// <exception cref="UserInputException">A value is of the wrong kind or outside its range.</exception>
    internal DivNormEIOptions Over(DivNormEIOptions defaults) => defaults with
    {
        ExcitationSource = Known(SourceKey, Sources, defaults.ExcitationSource),
        NonNegativity = Known(NonNegativityKey, NonNegativities, defaults.NonNegativity),
        Epsilon = Number(Find(EpsilonKey) is null ? "eps" : EpsilonKey, defaults.Epsilon, value => value >= 0, "0 or greater"),
        BatchNormEpsilon = Number(BatchNormEpsilonKey, defaults.BatchNormEpsilon, value => value > 0, "greater than 0"),
        BatchNormMomentum = Number(BatchNormMomentumKey, defaults.BatchNormMomentum, value => value is >= 0 and <= 1, "0 to 1"),
    };

    /// <summary>The side of a square kernel: the weight's shape says it, and the metadata must agree.</summary>
    /// <param name="weight">The weight's entry, of four dimensions.</param>
    /// <param name="key">The key of the metadata.</param>
    /// <exception cref="UserInputException">The kernel is no such one, or they disagree.</exception>
    internal int Kernel(TensorEntry weight, string key)
    {
        var (height, width) = (weight.Shape[2], weight.Shape[3]);
        if (height != width || height % 2 == 0 || height > LargestKernel)
            throw Error($"{weight.Name} has kernels of {height} x {width}; the layer's are square, odd, 1 to {LargestKernel} pixels");
        if (Find(key) is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side == height))
            throw Error($"{key} is '{text}' in the metadata, and {weight.Name} has kernels of {height} x {width}");
        return (int)height;
    }

    /// <summary>Checks what the metadata say of lateral biases against the tensors.</summary>
    /// <param name="there">Whether the file has them.</param>
    /// <param name="names">What the file calls them.</param>
    /// <exception cref="UserInputException">They disagree.</exception>
    internal void CheckLateralBias(bool there, string names)
    {
        if (Find(BiasKey) is not { } text)
            return;
        if (!bool.TryParse(text, out var said))
            throw Error($"{BiasKey} is '{text}' in the metadata; it must be 'True' or 'False'");
        if (said != there)
            throw Error($"{BiasKey} is {said} in the metadata, and {names} are {(said ? "missing" : "there")}");
    }

    private T Known<T>(string key, Dictionary<string, T> known, T fallback)
    {
        if (Find(key) is not { } text)
            return fallback;
        return known.TryGetValue(text, out var value) ? value : throw Error($"{key} is '{text}' in the metadata; it must be '{string.Join("' or '", known.Keys)}'");
    }

    private double Number(string key, double fallback, Func<double, bool> isValid, string range)
    {
        if (Find(key) is not { } text)
            return fallback;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && isValid(value))
            return value;
        throw Error($"{key} is '{text}' in the metadata; it must be a number, {range}");
    }

    private string? Find(string key) => file.Metadata.GetValueOrDefault(prefix + key) ?? file.Metadata.GetValueOrDefault(key);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private UserInputException Error(string what) => new($"{file.Name}: {what}");
}
