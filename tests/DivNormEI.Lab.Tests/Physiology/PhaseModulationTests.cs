using CsCheck;
using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

public sealed class PhaseModulationTests
{
    [Fact]
    public void F1OverF0_OfASinusoidOnAPedestal_IsItsAmplitudeOverThePedestal_AtAnyPhase() =>
        Gen.Select(Gen.Double[0.1, 9], Gen.Double[0, 9], Gen.Double[-7, 7], Gen.Int[3, 40]).Sample((pedestal, amplitude, phase, count) =>
        {
            double[] responses = Cycle(count, angle => pedestal + amplitude * Math.Cos(angle + phase));
            Assert.Equal(amplitude / pedestal, PhaseModulation.F1OverF0(responses), 1e-9 * (1 + amplitude / pedestal));
        });

    [Theory]
    [InlineData(24, 0.01)]
    [InlineData(720, 1e-5)]
    public void F1OverF0_OfAHalfRectifiedSinusoid_IsHalfPi(int count, double relative)
    {
        for (double phase = 0; phase < 1; phase += 0.1)
            Assert.Equal(Math.PI / 2, PhaseModulation.F1OverF0(Cycle(count, angle => Math.Max(0, Math.Cos(angle + phase)))), relative * Math.PI / 2);
    }

    [Fact]
    public void F1OverF0_OfAConstant_IsZero_AndOfASilentUnitDoesNotExist()
    {
        Assert.Equal(0, PhaseModulation.F1OverF0([2, 2, 2, 2, 2]), 1e-12);
        Assert.Equal(double.NaN, PhaseModulation.F1OverF0([0, 0, 0]));
        Assert.Equal(double.NaN, PhaseModulation.F1OverF0([double.NaN, 1, 1]));
        Assert.Throws<ArgumentException>(() => PhaseModulation.F1OverF0([1, 2]));
    }

    private static double[] Cycle(int count, Func<double, double> response) => [.. Enumerable.Range(0, count).Select(i => response(2 * Math.PI * i / count))];
}
