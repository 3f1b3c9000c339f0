namespace DivNorm.Lab.Data;

/// <summary>Gathers rows of a table of tuning curves by unit, contrast and orientation: some 20 bytes a row.</summary>
internal sealed class CurveGatherer(string source)
{
    /// <summary>Orientations that agree to a millionth of a degree are one: thirds and sevenths of 180 are written with few digits.</summary>
    private const double StepsPerDegree = 1e6;

    private const long StepsRound = 180_000_000;

    private readonly Dictionary<string, SortedDictionary<double, SortedDictionary<long, List<Sample>>>> units = new(StringComparer.Ordinal);
    private readonly List<string> order = [];
    private readonly Dictionary<string, int> trials = new(StringComparer.Ordinal);

    internal int Rows { get; private set; }

    internal void Add(int line, ReadOnlySpan<char> unit, double contrast, double orientation, ReadOnlySpan<char> trial, double response)
    {
        var byName = units.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!byName.TryGetValue(unit, out var contrasts))
        {
            string name = unit.ToString();
            order.Add(name);
            units[name] = contrasts = [];
        }

        if (!contrasts.TryGetValue(contrast, out var orientations))
            contrasts[contrast] = orientations = [];
        long angle = ((long)Math.Round(orientation * StepsPerDegree) % StepsRound + StepsRound) % StepsRound;
        if (!orientations.TryGetValue(angle, out var samples))
            orientations[angle] = samples = [];
        var byTrial = trials.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!byTrial.TryGetValue(trial, out int number))
            byTrial[trial] = number = trials.Count;
        samples.Add(new Sample(number, line, response));
        Rows++;
    }

    /// <summary>The curves.</summary>
    /// <exception cref="UserInputException">A response is there twice; the earliest line at fault is named.</exception>
    internal RecordedCurves Curves(bool hasTrials)
    {
        ThrowOnDuplicate(hasTrials);
        return new RecordedCurves(
            source, Rows, [.. order.Select(name => new RecordedUnit(name, [.. units[name].Select(pair => Curve(pair.Key, pair.Value))]))]);
    }

    private static RecordedCurve Curve(double contrast, SortedDictionary<long, List<Sample>> orientations) => new(
        contrast,
        [.. orientations.Keys.Select(angle => angle / StepsPerDegree)],
        [.. orientations.Values.Select(samples => samples.Select(sample => sample.Response).ToArray())]);

    private void ThrowOnDuplicate(bool hasTrials)
    {
        (int Second, int First, string Where)? earliest = null;
        foreach (string name in order)
        {
            foreach (var (contrast, orientations) in units[name])
            {
                foreach (var (angle, samples) in orientations)
                {
                    samples.Sort((a, b) => (a.Trial, a.Line).CompareTo((b.Trial, b.Line)));
                    for (int i = 1; i < samples.Count; i++)
                    {
                        if (samples[i].Trial == samples[i - 1].Trial && (earliest is null || samples[i].Line < earliest.Value.Second))
                            earliest = (samples[i].Line, samples[i - 1].Line, $"unit {name}, contrast {contrast}, orientation {angle / StepsPerDegree}");
                    }
                }
            }
        }

        if (earliest is var (second, first, where))
        {
            throw new UserInputException($"{source}, line {second}: {where}{(hasTrials ? " and this trial" : string.Empty)} stand on line {first} already"
                + $" (orientations count modulo 180 degrees); {(hasTrials ? "number the trials apart" : "add a column 'trial' if these are repeats")}.");
        }
    }

    private readonly record struct Sample(int Trial, int Line, double Response);
}
