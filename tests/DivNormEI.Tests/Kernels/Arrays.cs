using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

/// <summary>Random arrays and the project's measure of error, for the kernel tests.</summary>
internal static class Arrays
{
    /// <summary>The largest error allowed anywhere, max|a - b| / max|b|.</summary>
    public const double Tolerance = 2e-6;

    /// <summary>Every path of ours that this machine can run.</summary>
    public static IEnumerable<TheoryDataRow<string>> Paths =>
        SimdPaths.Available.Where(p => p != SimdPath.LibTorch).Select(p => new TheoryDataRow<string>(SimdPaths.Name(p)));

    public static SimdPath Path(string name) => SimdPaths.Parse(name, "test")!.Value;

    /// <summary>Uniform in [-1, 1), or [0, 1) if positive.</summary>
    public static float[] Random(long count, Random random, bool positive = false)
    {
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = positive ? random.NextSingle() : (2 * random.NextSingle()) - 1;
        return values;
    }

    /// <summary>max|actual - expected| / max|expected|; not a number if any value is.</summary>
    public static double RelativeError(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected)
    {
        double largest = 0, error = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            double difference = Math.Abs(actual[i] - expected[i]);
            if (!(difference <= error))
                error = difference;
        }
        return largest == 0 ? error : error / largest;
    }
}
