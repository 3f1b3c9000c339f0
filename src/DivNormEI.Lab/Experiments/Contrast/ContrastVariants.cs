using DivNorm.Layers;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>The readings of the layer that the contrast experiment knows by name.</summary>
public static class ContrastVariants
{
    private static readonly Dictionary<string, DivNormEIOptions> Known = new()
    {
        ["paper"] = DivNormEIOptions.Paper,
        ["authors"] = DivNormEIOptions.AuthorsCode,
    };

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    /// <summary>What runs where nothing is named: the paper's equations and the authors' code.</summary>
    public static IReadOnlyList<string> Default { get; } = ["paper", "authors"];

    /// <summary>The layer's options of one variant.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static DivNormEIOptions Options(string name) => Known[name];
}
