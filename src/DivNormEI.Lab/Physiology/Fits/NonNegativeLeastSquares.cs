namespace DivNorm.Lab.Physiology.Fits;

/// <summary>
/// Least squares with coefficients of 0 or more, for the few (at most three) terms that a tuning function is linear in. The problem is convex: if the free
/// solution is not negative it is the answer, else the best over all sets of terms left in.
/// </summary>
internal static class NonNegativeLeastSquares
{
    internal const int MostTerms = 3;

    /// <summary>Pivots below this share of a term's own power say that it is a sum of the others.</summary>
    private const double Dependent = 1e-13;

    /// <summary>Finds coefficients for <paramref name="terms"/> that sum to <paramref name="values"/>; returns the sum of squared errors.</summary>
    internal static double Solve(ReadOnlySpan<double[]> terms, ReadOnlySpan<double> values, Span<double> coefficients)
    {
        int count = terms.Length, all = (1 << count) - 1;
        Span<double> products = stackalloc double[MostTerms * MostTerms], drives = stackalloc double[MostTerms];
        for (int i = 0; i < count; i++)
        {
            drives[i] = Dot(terms[i], values);
            for (int j = 0; j < count; j++)
                products[i * MostTerms + j] = Dot(terms[i], terms[j]);
        }

        Span<double> trial = stackalloc double[MostTerms];
        if (Restricted(products, drives, all, count, trial))
        {
            trial[..count].CopyTo(coefficients);
            return Error(terms, values, coefficients);
        }

        coefficients.Clear();
        double best = Error(terms, values, coefficients);
        Span<double> kept = stackalloc double[MostTerms];
        for (int set = 1; set < all; set++)
        {
            if (!Restricted(products, drives, set, count, trial))
                continue;
            double error = Error(terms, values, trial[..count]);
            if (error < best)
            {
                best = error;
                trial.CopyTo(kept);
            }
        }

        kept[..count].CopyTo(coefficients);
        return best;
    }

    /// <summary>Solves for the terms of a set, the others 0; false if one comes out negative or the terms are not independent.</summary>
    private static bool Restricted(ReadOnlySpan<double> products, ReadOnlySpan<double> drives, int set, int count, Span<double> solution)
    {
        const int stride = MostTerms;
        Span<double> matrix = stackalloc double[stride * stride];
        products.CopyTo(matrix);
        solution.Clear();
        drives[..count].CopyTo(solution);
        // Symmetric and positive: elimination needs no exchange of rows.
        for (int i = 0; i < count; i++)
        {
            if ((set >> i & 1) == 0)
                continue;
            double pivot = matrix[i * stride + i];
            if (!(pivot > Dependent * products[i * stride + i]))
                return false;
            for (int row = i + 1; row < count; row++)
            {
                double factor = matrix[row * stride + i] / pivot;
                for (int column = i; column < count; column++)
                    matrix[row * stride + column] -= factor * matrix[i * stride + column];
                solution[row] -= factor * solution[i];
            }
        }

        for (int i = count - 1; i >= 0; i--)
        {
            if ((set >> i & 1) == 0)
            {
                solution[i] = 0;
                continue;
            }

            for (int column = i + 1; column < count; column++)
                solution[i] -= matrix[i * stride + column] * solution[column];
            solution[i] /= matrix[i * stride + i];
            if (!(solution[i] >= 0))
                return false;
        }

        return true;
    }

    private static double Error(ReadOnlySpan<double[]> terms, ReadOnlySpan<double> values, ReadOnlySpan<double> coefficients)
    {
        double sum = 0;
        for (int sample = 0; sample < values.Length; sample++)
        {
            double rest = values[sample];
            for (int term = 0; term < terms.Length; term++)
                rest -= coefficients[term] * terms[term][sample];
            sum += rest * rest;
        }

        return sum;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
