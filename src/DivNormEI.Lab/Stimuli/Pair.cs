namespace DivNorm.Lab.Stimuli;

/// <summary>What two gratings of one stimulus must share.</summary>
internal static class Pair
{
    internal static void Validate(string stimulus, Grating first, Grating second)
    {
        if (first.Height != second.Height || first.Width != second.Width)
            throw new ArgumentException($"{stimulus}: one grating is {first.Width}x{first.Height}, the other {second.Width}x{second.Height}; both must have one image size.");
        if (first.Mean != second.Mean)
            throw new ArgumentException($"{stimulus}: one grating has a mean of {first.Mean:0.######}, the other {second.Mean:0.######}; both must have one mean.");
    }
}
