using CsCheck;
using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

public sealed class SizeTuningTests
{
    private static readonly double[] Diameters = [1, 2, 4, 8, 16];

    [Theory]
    [InlineData(new[] { 1, 5, 10, 8, 4.0 }, 10, 4, 0.6, 4)]
    [InlineData(new[] { 1, 9.5, 10, 8, 4.0 }, 10, 4, 0.6, 2)]
    [InlineData(new[] { 1, 2, 3, 4, 5.0 }, 5, 5, 0, 16)]
    [InlineData(new[] { 1, 2, 3, 4.8, 5.0 }, 5, 5, 0, 8)]
    [InlineData(new[] { 3, 0, 0, 0, 0.0 }, 3, 0, 1, 1)]
    [InlineData(new[] { 2, 1, 0, 0, -1.0 }, 2, -1, 1.5, 1)]
    public void Measures_AreThoseOfTheDefinition(double[] responses, double peak, double plateau, double suppression, double field)
    {
        SizeTuning tuning = SizeTuning.Of(Diameters, responses);
        Assert.Equal(peak, tuning.Peak);
        Assert.Equal(plateau, tuning.Plateau);
        Assert.Equal(suppression, tuning.SuppressionIndex, 1e-12);
        Assert.Equal(field, tuning.SummationField);
    }

    /// <summary>Difference of Gaussians' integrals (Sceniak et al. 1999): R = erf(d/a) - k erf(d/b), whose peak and plateau are known.</summary>
    [Fact]
    public void SuppressionIndex_OfADifferenceOfGaussians_IsTheKnownOne_WithinOnePerCent()
    {
        const double a = 4, b = 16, k = 0.6;
        double[] diameters = [.. Enumerable.Range(1, 400).Select(i => i * 0.2)];
        double[] curve = [.. diameters.Select(d => MathNet.Numerics.SpecialFunctions.Erf(d / a) - k * MathNet.Numerics.SpecialFunctions.Erf(d / b))];

        // dR/dd = 0 where exp(-d²/a²)/a = k exp(-d²/b²)/b
        double best = Math.Sqrt(Math.Log(b / (a * k)) / (1 / (a * a) - 1 / (b * b)));
        double peak = MathNet.Numerics.SpecialFunctions.Erf(best / a) - k * MathNet.Numerics.SpecialFunctions.Erf(best / b);
        SizeTuning tuning = SizeTuning.Of(diameters, curve);
        Assert.Equal((peak - (1 - k)) / peak, tuning.SuppressionIndex, 0.005);
        Assert.InRange(tuning.SummationField, a / 2, best);
        double before = tuning.SummationField - 0.2;
        Assert.True(MathNet.Numerics.SpecialFunctions.Erf(before / a) - k * MathNet.Numerics.SpecialFunctions.Erf(before / b) < 0.95 * peak);
    }

    [Fact]
    public void Measures_DoNotDependOnTheScaleOfTheResponses() =>
        Gen.Select(Gen.Double[0.01, 5].Array[5], Gen.Double[0.01, 100]).Sample((responses, scale) =>
        {
            SizeTuning one = SizeTuning.Of(Diameters, responses), other = SizeTuning.Of(Diameters, Array.ConvertAll(responses, r => r * 4));
            Assert.Equal(one.SuppressionIndex, other.SuppressionIndex);
            Assert.Equal(one.SummationField, other.SummationField);
            Assert.Equal(one.SuppressionIndex, SizeTuning.Of(Diameters, Array.ConvertAll(responses, r => r * scale)).SuppressionIndex, 1e-9);
        });

    [Fact]
    public void SilentCurves_HaveNoMeasures_AndBadOnesAreRefused()
    {
        Assert.Equal((double.NaN, double.NaN), Measures([0, 0, 0, 0, 0]));
        Assert.Equal((double.NaN, double.NaN), Measures([1, 2, double.NaN, 1, 1]));
        Assert.Throws<ArgumentException>(() => SizeTuning.Of(Diameters, [1, 2]));
        Assert.Throws<ArgumentException>(() => SizeTuning.Of([1], [1]));
        Assert.Contains("ascend", Assert.Throws<ArgumentException>(() => SizeTuning.Of([1, 1], [1, 2])).Message, StringComparison.Ordinal);

        static (double, double) Measures(double[] responses)
        {
            SizeTuning tuning = SizeTuning.Of(Diameters, responses);
            return (tuning.SuppressionIndex, tuning.SummationField);
        }
    }

    [Theory]
    [InlineData(2, 0.5, 0.75)]
    [InlineData(2, 2, 0)]
    [InlineData(2, 3, -0.5)]
    [InlineData(2, 0, 1)]
    [InlineData(0, 1, double.NaN)]
    [InlineData(double.NaN, 1, double.NaN)]
    public void SuppressionIndex_IsOneMinusTheRatio(double alone, double together, double index) => Assert.Equal(index, Suppression.Index(alone, together));
}
