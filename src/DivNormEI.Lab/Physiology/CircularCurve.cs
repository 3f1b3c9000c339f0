namespace DivNorm.Lab.Physiology;

/// <summary>
/// Responses on the circle of orientation (180 degrees round), linearly interpolated between samples. Samples may be unevenly spaced and in
/// any order.
/// </summary>
internal sealed class CircularCurve : IOrientationCurve
{
    internal const double Period = 180;

    private readonly double[] angles;
    private readonly double[] values;

    internal CircularCurve(ReadOnlySpan<double> orientations, ReadOnlySpan<double> responses)
    {
        if (orientations.Length != responses.Length)
            throw new ArgumentException($"There are {orientations.Length} orientations but {responses.Length} responses.");
        if (orientations.Length < 3)
            throw new ArgumentException($"A tuning curve needs at least 3 orientations, got {orientations.Length}.");
        angles = new double[orientations.Length];
        values = responses.ToArray();
        for (int i = 0; i < angles.Length; i++)
        {
            if (!double.IsFinite(orientations[i]) || !double.IsFinite(responses[i]))
                throw new ArgumentException($"Sample {i} of the tuning curve is not finite: response {responses[i]} at {orientations[i]} degrees.");
            angles[i] = Wrap(orientations[i]);
        }

        Array.Sort(angles, values);
        for (int i = 1; i < angles.Length; i++)
        {
            if (angles[i] == angles[i - 1])
                throw new ArgumentException($"The orientation {angles[i]} degrees occurs twice (orientations are taken modulo 180).");
        }
    }

    internal int Count => angles.Length;

    /// <summary>The orientations, ascending in [0, 180).</summary>
    internal double[] Angles => angles;

    /// <summary>The response at each of <see cref="Angles"/>.</summary>
    internal double[] Values => values;

    /// <summary>The widest arc without a sample, degrees.</summary>
    internal double LargestGap => Enumerable.Range(0, Count).Max(i => i + 1 < Count ? angles[i + 1] - angles[i] : angles[0] + Period - angles[i]);

    internal double LargestMagnitude => values.Max(Math.Abs);

    /// <inheritdoc/>
    public double Minimum => values.Min();

    /// <summary>The first orientation, in [0, 180), at which a sample is largest.</summary>
    public double PeakOrientation => angles[Array.IndexOf(values, values.Max())];

    /// <summary>The response at any orientation, between samples linearly interpolated.</summary>
    public double At(double orientation)
    {
        double angle = Wrap(orientation);
        int found = Array.BinarySearch(angles, angle);
        if (found >= 0)
            return values[found];
        int next = ~found % Count, previous = (~found + Count - 1) % Count;
        double gap = Wrap(angles[next] - angles[previous]);
        double part = Wrap(angle - angles[previous]) / gap;
        return values[previous] + part * (values[next] - values[previous]);
    }

    /// <inheritdoc/>
    public double DistanceToFall(double from, double level, int sign)
    {
        double[] distances = [.. angles.Select(angle => Wrap(sign * (angle - from)))];
        double[] along = [.. values];
        Array.Sort(distances, along);
        double distance = 0, value = At(from);
        for (int i = 0; i < distances.Length; i++)
        {
            if (along[i] <= level)
            {
                double crossing = value > along[i] ? distance + (distances[i] - distance) * (value - level) / (value - along[i]) : distances[i];
                return crossing <= Period / 2 ? crossing : double.NaN;
            }

            (distance, value) = (distances[i], along[i]);
        }

        return double.NaN;
    }

    /// <inheritdoc/>
    public double MeanVectorLength()
    {
        double[] shares = new double[Count];
        // Each sample stands for half the way to both neighbours: the plain sum where they are evenly spaced.
        for (int i = 0; i < Count; i++)
            shares[i] = (Wrap(angles[(i + 1) % Count] - angles[i]) + Wrap(angles[i] - angles[(i + Count - 1) % Count])) / 2;
        return MeanVectorLength(shares);
    }

    /// <summary>The same with each sample's share of the circle stated.</summary>
    internal double MeanVectorLength(ReadOnlySpan<double> shares)
    {
        double real = 0, imaginary = 0, total = 0;
        for (int i = 0; i < Count; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * angles[i] * Math.PI / Period);
            real += shares[i] * values[i] * cosine;
            imaginary += shares[i] * values[i] * sine;
            total += shares[i] * Math.Abs(values[i]);
        }

        return total > 0 ? Math.Sqrt(real * real + imaginary * imaginary) / total : double.NaN;
    }

    internal static double Wrap(double orientation)
    {
        double wrapped = orientation % Period;
        if (wrapped < 0)
            wrapped += Period;
        return wrapped < Period ? wrapped : 0;
    }
}
