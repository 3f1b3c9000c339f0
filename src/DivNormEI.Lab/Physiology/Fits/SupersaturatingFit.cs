namespace DivNorm.Lab.Physiology.Fits;

/// <summary>
/// Contrast response that may fall again at high contrast, Peirce 2007 (J Vision 7(6):13):
/// response = Gain c^Exponent / (SemiSaturation^(s Exponent) + c^(s Exponent)) + Baseline, s = <see cref="Suppression"/>. s = 1 is Naka and Rushton's;
/// over 1 the response supersaturates. Least squares over the contrasts, unweighted. With five contrasts the baseline is held at 0, since five parameters
/// would go through any five responses. Where the fit failed its numbers are NaN and <see cref="Failure"/> says why.
/// </summary>
public sealed record SupersaturatingFit
{
    /// <summary>The fewest contrasts.</summary>
    public const int LeastContrasts = 5;

    private const double MostSuppression = 5;

    /// <summary>Whether there is a fit.</summary>
    public bool Converged => Failure is null;

    /// <summary>Why there is no fit; null if there is one.</summary>
    public string? Failure { get; private init; }

    /// <summary>
    /// Rm of the equation, positive; in the responses' unit only if s = 1, else in that unit times contrast to the power (s - 1) n.
    /// </summary>
    public double Gain { get; private init; } = double.NaN;

    /// <summary>c50 of the equation, in the contrasts' unit; from a tenth of the lowest to ten times the highest contrast.</summary>
    public double SemiSaturation { get; private init; } = double.NaN;

    /// <summary>n, .3 to 10.</summary>
    public double Exponent { get; private init; } = double.NaN;

    /// <summary>s, 1 to 5.</summary>
    public double Suppression { get; private init; } = double.NaN;

    /// <summary>Response at contrast 0, in the responses' unit; not negative unless responses are.</summary>
    public double Baseline { get; private init; } = double.NaN;

    /// <summary>Whether <see cref="Baseline"/> was fitted, or held at 0 for want of contrasts.</summary>
    public bool BaselineFitted { get; private init; }

    /// <summary>The contrast at which the fitted response peaks, c50 (s - 1)^(-1 / (s n)); infinite (null in JSON) if s = 1, where it never does.</summary>
    public double PeakContrast { get; private init; } = double.NaN;

    /// <summary>Fraction of the responses' variance that the fit explains.</summary>
    public double RSquared { get; private init; } = double.NaN;

    /// <summary>The fitted response at a contrast of 0 or more; NaN where the fit failed.</summary>
    /// <param name="contrast">In the unit of the contrasts fitted.</param>
    public double At(double contrast) => Baseline + Gain * ContrastResponse.Normalized(contrast, SemiSaturation, Exponent, Suppression);

    /// <summary>Fits contrasts and responses.</summary>
    /// <param name="contrasts">Contrasts of 0 or more, none twice, in any order.</param>
    /// <param name="responses">The response at each.</param>
    /// <exception cref="ArgumentException">The lengths differ. Whatever else is wrong with the samples is told in <see cref="Failure"/>.</exception>
    public static SupersaturatingFit Of(ReadOnlySpan<double> contrasts, ReadOnlySpan<double> responses)
    {
        ContrastResponse fit = ContrastResponse.Fit(
            contrasts, responses, LeastContrasts, [ContrastResponse.Exponents, new ShapeParameter(1, MostSuppression, 8)]);
        if (fit.Failure is not null)
            return new SupersaturatingFit { Failure = fit.Failure };
        SupersaturatingFit found = new()
        {
            Gain = fit.Gain,
            SemiSaturation = fit.SemiSaturation,
            Exponent = fit.Exponent,
            Suppression = fit.Suppression,
            Baseline = fit.Baseline,
            BaselineFitted = fit.BaselineFitted,
            PeakContrast = fit.Suppression > 1
                ? fit.SemiSaturation * Math.Pow(fit.Suppression - 1, -1 / (fit.Suppression * fit.Exponent))
                : double.PositiveInfinity,
        };
        double explained = FitMeasures.RSquared(contrasts, responses, found.At);
        return FitMeasures.Useless(explained) is { } useless ? new SupersaturatingFit { Failure = useless } : found with { RSquared = explained };
    }
}
