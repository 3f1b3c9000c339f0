using CsCheck;
using DivNorm.Lab.Physiology.Fits;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology.Fits;

public sealed class VonMisesFitTests
{
    private const double Degrees = 180 / Math.PI;
    private static readonly double[] Orientations = [.. Enumerable.Range(0, 12).Select(i => i * 15.0)];

    [Fact]
    public void Fit_FindsTheParametersOfItsOwnCurves() =>
        Gen.Select(Gen.Double[0, 180], Gen.Double[0.2, 15], Gen.Double[0.1, 100], Gen.Double[0, 5]).Sample(
            (preferred, kappa, amplitude, baseline) =>
            {
                VonMisesFit fit = VonMisesFit.Of(Orientations, Array.ConvertAll(Orientations, o => Curve(o, preferred, kappa, amplitude, baseline)));
                Assert.True(fit.Converged, fit.Failure);
                Assert.Equal(0, Math.IEEERemainder(fit.Preferred - preferred, 180), 0.01);
                Assert.Equal(kappa, fit.Kappa, 0.01 * kappa);
                Assert.Equal(amplitude, fit.Amplitude, 0.01 * amplitude);
                Assert.Equal(baseline, fit.Baseline, 0.01 * (amplitude + baseline));
                Assert.Equal(1, fit.RSquared, 1e-6);
                Assert.Equal(Curve(33, preferred, kappa, amplitude, baseline), fit.At(33), 0.01 * (amplitude + baseline));
                Assert.Equal(baseline + amplitude / 2, fit.At(fit.Preferred + fit.Hwhh), 0.01 * (amplitude + baseline));
            },
            iter: 200);

    [Fact]
    public void RaisedCosine_IsItsBroadestCurve()
    {
        VonMisesFit fit = VonMisesFit.Of(Orientations, Array.ConvertAll(Orientations, o => 3 + 2 * Math.Cos(2 * (o - 40) / Degrees)));
        Assert.True(fit.Converged, fit.Failure);
        Assert.Equal(40, fit.Preferred, 0.1);
        Assert.Equal(45, fit.Hwhh, 0.5);
        Assert.Equal((1.0, 4.0), (Math.Round(fit.Baseline, 1), Math.Round(fit.Amplitude, 1)));
    }

    /// <summary>exp(5 (cos 2d - 1)), shifted by 25 degrees of orientation, uneven, in any order, with a negative baseline.</summary>
    [Fact]
    public void UnevenSamples_AndNegativeResponses_AreFitted()
    {
        double[] orientations = [170, 3, 21, 25, 44, 50, 77, 91, 118, 140];
        VonMisesFit fit = VonMisesFit.Of(orientations, Array.ConvertAll(orientations, o => Curve(o, 25, 5, 8, -3)));
        Assert.Equal((25, 5, 8, -3), (Math.Round(fit.Preferred, 2), Math.Round(fit.Kappa, 2), Math.Round(fit.Amplitude, 2), Math.Round(fit.Baseline, 2)));
    }

    [Fact]
    public void Fit_IsTheSameToTheLastBit_EveryTime()
    {
        double[] noisy = [2, 3.1, 2.7, 5.9, 11.2, 9.8, 4.1, 2.2, 2.9, 1.7, 2.4, 2.6];
        VonMisesFit fit = VonMisesFit.Of(Orientations, noisy);
        Assert.Equal(fit, VonMisesFit.Of(Orientations, noisy));
        Assert.InRange(fit.RSquared, 0.9, 1);
        Assert.InRange(fit.Preferred, 60, 75);
    }

    [Theory]
    [InlineData("4 orientations", new double[] { 1, 2, 3, 1 })]
    [InlineData("all the same", new double[] { 2, 2, 2, 2, 2, 2 })]
    [InlineData("not all responses are finite", new[] { 1, 2, double.NaN, 4, 5, 6 })]
    [InlineData("narrower than these orientations can tell", new double[] { 0, 0, 0, 1, 0, 0, 0, 0 })]
    public void WhatCannotBeFitted_IsSaid_WithoutNumbers(string reason, double[] responses)
    {
        ArgumentNullException.ThrowIfNull(responses);
        VonMisesFit fit = VonMisesFit.Of([.. responses.Select((_, i) => i * 180.0 / responses.Length)], responses);
        Assert.False(fit.Converged);
        Assert.Contains(reason, fit.Failure, StringComparison.Ordinal);
        Assert.All(
            [fit.Preferred, fit.Kappa, fit.Amplitude, fit.Baseline, fit.Hwhh, fit.RSquared, fit.At(10)],
            value => Assert.Equal(double.NaN, value));
    }

    private static double Curve(double orientation, double preferred, double kappa, double amplitude, double baseline)
    {
        double lowest = Math.Exp(-2 * kappa);
        return baseline + amplitude * (Math.Exp(kappa * (Math.Cos(2 * (orientation - preferred) / Degrees) - 1)) - lowest) / (1 - lowest);
    }
}
