using DivNorm.Lab.Experiments.SuperResolution;

namespace DivNorm.Lab.Experiments.Contrast;

/// <summary>Everything that the contrast experiment can be told; the defaults are those of a run without data.</summary>
public sealed record ContrastConfig : SuperResolutionConfig
{
    /// <summary>The variants to train, in order: names of <see cref="ContrastVariants.Names"/>.</summary>
    public IReadOnlyList<string> Variants { get; init; } = ContrastVariants.Default;

    /// <inheritdoc/>
    public override void Validate(string source)
    {
        base.Validate(source);
        CheckNames(source, "variants", Variants, ContrastVariants.Names);
    }
}
