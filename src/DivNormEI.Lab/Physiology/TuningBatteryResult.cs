namespace DivNorm.Lab.Physiology;

/// <summary>The responses of units along one stimulus parameter.</summary>
/// <param name="Axis">The parameter and its unit.</param>
/// <param name="Values">The parameter's values, ascending.</param>
/// <param name="Responses">[unit][value]; NaN for a silent unit.</param>
public sealed record TuningCurves(string Axis, double[] Values, double[][] Responses);

/// <summary>The responses of units by contrast and orientation.</summary>
/// <param name="Contrasts">Michelson contrasts, ascending.</param>
/// <param name="Orientations">Orientations in degrees, equally spaced over [0, 180).</param>
/// <param name="Responses">[unit][contrast][orientation]; NaN for a silent unit.</param>
public sealed record ContrastOrientationResponses(double[] Contrasts, double[] Orientations, double[][][] Responses);

/// <summary>
/// What the <see cref="TuningBattery"/> recorded: one curve a unit and parameter, units in the order of <see cref="Cells"/>, and the measures that follow from the
/// responses directly. A unit that no stimulus of the search moves is silent: its preferences and its curves are NaN.
/// </summary>
public sealed record TuningBatteryResult
{
    /// <summary>Name of the layer.</summary>
    public required string Layer { get; init; }

    /// <summary>What was read from the maps.</summary>
    public required Readout Readout { get; init; }

    /// <summary>Background of the stimuli.</summary>
    public required Background Background { get; init; }

    /// <summary>The units: channel, and the orientation (radians) and frequency (cycles/pixel) that they were tested at, found by the search or given.</summary>
    public required IReadOnlyList<TunedCell> Cells { get; init; }

    /// <summary>[unit]: the response to the background alone.</summary>
    public required double[] Baseline { get; init; }

    /// <summary>Tuning to orientation at each contrast, full field, at the unit's frequency.</summary>
    public required ContrastOrientationResponses Orientation { get; init; }

    /// <summary>Tuning to spatial frequency, full field, at the unit's orientation (of the search, where it was searched for).</summary>
    public required TuningCurves SpatialFrequency { get; init; }

    /// <summary>The response through one cycle of the unit's full-field grating.</summary>
    public required TuningCurves Phase { get; init; }

    /// <summary>The contrast-response function of the unit's full-field grating.</summary>
    public required TuningCurves Contrast { get; init; }

    /// <summary>Size tuning: the unit's grating in hard-edged discs.</summary>
    public required TuningCurves Size { get; init; }

    /// <summary>The unit's grating in a disc, within an annulus at orientations relative to it.</summary>
    public required TuningCurves Surround { get; init; }

    /// <summary>[unit]: the same disc without an annulus.</summary>
    public required double[] CentreAlone { get; init; }

    /// <summary>[unit]: diameter of that disc, pixels.</summary>
    public required double[] CentreDiameters { get; init; }

    /// <summary>The unit's grating under a mask of other orientation, by the mask's contrast; the first value is 0, the grating alone.</summary>
    public required TuningCurves Mask { get; init; }

    /// <summary>[unit]: F1/F0 of <see cref="Phase"/> (<see cref="PhaseModulation.F1OverF0"/>).</summary>
    public double[] F1OverF0 => Array.ConvertAll(Phase.Responses, curve => PhaseModulation.F1OverF0(curve));

    /// <summary>[unit]: SI and summation field of <see cref="Size"/>.</summary>
    public SizeTuning[] SizeMeasures => Array.ConvertAll(Size.Responses, curve => SizeTuning.Of(Size.Values, curve));

    /// <summary>[unit][orientation]: surround suppression index of <see cref="Surround"/> (<see cref="Suppression.Index"/>).</summary>
    public double[][] SurroundSuppression =>
        [.. Surround.Responses.Select((curve, unit) => Array.ConvertAll(curve, response => Suppression.Index(CentreAlone[unit], response)))];

    /// <summary>[unit]: suppression index under the mask of highest contrast (<see cref="Suppression.Index"/>).</summary>
    public double[] CrossOrientationSuppression => Array.ConvertAll(Mask.Responses, curve => Suppression.Index(curve[0], curve[^1]));
}
