using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Layers;

namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>Everything that the comparison of normalisation layers can be told; the defaults are those of a run without data.</summary>
public sealed record ComparisonConfig : SuperResolutionConfig
{
    /// <summary>The defaults.</summary>
    public ComparisonConfig() => Crops = 640;

    /// <summary>The layers to compare, in order: names of <see cref="NormalizationLayers.Names"/>.</summary>
    public IReadOnlyList<string> Layers { get; init; } = NormalizationLayers.Names;

    /// <summary>Training crops whose responses a layer that can be fitted without labels (<see cref="ILabelFreeFit"/>) is fitted to before training, 1 or more.</summary>
    public int FitCrops { get; init; } = 320;

    /// <summary>Orientations of the tuning curves, equally spaced over 180 degrees: a multiple of 4 from 8 to 180, so that every cell's own orientation is among them.</summary>
    public int Orientations { get; init; } = 24;

    /// <summary>The defaults with what a file says in their place, checked.</summary>
    /// <param name="path">A JSON object with any of the keys of config.json; comments and trailing commas are allowed.</param>
    /// <exception cref="UserInputException">The file is missing or no such object, or has an unknown key or a value of the wrong kind or out of its range.</exception>
    public static ComparisonConfig Read(string path)
    {
        var config = ConfigFile.Read(path, new ComparisonConfig(), ExperimentJson.Default.ComparisonConfig);
        config.Validate(path);
        return config;
    }

    /// <inheritdoc/>
    public override void Validate(string source)
    {
        base.Validate(source);
        CheckNames(source, "layers", Layers, NormalizationLayers.Names);
        Check(source, "fitCrops", FitCrops, FitCrops is >= 1 and <= 100_000, "1 to 100000");
        Check(source, "orientations", Orientations, Orientations is >= 8 and <= 180 && Orientations % 4 == 0, "a multiple of 4 from 8 to 180");
    }
}
