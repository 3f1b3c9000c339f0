using DivNorm.Filters;

namespace DivNorm.Lab.Physiology;

/// <summary>A cell to record from: a channel of the maps, and the grating that its filter was made for.</summary>
/// <param name="Channel">Channel of every stage's maps, from 0.</param>
/// <param name="Orientation">Nominal orientation, radians, in the convention of <see cref="Stimuli.Grating"/>.</param>
/// <param name="SpatialFrequency">Nominal spatial frequency, cycles/pixel.</param>
public sealed record TunedCell(int Channel, double Orientation, double SpatialFrequency)
{
    /// <summary>The cells whose receptive fields are the filters of a bank: channel i is filter i.</summary>
    /// <param name="bank">The bank.</param>
    public static IReadOnlyList<TunedCell> Of(GaborBank bank)
    {
        ArgumentNullException.ThrowIfNull(bank);
        return [.. bank.Filters.Select((filter, channel) => new TunedCell(channel, filter.Orientation, filter.SpatialFrequency))];
    }
}
