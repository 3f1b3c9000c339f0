using System.Numerics;

namespace DivNorm.Lab.Data;

/// <summary>
/// A random generator whose whole state can be saved and set back, so that a resumed run draws exactly what an uninterrupted one would:
/// xoshiro256** (Blackman &amp; Vigna 2021), seeded through SplitMix64. The same on every machine. Not for threads to share.
/// </summary>
public sealed class SeededRandom
{
    private ulong s0, s1, s2, s3;

    /// <summary>A generator with a seed.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="stream">Generators of one seed and different streams are unrelated: one for each image, each purpose.</param>
    public SeededRandom(ulong seed, ulong stream = 0)
    {
        ulong mixer = seed;
        mixer = SplitMix(ref mixer) ^ stream;
        s0 = SplitMix(ref mixer);
        s1 = SplitMix(ref mixer);
        s2 = SplitMix(ref mixer);
        s3 = SplitMix(ref mixer);
    }

    /// <summary>The state: four words.</summary>
    /// <exception cref="ArgumentException">Set to something that is not four words, not all zero.</exception>
    public ulong[] State
    {
        get => [s0, s1, s2, s3];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != 4 || value.All(word => word == 0))
                throw new ArgumentException("The state of a random generator is four words, not all zero.", nameof(value));
            (s0, s1, s2, s3) = (value[0], value[1], value[2], value[3]);
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(s1 * 5, 7) * 9, shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>A uniform integer in [0, count), every one equally likely.</summary>
    /// <param name="count">At least 1.</param>
    public int Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);

        // Lemire's multiply-and-reject: the few low products that would favour some values are drawn again.
        ulong range = (ulong)count, threshold = (0 - range) % range;
        while (true)
        {
            ulong high = Math.BigMul(NextBits(), range, out ulong low);
            if (low >= threshold)
                return (int)high;
        }
    }

    /// <summary>A uniform number in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform number in [from, to).</summary>
    /// <param name="from">Lower end.</param>
    /// <param name="to">Upper end.</param>
    public double NextDouble(double from, double to) => from + (to - from) * NextDouble();

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
