using CsCheck;
using DivNorm.Lab.Physiology.Fits;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology.Fits;

public sealed class ContrastResponseFitTests
{
    private static readonly double[] Seven = [0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1];

    [Fact]
    public void NakaRushton_FindsTheParametersOfItsOwnCurves() =>
        Gen.Select(Gen.Double[0.06, 0.5], Gen.Double[1, 4], Gen.Double[1, 100], Gen.Double[0, 5]).Sample(
            (c50, n, maximum, baseline) =>
            {
                NakaRushtonFit fit = NakaRushtonFit.Of(Seven, Array.ConvertAll(Seven, c => baseline + maximum * Response(c, c50, n, 1)));
                Assert.True(fit.Converged, fit.Failure);
                Assert.Equal((1, 1), (Math.Round(fit.SemiSaturation / c50, 2), Math.Round(fit.Exponent / n, 2)));
                Assert.Equal(maximum, fit.MaximumResponse, 0.01 * maximum);
                Assert.Equal(baseline, fit.Baseline, 0.01 * maximum);
                Assert.True(fit.BaselineFitted);
                Assert.Equal(1, fit.RSquared, 1e-6);
                Assert.Equal(baseline + maximum / 2, fit.At(c50), 0.01 * maximum);
            },
            iter: 200);

    [Fact]
    public void Supersaturating_FindsTheParametersOfItsOwnCurves() =>
        Gen.Select(Gen.Double[0.06, 0.3], Gen.Double[1, 3], Gen.Double[1.2, 2], Gen.Double[1, 100]).Sample(
            (c50, n, s, gain) =>
            {
                SupersaturatingFit fit = SupersaturatingFit.Of(Seven, Array.ConvertAll(Seven, c => 1 + gain * Response(c, c50, n, s)));
                Assert.True(fit.Converged, fit.Failure);
                Assert.Equal((1, 1, 1), (Math.Round(fit.SemiSaturation / c50, 2), Math.Round(fit.Exponent / n, 2), Math.Round(fit.Suppression / s, 2)));
                Assert.Equal(1, fit.Gain / gain, 0.02);
                Assert.True(fit.At(fit.PeakContrast) > fit.At(0.95 * fit.PeakContrast) && fit.At(fit.PeakContrast) > fit.At(1.05 * fit.PeakContrast));
            },
            iter: 200);

    [Fact]
    public void Supersaturating_OfACurveThatDoesNotFall_IsNakaRushton()
    {
        double[] responses = Array.ConvertAll(Seven, c => 2 + 30 * Response(c, 0.2, 2, 1));
        SupersaturatingFit fit = SupersaturatingFit.Of(Seven, responses);
        Assert.True(fit.Converged, fit.Failure);
        Assert.Equal((1, 0.2, 2, 30), (Math.Round(fit.Suppression, 2), Math.Round(fit.SemiSaturation, 3), Math.Round(fit.Exponent, 2), Math.Round(fit.Gain, 1)));
        Assert.True(fit.PeakContrast > 1);
    }

    [Fact]
    public void FewContrasts_HoldTheBaselineAtZero()
    {
        double[] four = [0.1, 0.25, 0.5, 1];
        NakaRushtonFit fit = NakaRushtonFit.Of(four, Array.ConvertAll(four, c => 10 * Response(c, 0.3, 2, 1)));
        Assert.Equal((false, 0, 0.3), (fit.BaselineFitted, fit.Baseline, Math.Round(fit.SemiSaturation, 4)));
        Assert.Contains("less than 1 %", NakaRushtonFit.Of(four, [4, 3, 2, 1]).Failure, StringComparison.Ordinal);
        Assert.Contains("4 contrasts; the fit needs at least 5", SupersaturatingFit.Of(four, four).Failure, StringComparison.Ordinal);
        Assert.Contains("3 contrasts; the fit needs at least 4", NakaRushtonFit.Of(four.AsSpan(1), four.AsSpan(1)).Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("does not saturate", new[] { 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1 })]
    [InlineData("does not grow with contrast", new[] { 5, 4, 3, 2, 1.5, 1, 0.5 })]
    [InlineData("all the same", new double[] { 3, 3, 3, 3, 3, 3, 3 })]
    [InlineData("finite", new[] { 1, 2, 3, 4, 5, double.PositiveInfinity, 7 })]
    public void WhatCannotBeFitted_IsSaid_WithoutNumbers(string reason, double[] responses)
    {
        NakaRushtonFit fit = NakaRushtonFit.Of(Seven, responses);
        Assert.False(fit.Converged);
        Assert.Contains(reason, fit.Failure, StringComparison.Ordinal);
        Assert.All([fit.MaximumResponse, fit.SemiSaturation, fit.Exponent, fit.Baseline, fit.RSquared, fit.At(0.5)], value => Assert.Equal(double.NaN, value));
    }

    private static double Response(double c, double c50, double n, double s) => Math.Pow(c, n) / (Math.Pow(c50, s * n) + Math.Pow(c, s * n));
}
