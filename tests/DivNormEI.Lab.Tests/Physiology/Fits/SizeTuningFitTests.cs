using CsCheck;
using DivNorm.Lab.Physiology.Fits;
using MathNet.Numerics;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology.Fits;

public sealed class SizeTuningFitTests
{
    private static readonly double[] Sizes = [2, 4, 6, 9, 12, 16, 22, 30, 40, 48];

    [Fact]
    public void Fit_FindsTheParametersOfItsOwnCurves() =>
        Gen.Select(Gen.Double[5, 15], Gen.Double[1.6, 2.8], Gen.Double[1, 50], Gen.Double[0.2, 0.7], Gen.Double[0, 3]).Sample(
            (extent, ratio, excitation, part, baseline) =>
            {
                double Curve(double d) => baseline + excitation * (SpecialFunctions.Erf(d / extent) - part * SpecialFunctions.Erf(d / (ratio * extent)));
                SizeTuningFit fit = SizeTuningFit.Of(Sizes, Array.ConvertAll(Sizes, Curve));
                Assert.True(fit.Converged, fit.Failure);
                Assert.Equal(1, fit.ExcitatoryExtent / extent, 0.01);
                Assert.Equal(ratio, fit.InhibitoryExtent / fit.ExcitatoryExtent, 0.03);
                Assert.Equal(1, fit.RSquared, 1e-6);
                double[] finely = [.. Enumerable.Range(0, 481).Select(i => i / 10.0)];
                double peak = finely.Max(Curve);
                Assert.Equal((peak - Curve(48)) / peak, fit.SuppressionIndex, 0.001);
                Assert.Equal(Curve(fit.PeakSize), peak, 0.001 * peak);
            },
            iter: 100);

    [Fact]
    public void UnsuppressedCell_HasNoInhibition()
    {
        SizeTuningFit fit = SizeTuningFit.Of(Sizes, Array.ConvertAll(Sizes, d => 1 + 20 * SpecialFunctions.Erf(d / 10)));
        Assert.True(fit.Converged, fit.Failure);
        Assert.Equal((10, 20), (Math.Round(fit.ExcitatoryExtent, 1), Math.Round(fit.Excitation, 1)));
        Assert.Equal(0, fit.SuppressionIndex, 1e-3);
        Assert.Equal(21, fit.At(1000), 0.05);
    }

    [Theory]
    [InlineData("still grows in proportion", new double[] { 2, 4, 6, 9, 12, 16, 22, 30, 40, 48 })]
    [InlineData("all the same", new double[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData("does not grow with size", new[] { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0.5 })]
    public void WhatCannotBeFitted_IsSaid_WithoutNumbers(string reason, double[] responses)
    {
        SizeTuningFit fit = SizeTuningFit.Of(Sizes, responses);
        Assert.False(fit.Converged);
        Assert.Contains(reason, fit.Failure, StringComparison.Ordinal);
        Assert.All([fit.Excitation, fit.ExcitatoryExtent, fit.Inhibition, fit.PeakSize, fit.SuppressionIndex, fit.RSquared, fit.At(9)], value => Assert.Equal(double.NaN, value));
    }

    [Fact]
    public void FewSizes_HoldTheBaselineAtZero_FewerAreRefused()
    {
        double[] five = [4, 8, 16, 32, 48];
        SizeTuningFit fit = SizeTuningFit.Of(five, Array.ConvertAll(five, d => 9 * (SpecialFunctions.Erf(d / 8) - 0.5 * SpecialFunctions.Erf(d / 20))));
        Assert.Equal((false, 0, 8), (fit.BaselineFitted, fit.Baseline, Math.Round(fit.ExcitatoryExtent, 2)));
        Assert.Contains("4 sizes; the fit needs at least 5", SizeTuningFit.Of(five.AsSpan(1), five.AsSpan(1)).Failure, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SizeTuningFit.Of(five, [1, 2]));
    }
}
