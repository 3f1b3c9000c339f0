using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

public sealed class ContrastInvarianceTests
{
    private static readonly double[] Orientations = [.. Enumerable.Range(0, 25).Select(i => i * 7.2)];

    [Fact]
    public void Ratios_CompareLowestWithHighest_InAnyOrder()
    {
        double[] low = Curve(0.5, 20), high = Curve(2, 10);
        ContrastInvariance invariance = Of([1, 0.5, 0.1], high, high, low);
        Assert.Equal(0.25, invariance.GainRatio, 1e-9);
        Assert.Equal(2, invariance.WidthRatio, 0.02);
        Assert.Equal(2, invariance.WidthRatioFromZero, 0.02);
    }

    [Fact]
    public void Separability_IsOne_WhereContrastScalesOneCurve()
    {
        ContrastInvariance invariance = Of([0.1, 0.3, 1], Curve(0.4, 15), Curve(2, 15), Curve(7, 15));
        Assert.Equal(1, invariance.Separability, 1e-12);
        Assert.Equal(1, invariance.WidthRatio, 1e-9);
    }

    /// <summary>Rows a and b of equal length at an angle: s^2 = |a|^2 (1 +- cos).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(90)]
    public void Separability_OfTwoRows_FollowsTheAngleBetweenThem(double degrees)
    {
        double cosine = Math.Cos(degrees * Math.PI / 180), sine = Math.Sin(degrees * Math.PI / 180);
        Assert.Equal((1 + cosine) / 2, ContrastInvariance.SeparabilityOf([[1, 0, 0], [cosine, sine, 0]]), 1e-12);
    }

    /// <summary>No mean is taken off: a pedestal at low contrast alone is a departure, one that scales along is none.</summary>
    [Fact]
    public void Separability_SeesAPedestalThatDoesNotScale()
    {
        double[] low = Curve(1, 15), high = Curve(4, 15);
        Assert.Equal(1, ContrastInvariance.SeparabilityOf([[.. low.Select(r => r + 0.5)], [.. high.Select(r => r + 2)]]), 1e-12);
        Assert.True(ContrastInvariance.SeparabilityOf([[.. low.Select(r => r + 0.5)], high]) < 0.99);
    }

    [Fact]
    public void Separability_IsUndefined_WithoutAMatrix()
    {
        Assert.Equal(double.NaN, ContrastInvariance.SeparabilityOf([[1, 2, 3]]));
        Assert.Equal(double.NaN, ContrastInvariance.SeparabilityOf([[], []]));
        Assert.Equal(double.NaN, ContrastInvariance.SeparabilityOf([[0, 0], [0, 0]]));
        Assert.Equal(double.NaN, ContrastInvariance.SeparabilityOf([[1, double.NaN], [1, 2]]));
        Assert.Throws<ArgumentException>(() => ContrastInvariance.SeparabilityOf([[1, 2, 3], [1, 2]]));
        Assert.Equal(1, ContrastInvariance.SeparabilityOf([[1e-200, 2e-200], [2e200, 4e200]]), 1e-12);
    }

    [Fact]
    public void SingleContrast_HasNoInvariance()
    {
        ContrastInvariance invariance = Of([0.5], Curve(1, 20));
        Assert.All([invariance.GainRatio, invariance.WidthRatio, invariance.WidthRatioFromZero, invariance.Separability], value => Assert.Equal(double.NaN, value));
        Assert.Throws<ArgumentException>(() => ContrastInvariance.Of([], [], []));
    }

    private static double[] Curve(double gain, double sigma) =>
        [.. Orientations.Select(angle => gain * Math.Exp(-Math.Pow(Math.IEEERemainder(angle - 72, 180), 2) / (2 * sigma * sigma)))];

    private static ContrastInvariance Of(double[] contrasts, params double[][] curves) =>
        ContrastInvariance.Of(contrasts, [.. curves.Select(curve => TuningMetrics.Of(Orientations, curve))], curves);
}
