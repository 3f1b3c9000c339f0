namespace DivNorm.Lab.Physiology.Fits;

/// <summary>What the two contrast-response fits share: c^n / (c50^(s n) + c^(s n)), its bounds, and when it tells nothing.</summary>
internal sealed record ContrastResponse
{
    /// <summary>ln n.</summary>
    internal static readonly ShapeParameter Exponents = new(Math.Log(0.3), Math.Log(10), 10);

    /// <summary>How far beyond the contrasts shown, as a factor, the semi-saturation may lie.</summary>
    private const double Beyond = 10;

    internal string? Failure { get; private init; }

    internal double Gain { get; private init; }

    internal double SemiSaturation { get; private init; }

    internal double Exponent { get; private init; }

    internal double Suppression { get; private init; } = 1;

    internal double Baseline { get; private init; }

    internal bool BaselineFitted { get; private init; }

    /// <summary>The function without gain and baseline.</summary>
    internal static double Normalized(double contrast, double semiSaturation, double exponent, double suppression)
    {
        double power = suppression * exponent;
        return Math.Pow(contrast, exponent) / (Math.Pow(semiSaturation, power) + Math.Pow(contrast, power));
    }

    /// <summary>Fits the function with the exponent, and where stated the suppression, free.</summary>
    /// <param name="contrasts">Contrasts of 0 or more.</param>
    /// <param name="responses">The responses.</param>
    /// <param name="least">The fewest contrasts, at which the baseline is held at 0: one over the number of the other parameters.</param>
    /// <param name="steepness">ln n, and s where it is free.</param>
    internal static ContrastResponse Fit(ReadOnlySpan<double> contrasts, ReadOnlySpan<double> responses, int least, ShapeParameter[] steepness)
    {
        if (FitMeasures.Unfit("contrasts", contrasts, responses, least) is { } unfit)
            return new ContrastResponse { Failure = unfit };
        double[] c = contrasts.ToArray();
        if (c.Any(contrast => contrast < 0) || c.Distinct().Count() != c.Length)
            return new ContrastResponse { Failure = "contrasts must be 0 or more, none twice" };
        bool withBaseline = c.Length > least;
        double floor = withBaseline ? FitMeasures.Floor(responses) : 0;
        double lowest = c.Where(contrast => contrast > 0).Min(), highest = c.Max();
        ShapeParameter semiSaturation = new(Math.Log(lowest / Beyond), Math.Log(highest * Beyond), 16);
        SeparableFit fit = SeparableFit.Of(
            [semiSaturation, .. steepness],
            (shape, terms) =>
            {
                double c50 = Math.Exp(shape[0]), n = Math.Exp(shape[1]), s = shape.Length > 2 ? shape[2] : 1;
                for (int i = 0; i < c.Length; i++)
                {
                    terms[0][i] = Normalized(c[i], c50, n, s);
                    if (withBaseline)
                        terms[1][i] = 1;
                }
            },
            withBaseline ? 2 : 1,
            FitMeasures.Above(responses, floor));
        return new ContrastResponse
        {
            Failure = fit.Failure ?? Undetermined(fit, steepness.Length > 1),
            Gain = fit.Coefficients[0],
            SemiSaturation = Math.Exp(fit.Shape[0]),
            Exponent = Math.Exp(fit.Shape[1]),
            Suppression = steepness.Length == 1 || fit.IsLowest(2) ? 1 : fit.Shape[2],
            Baseline = withBaseline ? fit.Coefficients[1] + floor : 0,
            BaselineFitted = withBaseline,
        };
    }

    /// <summary>A parameter on its bound is no estimate: says what the responses lack.</summary>
    private static string? Undetermined(SeparableFit fit, bool supersaturating) =>
        fit.Coefficients[0] <= 0 ? "the response does not grow with contrast"
        : fit.IsHighest(0) ? "the response does not saturate within ten times the highest contrast"
        : fit.IsLowest(0) ? "the response is saturated below a tenth of the lowest contrast"
        : fit.IsHighest(1) ? "the response is steeper than these contrasts can tell (exponent over 10)"
        : fit.IsLowest(1) ? "the response is too shallow for a semi-saturation contrast (exponent under 0.3)"
        : supersaturating && fit.IsHighest(2) ? "the response falls more steeply than these contrasts can tell (s over 5)"
        : null;
}
