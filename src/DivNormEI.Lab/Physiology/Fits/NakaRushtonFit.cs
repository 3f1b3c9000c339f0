namespace DivNorm.Lab.Physiology.Fits;

/// <summary>
/// Contrast response after Naka and Rushton 1966 (J Physiol 185:536; of cortical cells, Albrecht and Hamilton 1982):
/// response = MaximumResponse c^Exponent / (SemiSaturation^Exponent + c^Exponent) + Baseline. Least squares over the contrasts, unweighted.
/// With four contrasts the baseline is held at 0, since four parameters would go through any four responses.
/// Where the fit failed its numbers are NaN and <see cref="Failure"/> says why.
/// </summary>
public sealed record NakaRushtonFit
{
    /// <summary>The fewest contrasts.</summary>
    public const int LeastContrasts = 4;

    /// <summary>Whether there is a fit.</summary>
    public bool Converged => Failure is null;

    /// <summary>Why there is no fit; null if there is one.</summary>
    public string? Failure { get; private init; }

    /// <summary>Growth of the response from contrast 0 to saturation, positive, in the responses' unit.</summary>
    public double MaximumResponse { get; private init; } = double.NaN;

    /// <summary>c50, the contrast of half the growth, in the contrasts' unit; from a tenth of the lowest to ten times the highest contrast.</summary>
    public double SemiSaturation { get; private init; } = double.NaN;

    /// <summary>n, the steepness, .3 to 10.</summary>
    public double Exponent { get; private init; } = double.NaN;

    /// <summary>Response at contrast 0, in the responses' unit; not negative unless responses are.</summary>
    public double Baseline { get; private init; } = double.NaN;

    /// <summary>Whether <see cref="Baseline"/> was fitted, or held at 0 for want of contrasts.</summary>
    public bool BaselineFitted { get; private init; }

    /// <summary>Fraction of the responses' variance that the fit explains.</summary>
    public double RSquared { get; private init; } = double.NaN;

    /// <summary>The fitted response at a contrast of 0 or more; NaN where the fit failed.</summary>
    /// <param name="contrast">In the unit of the contrasts fitted.</param>
    public double At(double contrast) => Baseline + MaximumResponse * ContrastResponse.Normalized(contrast, SemiSaturation, Exponent, 1);

    /// <summary>Fits contrasts and responses.</summary>
    /// <param name="contrasts">Contrasts of 0 or more, none twice, in any order.</param>
    /// <param name="responses">The response at each.</param>
    /// <exception cref="ArgumentException">The lengths differ. Whatever else is wrong with the samples is told in <see cref="Failure"/>.</exception>
    public static NakaRushtonFit Of(ReadOnlySpan<double> contrasts, ReadOnlySpan<double> responses)
    {
        ContrastResponse fit = ContrastResponse.Fit(contrasts, responses, LeastContrasts, [ContrastResponse.Exponents]);
        if (fit.Failure is not null)
            return new NakaRushtonFit { Failure = fit.Failure };
        NakaRushtonFit found = new()
        {
            MaximumResponse = fit.Gain,
            SemiSaturation = fit.SemiSaturation,
            Exponent = fit.Exponent,
            Baseline = fit.Baseline,
            BaselineFitted = fit.BaselineFitted,
        };
        double explained = FitMeasures.RSquared(contrasts, responses, found.At);
        return FitMeasures.Useless(explained) is { } useless ? new NakaRushtonFit { Failure = useless } : found with { RSquared = explained };
    }
}
