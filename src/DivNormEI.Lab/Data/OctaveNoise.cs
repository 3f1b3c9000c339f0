namespace DivNorm.Lab.Data;

/// <summary>
/// A tile of noise whose amplitude spectrum falls roughly as 1/f: octaves of smooth noise, each of the same variance, the lattice of each twice as
/// fine as the last. It repeats seamlessly, has mean near 0 and standard deviation 1.
/// </summary>
internal sealed class OctaveNoise
{
    /// <summary>The tile's side, and the period.</summary>
    internal const int Period = 256;

    private const int Coarsest = 64;
    private readonly float[] tile = new float[Period * Period];

    internal OctaveNoise(SeededRandom random)
    {
        for (int spacing = Coarsest; spacing >= 1; spacing /= 2)
            AddOctave(spacing, random);
        double squares = 0;
        foreach (float value in tile)
            squares += value * value;
        float scale = (float)(1 / Math.Sqrt(squares / tile.Length));
        for (int i = 0; i < tile.Length; i++)
            tile[i] *= scale;
    }

    internal float this[int x, int y] => tile[(y % Period) * Period + x % Period];

    private void AddOctave(int spacing, SeededRandom random)
    {
        int cells = Period / spacing;
        float[] lattice = new float[cells * cells];
        for (int i = 0; i < lattice.Length; i++)
            lattice[i] = (float)random.NextDouble(-1, 1);

        // Bilinear interpolation between lattice points halves the variance about twice; a lattice of single pixels needs none.
        float gain = spacing == 1 ? 2f / 3 : 1;
        for (int y = 0; y < Period; y++)
        {
            int above = y / spacing, below = (above + 1) % cells;
            float down = (float)(y % spacing) / spacing;
            for (int x = 0; x < Period; x++)
            {
                int left = x / spacing, right = (left + 1) % cells;
                float across = (float)(x % spacing) / spacing;
                float upper = lattice[above * cells + left] * (1 - across) + lattice[above * cells + right] * across;
                float lower = lattice[below * cells + left] * (1 - across) + lattice[below * cells + right] * across;
                tile[y * Period + x] += gain * (upper * (1 - down) + lower * down);
            }
        }
    }
}
