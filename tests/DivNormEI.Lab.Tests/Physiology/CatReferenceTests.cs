using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

public sealed class CatReferenceTests
{
    [Fact]
    public void Width_IsTheStatedOne_AtEveryContrast()
    {
        double[] orientations = [.. Enumerable.Range(0, 360).Select(i => i / 2.0)];
        foreach (double contrast in (double[])[0.01, 0.1, 0.25, 0.5, 1])
        {
            var metrics = TuningMetrics.Of(orientations, Array.ConvertAll(orientations, o => CatReference.Response(contrast, o - 60)), nominal: 60);
            Assert.Equal(CatReference.HalfWidth, metrics.HwhhFromZero, 0.01);
        }
    }

    [Fact]
    public void Gain_SaturatesAsNakaAndRushton()
    {
        Assert.Equal(0.5, CatReference.Response(CatReference.SemiSaturation, 0), 1e-12);
        Assert.Equal(0.2, CatReference.Response(0.1, 0), 1e-12); // .01 / (.04 + .01)
        Assert.Equal(1 / 1.04, CatReference.Response(1, 0), 1e-12);
    }
}
