namespace DivNorm.Kernels;

/// <summary>
/// The sum of each channel over images and pixels, the gradient of a bias. Lanes along the plane; every <see cref="MostAdditions"/>
/// additions a lane is emptied into a double, so that sums of signed data, which all but cancel, keep their precision.
/// </summary>
internal static unsafe class ChannelSums<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    private const int MostAdditions = 16;

    public static void Run(LateralShape shape, float* maps, float* sums, int threads)
    {
        int plane = shape.Height * shape.Width;
        double[] partial = new double[shape.Batch * shape.Channels];
        WorkerPool.Run(threads, partial.Length, (_, unit) => partial[unit] = Sum(maps + ((nint)unit * plane), plane));
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            double sum = 0;
            for (int n = 0; n < shape.Batch; n++)
                sum += partial[(n * shape.Channels) + channel];
            sums[channel] = (float)sum;
        }
    }

    private static double Sum(float* values, int count)
    {
        double sum = 0;
        int i = 0;
        while (count - i >= TLane.Count)
        {
            TLane lanes = default;
            int end = Math.Min(count - TLane.Count, i + ((MostAdditions - 1) * TLane.Count));
            for (; i <= end; i += TLane.Count)
                lanes += TLane.Load(values + i);
            sum += TLane.Sum(lanes);
        }
        for (; i < count; i++)
            sum += values[i];
        return sum;
    }
}
