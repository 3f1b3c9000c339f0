namespace DivNorm.Lab.Physiology;

/// <summary>Orientation tuning of one stage of a model, under one readout and background.</summary>
public sealed record TuningRecord
{
    /// <summary>Name of the stage, as given to the measurement.</summary>
    public required string Stage { get; init; }

    /// <summary>What was read from the maps.</summary>
    public required Readout Readout { get; init; }

    /// <summary>Background of the gratings.</summary>
    public required Background Background { get; init; }

    /// <summary>Michelson contrasts.</summary>
    public required double[] Contrasts { get; init; }

    /// <summary>Orientations relative to a cell's nominal orientation, degrees, ascending, 0 in the middle (or next to it, for an even number).</summary>
    public required double[] OrientationOffsets { get; init; }

    /// <summary>[contrast][offset]: each cell's curve shifted by its nominal orientation, averaged over the cells.</summary>
    public required double[][] Curves { get; init; }

    /// <summary>Measures of each contrast's averaged curve, with the nominal orientation as the preferred one.</summary>
    public required TuningMetrics[] Metrics { get; init; }

    /// <summary>How the averaged curves depend on contrast.</summary>
    public required ContrastInvariance Invariance { get; init; }

    /// <summary>The orientations shown, degrees in [0, 180).</summary>
    public required double[] Orientations { get; init; }

    /// <summary>[cell][contrast][orientation]: the responses as recorded, before any shift.</summary>
    public required float[][][] CellResponses { get; init; }
}
