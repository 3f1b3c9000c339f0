using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace DivNorm.Lab.Physiology.Fits;

/// <summary>A parameter that the tuning function is not linear in, in the coordinate that it is searched in (most by their logarithm).</summary>
/// <param name="Lower">Lower bound.</param>
/// <param name="Upper">Upper bound.</param>
/// <param name="Starts">Values tried between the bounds, evenly spaced, at least 2.</param>
/// <param name="Periodic">Whether the bounds are one place, as on a circle.</param>
internal readonly record struct ShapeParameter(double Lower, double Upper, int Starts, bool Periodic = false)
{
    /// <summary>The range.</summary>
    internal double Range => Upper - Lower;
}

/// <summary>
/// Bounded least squares by variable projection (Golub and Pereyra 1973): the terms that a tuning function is linear in (baseline, amplitudes) are
/// solved for exactly at every step, so that only its shape is searched: over a grid, then by Levenberg and Marquardt from the best places of the
/// grid. Deterministic.
/// </summary>
internal sealed class SeparableFit
{
    private const int MostRefined = 4;
    private const int MostIterations = 200;

    /// <summary>How near to a bound, as a share of the range, counts as on it: the solver's own map of bounded coordinates is flat there.</summary>
    private const double AtBound = 1e-4;

    private readonly ShapeParameter[] shape;
    private readonly Action<ReadOnlySpan<double>, double[][]> fill;
    private readonly double[][] terms;
    private readonly double[] values;
    private readonly double scale;

    private SeparableFit(ShapeParameter[] shape, Action<ReadOnlySpan<double>, double[][]> fill, int linear, ReadOnlySpan<double> values)
    {
        this.shape = shape;
        this.fill = fill;
        this.values = values.ToArray();
        scale = this.values.Max(Math.Abs);
        for (int i = 0; i < this.values.Length; i++)
            this.values[i] /= scale;
        terms = [.. Enumerable.Range(0, linear).Select(_ => new double[this.values.Length])];
        Coefficients = new double[linear];
        Shape = new double[shape.Length];
    }

    /// <summary>The shape's parameters, in the coordinates they are searched in.</summary>
    internal double[] Shape { get; private set; }

    /// <summary>The terms' coefficients, each 0 or more.</summary>
    internal double[] Coefficients { get; }

    /// <summary>Why there is no solution; null if there is one.</summary>
    internal string? Failure { get; private set; }

    /// <summary>Fits.</summary>
    /// <param name="shape">The parameters to search, at least one.</param>
    /// <param name="fill">Writes each term at every sample, given the shape's parameters.</param>
    /// <param name="linear">Number of terms, at most <see cref="NonNegativeLeastSquares.MostTerms"/>.</param>
    /// <param name="values">What the terms are to sum to, not all 0.</param>
    internal static SeparableFit Of(ShapeParameter[] shape, Action<ReadOnlySpan<double>, double[][]> fill, int linear, ReadOnlySpan<double> values)
    {
        SeparableFit fit = new(shape, fill, linear, values);
        fit.Search();
        return fit;
    }

    /// <summary>Whether a parameter ended on its lower bound.</summary>
    internal bool IsLowest(int parameter) => Shape[parameter] - shape[parameter].Lower < AtBound * shape[parameter].Range;

    /// <summary>Whether a parameter ended on its upper bound.</summary>
    internal bool IsHighest(int parameter) => shape[parameter].Upper - Shape[parameter] < AtBound * shape[parameter].Range;

    private void Search()
    {
        double best = double.PositiveInfinity;
        string? reason = null;
        foreach (double[] start in Starts())
        {
            (double[] end, string? failure) = Refine(start);
            reason ??= failure;
            double error = failure is null ? Project(end) : double.NaN;
            if (error < best)
                (best, Shape) = (error, end);
        }

        if (double.IsInfinity(best))
        {
            Failure = $"no start converged ({reason})";
            return;
        }

        Project(Shape);
        for (int i = 0; i < Coefficients.Length; i++)
            Coefficients[i] *= scale;
    }

    /// <summary>The local minima of the grid, the lowest few, best first.</summary>
    private IEnumerable<double[]> Starts()
    {
        int total = shape.Aggregate(1, (count, parameter) => count * parameter.Starts);
        double[] errors = new double[total];
        double[] point = new double[shape.Length];
        for (int i = 0; i < total; i++)
        {
            Place(i, point);
            errors[i] = Project(point);
        }

        return [.. Enumerable.Range(0, total)
            .Where(index => IsLocalMinimum(errors, index))
            .OrderBy(index => errors[index])
            .Take(MostRefined)
            .Select(index => Place(index, new double[shape.Length]))];
    }

    private double[] Place(int index, double[] point)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            (double lower, double upper, int starts, bool periodic) = shape[i];
            // A bounded start lies inside its bounds: on them the solver's bounded coordinates do not move.
            double part = periodic ? (double)(index % starts) / starts : (index % starts + 0.5) / starts;
            point[i] = lower + part * (upper - lower);
            index /= starts;
        }

        return point;
    }

    private bool IsLocalMinimum(double[] errors, int index)
    {
        int stride = 1;
        foreach (ShapeParameter parameter in shape)
        {
            int at = index / stride % parameter.Starts;
            foreach (int step in (ReadOnlySpan<int>)[-1, 1])
            {
                int to = at + step;
                if (parameter.Periodic)
                    to = (to + parameter.Starts) % parameter.Starts;
                // Of equal neighbours the first counts, so that a plateau has a minimum.
                if (to < 0 || to >= parameter.Starts)
                    continue;
                double other = errors[index + (to - at) * stride];
                if (other < errors[index] || (other == errors[index] && to < at))
                    return false;
            }

            stride *= parameter.Starts;
        }

        return true;
    }

    private (double[] End, string? Failure) Refine(double[] start)
    {
        var model = ObjectiveFunction.NonlinearModel(Predict, Vector<double>.Build.Dense(values.Length), Vector<double>.Build.Dense(values), accuracyOrder: 2);
        var minimizer = new LevenbergMarquardtMinimizer(
            gradientTolerance: 1e-14, stepTolerance: 1e-12, functionTolerance: 1e-16, maximumIterations: MostIterations);
        try
        {
            var result = minimizer.FindMinimum(
                model,
                start,
                [.. shape.Select((parameter, i) => parameter.Periodic ? start[i] - parameter.Range / 2 : parameter.Lower)],
                [.. shape.Select((parameter, i) => parameter.Periodic ? start[i] + parameter.Range / 2 : parameter.Upper)]);
            double[] end = result.MinimizingPoint.ToArray();
            bool stopped = result.ReasonForExit is ExitCondition.ExceedIterations or ExitCondition.InvalidValues or ExitCondition.None;
            return stopped || end.Any(value => !double.IsFinite(value)) ? (end, $"{result.ReasonForExit} after {result.Iterations} iterations") : (end, null);
        }
        catch (Exception error) when (error is OptimizationException or MathNet.Numerics.NonConvergenceException or ArithmeticException)
        {
            return (start, error.Message);
        }
    }

    private Vector<double> Predict(Vector<double> parameters, Vector<double> unused)
    {
        Project(parameters.AsArray() ?? parameters.ToArray());
        double[] sums = new double[values.Length];
        for (int term = 0; term < terms.Length; term++)
        {
            for (int sample = 0; sample < sums.Length; sample++)
                sums[sample] += Coefficients[term] * terms[term][sample];
        }

        return Vector<double>.Build.Dense(sums);
    }

    private double Project(ReadOnlySpan<double> point)
    {
        fill(point, terms);
        return NonNegativeLeastSquares.Solve(terms, values, Coefficients);
    }
}
