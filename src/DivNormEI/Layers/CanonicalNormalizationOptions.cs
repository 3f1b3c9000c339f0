namespace DivNorm.Layers;

/// <summary>The numerator of <see cref="CanonicalNormalization"/>.</summary>
public enum NormalizationForm
{
    /// <summary>|y|^n / (sigma^n + pool): the energy of a response over that of its neighbourhood.</summary>
    Power,

    /// <summary>y / (sigma^n + pool)^(1/n): the response itself, its sign kept; y / sqrt(sigma^2 + pool) for n = 2.</summary>
    FirstPower,
}

/// <summary>What can be chosen about a <see cref="CanonicalNormalization"/> layer.</summary>
public sealed record CanonicalNormalizationOptions
{
    /// <summary>n, the exponent: 1 to 8. Heeger's squares.</summary>
    public double Exponent { get; init; } = 2;

    /// <summary>Whether the output is a power of the response or the response itself.</summary>
    public NormalizationForm Form { get; init; } = NormalizationForm.Power;

    /// <summary>Side of the pool's window in pixels: odd, 1 to 63.</summary>
    public int PoolSize { get; init; } = 5;

    /// <summary>
    /// What the semi-saturation constant sigma starts at, in units of the input: greater than 0. The pool starts as a mean over all
    /// channels, most of them silent, which lies far below the square of the strongest response: hence .3.
    /// </summary>
    public double InitialSigma { get; init; } = 0.3;

    /// <summary>Whether sigma is learned.</summary>
    public bool LearnSigma { get; init; } = true;

    /// <summary>Whether the pool's weights are learned; they start as a plain mean.</summary>
    public bool LearnPool { get; init; } = true;

    /// <summary>The term added to sigma^n, in units of the input to the n: 0 or greater. At 0 a blank input may give 0 / 0 once sigma is learned.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        const string record = nameof(CanonicalNormalizationOptions);
        OptionCheck.Require(record, nameof(Exponent), Exponent, Exponent is >= 1 and <= 8, "1 to 8");
        OptionCheck.Known(record, nameof(Form), Form);
        OptionCheck.Side(record, nameof(PoolSize), PoolSize);
        OptionCheck.Positive(record, nameof(InitialSigma), InitialSigma);
        OptionCheck.NonNegative(record, nameof(Epsilon), Epsilon);
    }
}
