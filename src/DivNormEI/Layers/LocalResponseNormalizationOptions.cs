namespace DivNorm.Layers;

/// <summary>The constants of <see cref="LocalResponseNormalization"/>; the defaults are AlexNet's (Krizhevsky et al. 2012, section 3.3).</summary>
public sealed record LocalResponseNormalizationOptions
{
    /// <summary>n, the number of neighbouring channels summed over: odd, 1 to 63.</summary>
    public int Size { get; init; } = 5;

    /// <summary>
    /// alpha, the weight of the sum, 0 or greater, as in the paper: not divided by n. PyTorch's LocalResponseNorm divides
    /// its alpha by n, so that the same layer there takes n times this number.
    /// </summary>
    public double Alpha { get; init; } = 1e-4;

    /// <summary>beta, the exponent of the divisor: greater than 0.</summary>
    public double Beta { get; init; } = 0.75;

    /// <summary>k, the constant of the divisor: greater than 0.</summary>
    public double K { get; init; } = 2;

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        const string record = nameof(LocalResponseNormalizationOptions);
        OptionCheck.Side(record, nameof(Size), Size);
        OptionCheck.NonNegative(record, nameof(Alpha), Alpha);
        OptionCheck.Positive(record, nameof(Beta), Beta);
        OptionCheck.Positive(record, nameof(K), K);
    }
}
