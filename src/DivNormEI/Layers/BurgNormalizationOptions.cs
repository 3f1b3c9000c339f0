namespace DivNorm.Layers;

/// <summary>What can be chosen about a <see cref="BurgNormalization"/> layer. The defaults are the paper's best model.</summary>
public sealed record BurgNormalizationOptions
{
    /// <summary>Whether each channel has a weight of its own on every other (the paper's finding), or one weight on all alike (its "nonspecific" control).</summary>
    public bool Specific { get; init; } = true;

    /// <summary>Places along a side of the surround u, 5 pixels apart: 1 (no surround), 3, 5 or 7.</summary>
    public int SurroundSize { get; init; } = 1;

    /// <summary>M, the number of products |u| |v| that a pool is the sum of: 1 to 16. More than one matters only with a surround.</summary>
    public int Components { get; init; } = 1;

    /// <summary>The seed of the random start; null draws from the framework's global generator.</summary>
    public long? Seed { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        const string record = nameof(BurgNormalizationOptions);
        OptionCheck.Require(record, nameof(SurroundSize), SurroundSize, SurroundSize is 1 or 3 or 5 or 7, "1, 3, 5 or 7");
        OptionCheck.Require(record, nameof(Components), Components, Components is >= 1 and <= 16, "1 to 16");
    }
}
