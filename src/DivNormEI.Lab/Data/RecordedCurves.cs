namespace DivNorm.Lab.Data;

/// <summary>Tuning curves read from a file: units in the order in which they first occur.</summary>
/// <param name="Source">The file.</param>
/// <param name="Rows">Responses read.</param>
/// <param name="Units">The units, at least one.</param>
public sealed record RecordedCurves(string Source, int Rows, IReadOnlyList<RecordedUnit> Units);

/// <summary>One recorded unit: a neuron, or a channel of a model.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Curves">One curve a contrast, contrasts ascending.</param>
public sealed record RecordedUnit(string Name, IReadOnlyList<RecordedCurve> Curves);

/// <summary>The responses of one unit at one contrast.</summary>
/// <param name="Contrast">Michelson contrast in (0, 1].</param>
/// <param name="Orientations">Degrees in [0, 180), ascending; those at which there are responses.</param>
/// <param name="Trials">[orientation][trial]: the responses, at least one each; without trials in the file exactly one.</param>
public sealed record RecordedCurve(double Contrast, double[] Orientations, double[][] Trials)
{
    /// <summary>The mean response at each orientation.</summary>
    public double[] Means => Array.ConvertAll(Trials, trials => trials.Average());

    /// <summary>The fewest trials at any orientation.</summary>
    public int FewestTrials => Trials.Length == 0 ? 0 : Trials.Min(trials => trials.Length);
}
