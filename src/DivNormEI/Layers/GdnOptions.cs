namespace DivNorm.Layers;

/// <summary>What can be chosen about a <see cref="Gdn"/> layer. The defaults are those of image compression: alpha 2, epsilon 1/2.</summary>
public sealed record GdnOptions
{
    /// <summary>GDN as image compression uses it: x / sqrt(beta + gamma x^2).</summary>
    public static GdnOptions Gdn { get; } = new();

    /// <summary>Its approximate inverse, which multiplies: x * sqrt(beta + gamma x^2).</summary>
    public static GdnOptions Igdn { get; } = new() { Inverse = true };

    /// <summary>The cheaper GDN1: x / (beta + gamma |x|).</summary>
    public static GdnOptions Gdn1 { get; } = new() { Alpha = 1, Epsilon = 1 };

    /// <summary>Whether the layer multiplies by the pool instead of dividing by it.</summary>
    public bool Inverse { get; init; }

    /// <summary>alpha, the exponent inside the pool: 1 to 8.</summary>
    public double Alpha { get; init; } = 2;

    /// <summary>epsilon, the exponent of the pool: greater than 0, to 8. (In the other layers that name is a small term; here it is the papers' exponent.)</summary>
    public double Epsilon { get; init; } = 0.5;

    /// <summary>What beta starts at: <see cref="MinimumBeta"/> or more.</summary>
    public double InitialBeta { get; init; } = 1;

    /// <summary>What a channel's weight on itself starts at; its weights on others start at 0. 0 or greater.</summary>
    public double InitialGamma { get; init; } = 0.1;

    /// <summary>The least beta: greater than 0.</summary>
    public double MinimumBeta { get; init; } = 1e-6;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        const string record = nameof(GdnOptions);
        OptionCheck.Require(record, nameof(Alpha), Alpha, Alpha is >= 1 and <= 8, "1 to 8");
        OptionCheck.Require(record, nameof(Epsilon), Epsilon, Epsilon is > 0 and <= 8, "greater than 0, to 8");
        OptionCheck.Positive(record, nameof(MinimumBeta), MinimumBeta);
        OptionCheck.Require(record, nameof(InitialBeta), InitialBeta, InitialBeta >= MinimumBeta && double.IsFinite(InitialBeta), $"{nameof(MinimumBeta)} ({MinimumBeta}) or more and finite");
        OptionCheck.NonNegative(record, nameof(InitialGamma), InitialGamma);
    }
}
