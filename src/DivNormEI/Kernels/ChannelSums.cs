using System.Numerics;
using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// The sum of each channel over images and pixels, the gradient of a bias, in double precision throughout: signed data all but
/// cancel. Lanes run along the plane, each float register widened to two of doubles; what is left over is added one by one.
/// </summary>
internal static unsafe class ChannelSums
{
    public static void Run(LateralShape shape, float* maps, float* sums, int threads)
    {
        int plane = shape.Height * shape.Width;
        double[] partial = new double[shape.Batch * shape.Channels];
        WorkerPool.Run(threads, partial.Length, (_, unit) => partial[unit] = Sum(new ReadOnlySpan<float>(maps + ((nint)unit * plane), plane)));
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            double sum = 0;
            for (int n = 0; n < shape.Batch; n++)
                sum += partial[(n * shape.Channels) + channel];
            sums[channel] = (float)sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(ReadOnlySpan<float> values)
    {
        Vector<double> even = default, odd = default;
        for (; values.Length >= Vector<float>.Count; values = values[Vector<float>.Count..])
        {
            Vector.Widen(new Vector<float>(values), out Vector<double> low, out Vector<double> high);
            even += low;
            odd += high;
        }
        double sum = Vector.Sum(even + odd);
        foreach (float value in values)
            sum += value;
        return sum;
    }
}
