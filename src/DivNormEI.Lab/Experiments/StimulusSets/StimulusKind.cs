using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Experiments.StimulusSets;

/// <summary>What the numbers of an option are.</summary>
public enum StimulusUnit
{
    /// <summary>Plain numbers.</summary>
    Number,

    /// <summary>Whole numbers.</summary>
    Count,

    /// <summary>Angles in degrees.</summary>
    Degrees,

    /// <summary>Pixels, or degrees of visual angle where pixels per degree are given.</summary>
    Length,

    /// <summary>Cycles/pixel, or cycles/degree where pixels per degree are given.</summary>
    Frequency,
}

/// <summary>One parameter of a kind of stimuli.</summary>
/// <param name="Name">Its name, as on the command line without dashes.</param>
/// <param name="Description">What it is.</param>
/// <param name="Unit">What its numbers are.</param>
/// <param name="Default">Its value where none is given, in pixels and cycles/pixel.</param>
public sealed record StimulusOption(string Name, string Description, StimulusUnit Unit, double Default)
{
    /// <summary>The words that can be chosen, where the values are words: a value is then the index of one.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}

/// <summary>A kind of stimuli that sets can be made of.</summary>
public sealed class StimulusKind
{
    private readonly Func<StimulusPoint, IEnumerable<IStimulus>> make;

    internal StimulusKind(string name, string description, IReadOnlyList<StimulusOption> options, Func<StimulusPoint, IEnumerable<IStimulus>> make) =>
        (Name, Description, Options, this.make) = (name, description, options, make);

    internal StimulusKind(string name, string description, IReadOnlyList<StimulusOption> options, Func<StimulusPoint, IStimulus> make)
        : this(name, description, options, point => [make(point)])
    {
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it is, in a sentence.</summary>
    public string Description { get; }

    /// <summary>Its parameters; the last runs fastest where several have lists of values.</summary>
    public IReadOnlyList<StimulusOption> Options { get; }

    /// <summary>Whether its stimuli are cut from images.</summary>
    public bool NeedsImages { get; internal init; }

    /// <summary>The stimuli at one combination of values: one, or the frames of a sequence.</summary>
    internal IEnumerable<IStimulus> Make(StimulusPoint point) => make(point);
}
