namespace DivNorm.Lab.Physiology;

/// <summary>
/// The linear system of a periodic cubic spline. With gap h[i] between samples i and i + 1, second derivatives m obey, all round,
/// h[i-1] m[i-1] / 6 + (h[i-1] + h[i]) m[i] / 3 + h[i] m[i+1] / 6 = (y[i+1] - y[i]) / h[i] - (y[i] - y[i-1]) / h[i-1].
/// </summary>
internal static class PeriodicSystem
{
    /// <summary>The system's right side: how much the polygon through the values bends at each sample.</summary>
    internal static double[] Bends(double[] gaps, double[] values)
    {
        int count = gaps.Length;
        double[] bends = new double[count];
        for (int i = 0; i < count; i++)
        {
            int before = (i + count - 1) % count, after = (i + 1) % count;
            bends[i] = (values[after] - values[i]) / gaps[i] - (values[i] - values[before]) / gaps[before];
        }

        return bends;
    }

    /// <summary>Solves the system: a tridiagonal one with two corners, which are taken off by the formula of Sherman and Morrison.</summary>
    internal static double[] Solve(double[] gaps, double[] right)
    {
        int count = gaps.Length;
        double corner = gaps[count - 1] / 6;
        double[] diagonal = new double[count];
        for (int i = 0; i < count; i++)
            diagonal[i] = (gaps[(i + count - 1) % count] + gaps[i]) / 3;
        // With u = (-d0, 0, ..., corner) the matrix is a tridiagonal one plus u v', v = (1, 0, ..., -corner / d0).
        double shift = -diagonal[0];
        diagonal[count - 1] -= corner * corner / shift;
        diagonal[0] -= shift;
        double[] u = new double[count];
        (u[0], u[count - 1]) = (shift, corner);
        double[] solution = [.. right];
        Tridiagonal(gaps, diagonal, solution, u);
        double factor = (solution[0] + corner / shift * solution[count - 1]) / (1 + u[0] + corner / shift * u[count - 1]);
        for (int i = 0; i < count; i++)
            solution[i] -= factor * u[i];
        return solution;
    }

    /// <summary>
    /// The weights with which values at the samples sum to the integral of their spline: the trapezoid's, less the bends' share, since the
    /// integral over a gap is h (y[i] + y[i+1]) / 2 - h^3 (m[i] + m[i+1]) / 24 and the system is symmetric.
    /// </summary>
    internal static double[] QuadratureWeights(double[] gaps)
    {
        int count = gaps.Length;
        double[] cubes = new double[count];
        for (int i = 0; i < count; i++)
            cubes[i] = (Math.Pow(gaps[(i + count - 1) % count], 3) + Math.Pow(gaps[i], 3)) / 24;
        double[] weights = Bends(gaps, Solve(gaps, cubes));
        for (int i = 0; i < count; i++)
            weights[i] = (gaps[(i + count - 1) % count] + gaps[i]) / 2 - weights[i];
        return weights;
    }

    /// <summary>
    /// Thomas's elimination of the symmetric tridiagonal system with off-diagonal gaps / 6, for two right sides at once; no pivots are needed where
    /// the diagonal dominates.
    /// </summary>
    private static void Tridiagonal(double[] gaps, double[] diagonal, double[] first, double[] second)
    {
        int count = gaps.Length;
        for (int i = 1; i < count; i++)
        {
            double factor = gaps[i - 1] / 6 / diagonal[i - 1];
            diagonal[i] -= factor * gaps[i - 1] / 6;
            first[i] -= factor * first[i - 1];
            second[i] -= factor * second[i - 1];
        }

        for (int i = count - 1; i >= 0; i--)
        {
            double above = i + 1 < count ? gaps[i] / 6 : 0;
            first[i] = (first[i] - (above == 0 ? 0 : above * first[i + 1])) / diagonal[i];
            second[i] = (second[i] - (above == 0 ? 0 : above * second[i + 1])) / diagonal[i];
        }
    }
}
