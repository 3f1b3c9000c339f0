namespace DivNorm.Lab.Experiments.Comparison;

/// <summary>From where on a layer counts as reproducing a property of V1. The thresholds are conventions of this comparison, stated wherever a verdict is.</summary>
public sealed record V1Criteria
{
    /// <summary>Widths whose ratio, lowest over highest contrast, is this near to 1 count as contrast-invariant.</summary>
    public double WidthTolerance { get; init; } = 0.1;

    /// <summary>Gain ratio from which the gain counts as normalised: contrast grows 10 times, the response about 2.</summary>
    public double GainRatio { get; init; } = 0.45;

    /// <summary>Share of the OSI before the layer that is to be left for selectivity to count as kept.</summary>
    public double OsiKept { get; init; } = 0.9;

    /// <summary>Median cross-orientation suppression that the layer is to add to that of the cells before it.</summary>
    public double CrossOrientationSuppression { get; init; } = 0.1;

    /// <summary>Median suppression by an annulus at the centre's orientation that the layer is to add to that of the cells before it.</summary>
    public double SurroundSuppression { get; init; } = 0.1;

    /// <summary>Separability from which contrast counts as scaling one tuning curve.</summary>
    public double Separability { get; init; } = 0.99;

    /// <summary>What a layer reproduces.</summary>
    /// <param name="layer">The cells after the layer.</param>
    /// <param name="encoder">The cells before it.</param>
    internal V1Properties Judge(LayerPhysiology layer, LayerPhysiology encoder) => new(
        Math.Abs(layer.WidthRatio - 1) <= WidthTolerance,
        layer.GainRatio >= GainRatio,
        layer.Osi >= OsiKept * encoder.Osi,
        layer.Medians.CrossOrientationSuppression - encoder.Medians.CrossOrientationSuppression >= CrossOrientationSuppression,
        layer.Medians.SurroundSuppression - encoder.Medians.SurroundSuppression >= SurroundSuppression,
        layer.Separability >= Separability);
}

/// <summary>Which properties of V1 a layer reproduces, by <see cref="V1Criteria"/>. A measure that does not exist reproduces nothing.</summary>
/// <param name="ContrastInvariantWidth">The width of tuning does not depend on contrast.</param>
/// <param name="ContrastNormalizedGain">The response grows far less than contrast.</param>
/// <param name="Selectivity">Tuning is about as selective as before the layer.</param>
/// <param name="CrossOrientationSuppression">An orthogonal mask suppresses.</param>
/// <param name="SurroundSuppression">An annulus of the preferred orientation suppresses.</param>
/// <param name="Separable">Contrast scales one tuning curve.</param>
public sealed record V1Properties(
    bool ContrastInvariantWidth, bool ContrastNormalizedGain, bool Selectivity, bool CrossOrientationSuppression, bool SurroundSuppression, bool Separable);
