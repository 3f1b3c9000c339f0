using CsCheck;
using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

public sealed class OrientationShiftTests
{
    [Fact]
    public void Align_IsExact_ForCurvesOfFewHarmonics_OddAndEvenCounts() =>
        Gen.Select(Gen.Int[9, 30], Gen.Double[-360, 360], Gen.Double[0, 180]).Sample((count, nominal, phase) =>
        {
            double Curve(double angle) => 1 + Math.Cos(2 * (angle - phase) * Math.PI / 180) + 0.3 * Math.Sin(6 * angle * Math.PI / 180);
            double[] samples = [.. Enumerable.Range(0, count).Select(i => Curve(180.0 * i / count))];
            double[] aligned = OrientationShift.Align(samples, nominal);
            double[] offsets = OrientationShift.Offsets(count);
            for (int i = 0; i < count; i++)
                Assert.Equal(Curve(nominal + offsets[i]), aligned[i], 1e-6);
        });

    [Fact]
    public void Align_MovesWholeSteps_WithoutChangingAnyValue()
    {
        double[] samples = [.. Enumerable.Range(0, 24).Select(i => (double)(i * i % 7))];
        double[] aligned = OrientationShift.Align(samples, 45);
        Assert.Equal(samples[6], aligned[12]);
        Assert.Equal(samples[18], aligned[0]);
    }
}
