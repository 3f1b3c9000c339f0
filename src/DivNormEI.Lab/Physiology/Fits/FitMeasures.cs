namespace DivNorm.Lab.Physiology.Fits;

/// <summary>What all fits share: what they refuse to fit, and how well they did.</summary>
internal static class FitMeasures
{
    private const double LeastRSquared = 0.01;

    /// <summary>Why these samples cannot be fitted, or null if they can.</summary>
    /// <param name="what">The abscissae by name, such as <c>orientations</c>.</param>
    /// <param name="x">The abscissae.</param>
    /// <param name="y">The responses.</param>
    /// <param name="least">The smallest number of abscissae, one more than there are free parameters.</param>
    internal static string? Unfit(string what, ReadOnlySpan<double> x, ReadOnlySpan<double> y, int least)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"There are {x.Length} {what} but {y.Length} responses.");
        foreach (double value in x)
        {
            if (!double.IsFinite(value))
                return $"not all {what} are finite numbers";
        }

        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in y)
        {
            if (!double.IsFinite(value))
                return "not all responses are finite numbers";
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        return x.Length < least ? $"{x.Length} {what}; the fit needs at least {least}"
            : !(high - low > TuningMetrics.FlatCurve * Math.Max(Math.Abs(low), Math.Abs(high))) ? "the responses are all the same"
            : null;
    }

    /// <summary>What a baseline may not fall below: 0, or where responses are negative, their range below the lowest of them.</summary>
    internal static double Floor(ReadOnlySpan<double> responses)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double response in responses)
            (low, high) = (Math.Min(low, response), Math.Max(high, response));
        return low >= 0 ? 0 : low - (high - low);
    }

    /// <summary>Fraction of the responses' variance that a fit explains, 1 - SSE / SST.</summary>
    internal static double RSquared(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Func<double, double> fit)
    {
        double mean = 0, residual = 0, total = 0;
        foreach (double value in y)
            mean += value / y.Length;
        for (int i = 0; i < y.Length; i++)
        {
            residual += Square(y[i] - fit(x[i]));
            total += Square(y[i] - mean);
        }

        return 1 - residual / total;
    }

    /// <summary>Why a fit that explains this fraction of the variance is none; null if it is one.</summary>
    internal static string? Useless(double rSquared) =>
        rSquared >= LeastRSquared ? null : "the function explains less than 1 % of the responses' variance";

    /// <summary>Each value less the floor, so that the baseline above it is 0 or more.</summary>
    internal static double[] Above(ReadOnlySpan<double> responses, double floor)
    {
        double[] above = responses.ToArray();
        for (int i = 0; i < above.Length; i++)
            above[i] -= floor;
        return above;
    }

    private static double Square(double value) => value * value;
}
