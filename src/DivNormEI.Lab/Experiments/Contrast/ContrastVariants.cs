using DivNorm.Layers;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>The readings of the layer that the contrast experiment knows by name.</summary>
public static class ContrastVariants
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["paper"] = "divnormei",
        ["authors"] = "divnormei-authors",
    };

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    /// <summary>What runs where nothing is named: the paper's equations and the authors' code.</summary>
    public static IReadOnlyList<string> Default { get; } = ["paper", "authors"];

    /// <summary>The variant's name among <see cref="NormalizationLayers"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static string Layer(string name) => Known[name];
}
