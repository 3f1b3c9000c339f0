using DivNorm.Lab.Experiments.SuperResolution;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>Everything that the contrast experiment can be told; the defaults are those of a run without data.</summary>
public sealed record ContrastConfig : SuperResolutionConfig
{
    /// <summary>The variants to train, in order: names of <see cref="ContrastVariants.Names"/>.</summary>
    public IReadOnlyList<string> Variants { get; init; } = ContrastVariants.Default;

    /// <summary>The defaults with what a file says in their place, checked.</summary>
    /// <param name="path">A JSON object with any of the keys of config.json; comments and trailing commas are allowed.</param>
    /// <exception cref="UserInputException">The file is missing or no such object, or has an unknown key or a value of the wrong kind or out of its range.</exception>
    public static ContrastConfig Read(string path)
    {
        var config = ConfigFile.Read(path, new ContrastConfig(), ExperimentJson.Default.ContrastConfig);
        config.Validate(path);
        return config;
    }

    /// <inheritdoc/>
    public override void Validate(string source)
    {
        base.Validate(source);
        CheckNames(source, "variants", Variants, ContrastVariants.Names);
    }
}
