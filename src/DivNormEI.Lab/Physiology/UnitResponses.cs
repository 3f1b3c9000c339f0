namespace DivNorm.Lab.Physiology;

/// <summary>The responses of every unit of one layer to a list of stimuli.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Readout">What was read from the maps.</param>
/// <param name="Units">Number of units: the layer's channels.</param>
/// <param name="Values">[stimulus][unit], stimuli in the order in which they were given.</param>
public sealed record UnitResponses(string Layer, Readout Readout, int Units, float[][] Values);

/// <summary>What one layer answered to one batch of stimuli.</summary>
/// <param name="Layer">Index of the layer.</param>
/// <param name="Readout">What was read.</param>
/// <param name="First">Index of the batch's first stimulus.</param>
/// <param name="Count">Stimuli in the batch.</param>
/// <param name="Units">Units of the layer.</param>
/// <param name="Values">Count x Units responses, units running fastest.</param>
internal readonly record struct ResponseBatch(int Layer, Readout Readout, int First, int Count, int Units, float[] Values);
