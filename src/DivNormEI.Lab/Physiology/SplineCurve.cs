namespace DivNorm.Lab.Physiology;

/// <summary>
/// A tuning curve read between its samples as a periodic cubic spline: twice differentiable round the circle, through every sample, at any
/// spacing. Its error falls with the fourth power of the spacing, so that a peak between two samples is found where it is.
/// </summary>
internal sealed class SplineCurve : IOrientationCurve
{
    private readonly CircularCurve samples;
    private readonly double[] angles;
    private readonly double[] values;
    private readonly double[] gaps;
    private readonly double[] curvatures;

    internal SplineCurve(CircularCurve samples)
    {
        this.samples = samples;
        (angles, values) = (samples.Angles, samples.Values);
        int count = angles.Length;
        gaps = new double[count];
        for (int i = 0; i < count; i++)
            gaps[i] = i + 1 < count ? angles[i + 1] - angles[i] : angles[0] + CircularCurve.Period - angles[i];
        curvatures = PeriodicSystem.Solve(gaps, PeriodicSystem.Bends(gaps, values));
        (PeakOrientation, Minimum) = Extremes();
    }

    /// <inheritdoc/>
    public double PeakOrientation { get; }

    /// <inheritdoc/>
    public double Minimum { get; }

    /// <inheritdoc/>
    public double At(double orientation)
    {
        double angle = CircularCurve.Wrap(orientation);
        int piece = PieceOf(angle);
        return At(piece, CircularCurve.Wrap(angle - angles[piece]));
    }

    /// <summary>The responses at 0, 1, ... 179 degrees.</summary>
    internal void ReadDegrees(Span<double> responses)
    {
        int next = 0;
        for (int degree = 0; degree < responses.Length; degree++)
        {
            while (next < angles.Length && angles[next] <= degree)
                next++;
            responses[degree] = next > 0 ? At(next - 1, degree - angles[next - 1]) : At(angles.Length - 1, degree + CircularCurve.Period - angles[^1]);
        }
    }

    /// <inheritdoc/>
    public double DistanceToFall(double from, double level, int sign)
    {
        double start = CircularCurve.Wrap(from);
        int piece = PieceOf(start);
        double at = CircularCurve.Wrap(start - angles[piece]), walked = 0;
        Span<double> turns = stackalloc double[2];
        while (walked <= CircularCurve.Period / 2)
        {
            // Between its turning points a piece is monotone: it crosses the level at most once.
            double end = sign > 0 ? gaps[piece] : 0;
            int count = Turns(piece, turns);
            for (int i = 0; i <= count; i++)
            {
                double next = i == count ? end : turns[sign > 0 ? i : count - 1 - i];
                if (sign * (next - at) < 0)
                    continue;
                if (At(piece, next) <= level)
                {
                    double crossing = walked + Math.Abs(Crossing(piece, at, next, level) - at);
                    return crossing <= CircularCurve.Period / 2 ? crossing : double.NaN;
                }

                walked += Math.Abs(next - at);
                at = next;
            }

            piece = (piece + sign + gaps.Length) % gaps.Length;
            at = sign > 0 ? 0 : gaps[piece];
        }

        return double.NaN;
    }

    /// <summary>
    /// The mean vector's length with the sums over samples weighted by the spline's own quadrature: the plain sums of the literature where samples
    /// are evenly spaced, of fourth order where they are not.
    /// </summary>
    public double MeanVectorLength()
    {
        double[] shares = PeriodicSystem.QuadratureWeights(gaps);
        // Very uneven spacing can give a sample a negative share, which no sum of magnitudes can have: each then stands for its arc.
        return shares.Min() > 0 ? samples.MeanVectorLength(shares) : samples.MeanVectorLength();
    }

    private (double PeakOrientation, double Minimum) Extremes()
    {
        double highest = double.NegativeInfinity, lowest = double.PositiveInfinity, peak = 0;
        Span<double> turns = stackalloc double[2];
        for (int piece = 0; piece < gaps.Length; piece++)
        {
            Consider(piece, 0);
            int count = Turns(piece, turns);
            for (int i = 0; i < count; i++)
                Consider(piece, turns[i]);
        }

        return (peak, lowest);

        void Consider(int piece, double along)
        {
            double value = At(piece, along);
            lowest = Math.Min(lowest, value);
            if (value > highest)
                (highest, peak) = (value, CircularCurve.Wrap(angles[piece] + along));
        }
    }

    private int PieceOf(double angle)
    {
        int found = Array.BinarySearch(angles, angle);
        return found >= 0 ? found : (~found + angles.Length - 1) % angles.Length;
    }

    /// <summary>The response at a distance along a piece from its first sample.</summary>
    private double At(int piece, double along)
    {
        int next = (piece + 1) % values.Length;
        double gap = gaps[piece], part = along / gap, rest = 1 - part;
        return rest * values[piece] + part * values[next]
            + gap * gap / 6 * ((rest * rest * rest - rest) * curvatures[piece] + (part * part * part - part) * curvatures[next]);
    }

    /// <summary>Where along a piece, ends excluded, its slope is zero; ascending.</summary>
    private int Turns(int piece, Span<double> turns)
    {
        int next = (piece + 1) % values.Length, count = 0;
        double gap = gaps[piece], first = curvatures[piece], change = (curvatures[next] - first) / gap;
        double slope = (values[next] - values[piece]) / gap - gap / 6 * (2 * first + curvatures[next]);
        double discriminant = first * first - 2 * change * slope;
        // slope + first t + change t^2 / 2 = 0 without the cancellation of the school formula
        double q = -(first + Math.CopySign(Math.Sqrt(discriminant), first));
        if (!(discriminant >= 0) || q == 0)
            return 0;
        double one = q / change, other = 2 * slope / q;
        foreach (double root in (ReadOnlySpan<double>)[Math.Min(one, other), Math.Max(one, other)])
        {
            if (root > 0 && root < gap)
                turns[count++] = root;
        }

        return count;
    }

    /// <summary>Where a monotone stretch of a piece has a level, by bisection to the last bit.</summary>
    private double Crossing(int piece, double above, double below, double level)
    {
        if (At(piece, above) <= level)
            return above;
        for (int i = 0; i < 60; i++)
        {
            double middle = (above + below) / 2;
            if (At(piece, middle) > level)
                above = middle;
            else
                below = middle;
        }

        return (above + below) / 2;
    }
}
