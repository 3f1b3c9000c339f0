using System.Numerics;
using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>Mean and (biased) variance of each channel over images and pixels.</summary>
internal sealed record ChannelMoments(double[] Means, double[] Variances);

/// <summary>What a batch norm does to a channel: z = scale (x - pivot) + shift, the pivot being the mean rounded to a float.</summary>
internal readonly record struct ChannelScaling(float Pivot, float Scale, float Shift, double Mean, double InverseDeviation)
{
    public static ChannelScaling Of(double mean, double variance, double gamma, double beta, double epsilon)
    {
        float pivot = (float)mean;
        double inverse = 1 / Math.Sqrt(variance + epsilon), scale = gamma * inverse;
        return new(pivot, (float)scale, (float)(beta - ((mean - pivot) * scale)), mean, inverse);
    }
}

/// <summary>
/// Eq. 6, batch norm and ReLU, over float32 maps [N, C, H, W], plane by plane: as much arithmetic as a core does while the memory is
/// read, so plain vectors serve all paths. Sums are in double precision; a plane's own are formed while it lies in the first caches,
/// and joined in the order of the images, so that the bits do not depend on the number of threads.
/// </summary>
internal static unsafe class RectifiedBatchNorm
{
    /// <summary>The moments of every channel.</summary>
    public static ChannelMoments Moments(LateralShape shape, float* maps, int threads)
    {
        int plane = shape.Height * shape.Width, channels = shape.Channels;
        var partial = new (double Mean, double Squares)[shape.Batch * channels];
        WorkerPool.Run(threads, partial.Length, (_, unit) => partial[unit] = PlaneMoments(maps + ((nint)unit * plane), plane));
        double[] means = new double[channels], variances = new double[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            double mean = 0, squares = 0;
            for (int n = 0; n < shape.Batch; n++)
                mean += partial[(n * channels) + channel].Mean / shape.Batch;
            for (int n = 0; n < shape.Batch; n++)
            {
                (double own, double spread) = partial[(n * channels) + channel];
                squares += spread + (plane * (own - mean) * (own - mean));
            }
            means[channel] = mean;
            variances[channel] = squares / ((double)shape.Batch * plane);
        }
        return new(means, variances);
    }

    /// <summary>output = max(0, z).</summary>
    public static void Apply(LateralShape shape, float* maps, ChannelScaling[] scaling, float* output, int threads)
    {
        int plane = shape.Height * shape.Width;
        WorkerPool.Run(threads, shape.Batch * shape.Channels, (_, unit) =>
            ApplyPlane(maps + ((nint)unit * plane), plane, scaling[unit % shape.Channels], output + ((nint)unit * plane)));
    }

    /// <summary>
    /// The gradients of maps, gamma and beta. With g the output's gradient where z is over 0, and M values a channel,
    /// dx = scale (g - mean of g - (x - mean) / variance * mean of g (x - mean)); without batch statistics only the first term.
    /// </summary>
    public static void Backward(LateralShape shape, in BatchNormGradients arguments, ChannelScaling[] scaling, bool batchStatistics, int threads)
    {
        BatchNormGradients a = arguments;
        int plane = shape.Height * shape.Width, channels = shape.Channels;
        var partial = new (double Sum, double Product)[shape.Batch * channels];
        WorkerPool.Run(threads, partial.Length, (_, unit) =>
        {
            nint offset = (nint)unit * plane;
            partial[unit] = PlaneSums(a.Maps + offset, a.GradOutput + offset, plane, scaling[unit % channels]);
        });
        var terms = new (float Constant, float Slope)[channels];
        double values = (double)shape.Batch * plane;
        for (int channel = 0; channel < channels; channel++)
        {
            ChannelScaling s = scaling[channel];
            double sum = 0, product = 0;
            for (int n = 0; n < shape.Batch; n++)
            {
                sum += partial[(n * channels) + channel].Sum;
                product += partial[(n * channels) + channel].Product;
            }
            double offCentre = s.Pivot - s.Mean;
            product += offCentre * sum;
            a.GradBeta[channel] = (float)sum;
            a.GradGamma[channel] = (float)(product * s.InverseDeviation);
            if (batchStatistics)
            {
                double slope = -s.Scale * s.InverseDeviation * s.InverseDeviation * product / values;
                terms[channel] = ((float)((slope * offCentre) - (s.Scale * sum / values)), (float)slope);
            }
        }
        WorkerPool.Run(threads, partial.Length, (_, unit) =>
        {
            nint offset = (nint)unit * plane;
            (float constant, float slope) = terms[unit % channels];
            PlaneGradient(a.Maps + offset, a.GradOutput + offset, plane, scaling[unit % channels], constant, slope, a.GradMaps + offset);
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Mean, double Squares) PlaneMoments(float* x, int count)
    {
        Vector<double> low = default, high = default;
        int i = 0, whole = count - (count % Vector<float>.Count);
        double sum = 0;
        for (; i < whole; i += Vector<float>.Count)
            Add(Vector.Load(x + i), ref low, ref high);
        for (; i < count; i++)
            sum += x[i];
        double mean = (sum + Vector.Sum(low + high)) / count;

        float pivot = (float)mean;
        var pivots = new Vector<float>(pivot);
        (low, high, sum) = (default, default, 0);
        for (i = 0; i < whole; i += Vector<float>.Count)
        {
            Vector<float> d = Vector.Load(x + i) - pivots;
            Add(d * d, ref low, ref high);
        }
        for (; i < count; i++)
            sum += (x[i] - pivot) * (x[i] - pivot);
        return (mean, sum + Vector.Sum(low + high) - (count * (mean - pivot) * (mean - pivot)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyPlane(float* x, int count, ChannelScaling s, float* output)
    {
        int i = 0, whole = count - (count % Vector<float>.Count);
        for (; i < whole; i += Vector<float>.Count)
            Vector.Store(Vector.Max(Scaled(Vector.Load(x + i) - new Vector<float>(s.Pivot), s), Vector<float>.Zero), output + i);
        for (; i < count; i++)
            output[i] = Math.Max(((x[i] - s.Pivot) * s.Scale) + s.Shift, 0);
    }

    /// <summary>The sums over a plane of g and of g (x - pivot).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Sum, double Product) PlaneSums(float* x, float* gradient, int count, ChannelScaling s)
    {
        Vector<double> low = default, high = default, lowProduct = default, highProduct = default;
        double sum = 0, product = 0;
        int i = 0, whole = count - (count % Vector<float>.Count);
        for (; i < whole; i += Vector<float>.Count)
        {
            Vector<float> d = Vector.Load(x + i) - new Vector<float>(s.Pivot);
            Vector<float> g = Rectified(d, Vector.Load(gradient + i), s);
            Add(g, ref low, ref high);
            Add(g * d, ref lowProduct, ref highProduct);
        }
        for (; i < count; i++)
        {
            float d = x[i] - s.Pivot, g = (d * s.Scale) + s.Shift > 0 ? gradient[i] : 0;
            sum += g;
            product += g * d;
        }
        return (sum + Vector.Sum(low + high), product + Vector.Sum(lowProduct + highProduct));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PlaneGradient(float* x, float* gradient, int count, ChannelScaling s, float constant, float slope, float* target)
    {
        int i = 0, whole = count - (count % Vector<float>.Count);
        for (; i < whole; i += Vector<float>.Count)
        {
            Vector<float> d = Vector.Load(x + i) - new Vector<float>(s.Pivot);
            Vector.Store((Rectified(d, Vector.Load(gradient + i), s) * s.Scale) + (d * slope) + new Vector<float>(constant), target + i);
        }
        for (; i < count; i++)
        {
            float d = x[i] - s.Pivot, g = (d * s.Scale) + s.Shift > 0 ? gradient[i] : 0;
            target[i] = (g * s.Scale) + (d * slope) + constant;
        }
    }

    /// <summary>z from x - pivot; never fused, so that forward and backward pass agree on which side of zero it lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Scaled(Vector<float> d, ChannelScaling s) => (d * s.Scale) + new Vector<float>(s.Shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Rectified(Vector<float> d, Vector<float> gradient, ChannelScaling s) =>
        Vector.ConditionalSelect(Vector.GreaterThan(Scaled(d, s), Vector<float>.Zero), gradient, Vector<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector<float> values, ref Vector<double> low, ref Vector<double> high)
    {
        Vector.Widen(values, out Vector<double> first, out Vector<double> second);
        low += first;
        high += second;
    }
}

/// <summary>The arrays of a batch norm's backward pass.</summary>
internal unsafe struct BatchNormGradients
{
    /// <summary>The input [N, C, H, W].</summary>
    public float* Maps;

    /// <summary>Gradient of the rectified output [N, C, H, W].</summary>
    public float* GradOutput;

    /// <summary>Gradient of the input [N, C, H, W]; may be <see cref="GradOutput"/>.</summary>
    public float* GradMaps;

    /// <summary>Gradient of gamma [C].</summary>
    public float* GradGamma;

    /// <summary>Gradient of beta [C].</summary>
    public float* GradBeta;
}
