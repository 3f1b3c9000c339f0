namespace DivNorm.Layers;

/// <summary>A submodule of a model, and whether a layer can be inserted behind it.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Type">Its class.</param>
/// <param name="OutputShape">The shape of what it gave in the probe pass, at its first call; null without a probe, or where it gave nothing.</param>
/// <param name="Channels">C of its output [N, C, H, W]; null where that is not known or it is none.</param>
/// <param name="Parameters">Numbers that are trained, those of its children too.</param>
/// <param name="Calls">How often it ran in the probe pass; 0 without a probe.</param>
/// <param name="Obstacle">Why no layer can be inserted behind it, as the end of a sentence; null where one can.</param>
public sealed record InsertionPoint(string Name, string Type, IReadOnlyList<long>? OutputShape, long? Channels, long Parameters, int Calls, string? Obstacle);
