using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>What a search at full contrast found about a unit.</summary>
internal enum UnitTuning
{
    /// <summary>One preferred orientation: OSI and the response there as <see cref="PreferredGrating"/> requires.</summary>
    Tuned,

    /// <summary>Hardly any preference for orientation: OSI under <see cref="PreferredGrating.LeastOsi"/>.</summary>
    Untuned,

    /// <summary>Selective, but the middle of the curve is no peak: two lobes, or a shoulder that outweighs the peak.</summary>
    ManyPeaked,

    /// <summary>No response to any grating of the search.</summary>
    Silent,
}

/// <summary>
/// The grating that a unit of unknown receptive field prefers, found by search at full contrast on grey: every orientation at every frequency of a
/// grid, read at the central unit, at its strongest phase. The frequency is that of the largest response. The orientation is not that of the
/// largest response, which on a flat or two-shouldered top is a shoulder, but half the angle of the curve's mean vector at twice the orientation
/// (its centre of mass on the circle). The two agree on a curve with one peak; where they do not, the unit does not count as tuned.
/// </summary>
/// <param name="Channel">Channel of the maps.</param>
/// <param name="SpatialFrequency">Preferred frequency on the grid, cycles/pixel.</param>
/// <param name="Largest">The largest response of the search.</param>
/// <param name="Metrics">Measures of the curve at that frequency, around the preferred orientation.</param>
internal sealed record PreferredGrating(int Channel, double SpatialFrequency, double Largest, TuningMetrics Metrics)
{
    /// <summary>Least OSI of a tuned unit: the preferred orientation drives it twice as much as the orthogonal one.</summary>
    internal const double LeastOsi = 1.0 / 3;

    /// <summary>Least response at a tuned unit's preferred orientation, relative to its largest.</summary>
    internal const double LeastOfLargest = 0.95;

    /// <summary>The frequencies shown, cycles/pixel: .05 to Nyquist in steps of .05.</summary>
    internal static IReadOnlyList<double> Frequencies { get; } = [.. Enumerable.Range(1, 10).Select(i => i / 20.0)];

    /// <summary>How the unit counts.</summary>
    internal UnitTuning Tuning =>
        !(Largest > 0) ? UnitTuning.Silent
        : !(Metrics.Osi >= LeastOsi) ? UnitTuning.Untuned
        : Metrics.Peak < LeastOfLargest * Largest ? UnitTuning.ManyPeaked
        : UnitTuning.Tuned;

    /// <summary>The unit as a cell to record from.</summary>
    internal TunedCell Cell => new(Channel, Metrics.Preferred * Math.PI / CircularCurve.Period, SpatialFrequency);

    /// <summary>Searches for the preferred grating of the first channels of a model's maps.</summary>
    /// <param name="model">Maps stimuli [B, 1, side, side] to maps [B, C, h, w], as in <see cref="OrientationTuning.Measure"/>.</param>
    /// <param name="channels">Number of channels to search.</param>
    /// <param name="options">Orientations, phases, image size and batch; the contrast is 1, whatever they say.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    internal static IReadOnlyList<PreferredGrating> Search(
        Func<Tensor, Tensor> model, int channels, OrientationTuningOptions options, IProgress<double>? progress, CancellationToken cancellation)
    {
        // every channel is a cell once for each frequency of the grid
        TunedCell[] cells = [.. from frequency in Frequencies from channel in Enumerable.Range(0, channels) select new TunedCell(channel, 0, frequency)];
        TuningRecord found = OrientationTuning
            .Measure(images => [model(images)], ["search"], cells, options with { Contrasts = [1] }, progress, cancellation)
            .First(record => record.Readout == Readout.Centre);
        return [.. Enumerable.Range(0, channels).Select(channel => Best(found, cells, channel))];
    }

    private static PreferredGrating Best(TuningRecord found, TunedCell[] cells, int channel)
    {
        int best = Enumerable.Range(0, cells.Length).Where(cell => cells[cell].Channel == channel).MaxBy(cell => found.CellResponses[cell][0].Max());
        double[] curve = Array.ConvertAll(found.CellResponses[best][0], response => (double)response);
        return new PreferredGrating(channel, cells[best].SpatialFrequency, curve.Max(), TuningMetrics.Of(found.Orientations, curve, Middle(found.Orientations, curve)));
    }

    /// <summary>Half the angle of the mean vector at twice the orientation, degrees in [0, 180); 0 where the vector vanishes.</summary>
    private static double Middle(double[] orientations, double[] responses)
    {
        double real = 0, imaginary = 0;
        for (int i = 0; i < responses.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * orientations[i] / CircularCurve.Period);
            real += responses[i] * cosine;
            imaginary += responses[i] * sine;
        }

        return CircularCurve.Wrap(Math.Atan2(imaginary, real) / Math.PI * CircularCurve.Period / 2);
    }
}
