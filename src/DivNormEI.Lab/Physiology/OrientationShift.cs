namespace DivNorm.Lab.Physiology;

/// <summary>
/// Shifts tuning curves sampled at equally spaced orientations by any angle, by trigonometric interpolation on the circle of 180 degrees.
/// 25 orientations are 7.2 degrees apart and 45 degrees is no multiple of that; the trigonometric interpolant is exact for every
/// curve of up to 12 harmonics, which a tuning curve tens of degrees wide is, where a linear one would blunt its peak and widen it.
/// </summary>
internal static class OrientationShift
{
    /// <summary>The orientations relative to a cell's own, degrees: multiples of 180/count, 0 at index count/2.</summary>
    internal static double[] Offsets(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (i - count / 2) * (CircularCurve.Period / count))];

    /// <summary>The curve at a nominal orientation plus each offset, from its samples at i x 180/count degrees.</summary>
    /// <param name="samples">Responses at i x 180/count degrees.</param>
    /// <param name="nominal">The orientation that moves to offset 0, degrees.</param>
    internal static double[] Align(ReadOnlySpan<double> samples, double nominal)
    {
        int count = samples.Length;
        double[] aligned = new double[count];
        double[] offsets = Offsets(count);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
                aligned[i] += samples[j] * Kernel((nominal + offsets[i]) * count / CircularCurve.Period - j, count);
        }

        return aligned;
    }

    /// <summary>The periodic sinc (Dirichlet kernel) at a distance of <paramref name="steps"/> samples.</summary>
    private static double Kernel(double steps, int count)
    {
        // Near a whole turn numerator and denominator both vanish and their rounding errors would not cancel: take the nearest turn off first.
        double within = Math.IEEERemainder(steps, count), nearest = Math.Round(within);
        if (Math.Abs(within - nearest) < 1e-9)
            return nearest == 0 ? 1 : 0;
        double half = Math.PI * within / count;
        return Math.Sin(Math.PI * within) / (count * (count % 2 == 1 ? Math.Sin(half) : Math.Tan(half)));
    }
}
