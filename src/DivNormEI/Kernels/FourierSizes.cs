namespace DivNorm.Kernels;

/// <summary>The transform lengths at hand: multiples of 4 (a tile row is transposed 4 columns at a time) with two small factors.</summary>
internal static class FourierSizes
{
    public static readonly int[] All = [16, 20, 24, 32, 36, 40, 48, 64];

    public static (int First, int Second) Factors(int size) => size switch
    {
        16 => (4, 4),
        20 => (4, 5),
        24 => (4, 6),
        32 => (4, 8),
        36 => (6, 6),
        40 => (5, 8),
        48 => (6, 8),
        64 => (8, 8),
        _ => throw new ArgumentOutOfRangeException(nameof(size), size, $"transform lengths are {string.Join(", ", All)}"),
    };
}
