using CsCheck;
using DivNorm.Lab.Physiology.Fits;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology.Fits;

public sealed class NonNegativeLeastSquaresTests
{
    /// <summary>The conditions of Karush, Kuhn and Tucker: no negative coefficient, no slope along one in use, none downhill along one at 0.</summary>
    [Fact]
    public void Solution_IsTheBestOfThoseNotNegative() =>
        Gen.Double[-1, 1].Array[9].Array[4].Sample(
            columns =>
            {
                double[][] terms = columns[..3];
                double[] values = columns[3], coefficients = new double[3];
                double error = NonNegativeLeastSquares.Solve(terms, values, coefficients);
                double[] rest = [.. values.Select((value, i) => value - terms.Select((term, t) => term[i] * coefficients[t]).Sum())];
                Assert.Equal(rest.Sum(r => r * r), error, 1e-9);
                for (int t = 0; t < 3; t++)
                {
                    double slope = terms[t].Zip(rest, (a, b) => a * b).Sum();
                    Assert.True(coefficients[t] >= 0);
                    Assert.True(coefficients[t] > 0 ? Math.Abs(slope) < 1e-6 : slope < 1e-6, $"slope {slope} at coefficient {coefficients[t]}");
                }
            },
            iter: 300);

    [Fact]
    public void DependentTerms_AreLeftOut()
    {
        double[] coefficients = new double[3];
        double error = NonNegativeLeastSquares.Solve([[1, 2, 3], [2, 4, 6], [1, 1, 1]], [3, 5, 7], coefficients);
        Assert.Equal(0, error, 1e-12);
        Assert.Equal(2, coefficients[0] + 2 * coefficients[1], 1e-9);
        Assert.Equal(1, coefficients[2], 1e-9);
    }
}
