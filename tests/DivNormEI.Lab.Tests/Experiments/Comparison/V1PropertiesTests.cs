using DivNorm.Lab.Experiments.Comparison;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments.Comparison;

/// <summary>Each verdict turns at its own threshold and at no other.</summary>
public sealed class V1PropertiesTests
{
    private static readonly LayerPhysiology Encoder = Physiology(gain: 0.1, width: 1, separability: 1, osi: 0.9, crossed: 0.02, surround: -0.05);

    [Fact]
    public void LinearCells_KeepWidthSelectivityAndSeparability_AndHaveNoSuppression() =>
        Assert.Equal(new V1Properties(true, false, true, false, false, true), new V1Criteria().Judge(Encoder, Encoder));

    [Fact]
    public void EveryThreshold_IsMetFromItsValueOn()
    {
        var criteria = new V1Criteria();
        Assert.Equal(new V1Properties(true, true, true, true, true, true), criteria.Judge(Physiology(0.45, 0.91, 0.99, 0.811, 0.121, 0.051), Encoder));
        Assert.Equal(new V1Properties(false, false, false, false, false, false), criteria.Judge(Physiology(0.44, 1.11, 0.989, 0.80, 0.119, 0.049), Encoder));
    }

    [Fact]
    public void MeasureThatDoesNotExist_ReproducesNothing() =>
        Assert.Equal(
            new V1Properties(false, false, false, false, false, false),
            new V1Criteria().Judge(Physiology(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN), Encoder));

    private static LayerPhysiology Physiology(double gain, double width, double separability, double osi, double crossed, double surround)
    {
        var none = new AveragedCurve(string.Empty, [], []);
        var medians = new CellMedians(64, gain, width, separability, osi, 20, 1, crossed, surround, 0, 0);
        return new LayerPhysiology([0.1, 1], [0], [[1], [1]], [20, 20], gain, width, separability, osi, medians, none, none, none);
    }
}
