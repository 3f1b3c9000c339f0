namespace DivNorm.Lab.Experiments;

/// <summary>Derives the seed of each random stream of a run from the run's one seed.</summary>
public static class Seeds
{
    /// <summary>A seed of 0 or more that depends on the run's seed and on what it is for, and looks unrelated to its siblings.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the stream is for.</param>
    public static long Derive(long seed, string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        ulong state = (ulong)seed;
        foreach (char letter in purpose)
            state = Mix(state + letter);
        return (long)(Mix(state) >> 1);
    }

    /// <summary><see cref="Derive"/> for generators that take unsigned seeds.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the stream is for.</param>
    public static ulong ForGenerator(long seed, string purpose) => (ulong)Derive(seed, purpose);

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
