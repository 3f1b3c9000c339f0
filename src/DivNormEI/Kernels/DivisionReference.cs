namespace DivNorm.Kernels;

/// <summary>The divisive stage as Eq. 2 reads, in double precision, and its gradients.</summary>
internal static class DivisionReference
{
    public static double[] Forward(DivisionShape shape, float[] y, float[] weights, float[] sigma, float epsilon)
    {
        double[] d = Denominators(shape, y, weights, sigma, epsilon);
        return [.. y.Select((v, i) => (double)v * v / d[i])];
    }

    public static (double[] Y, double[] Weights, double[] Sigma) Backward(
        DivisionShape shape, float[] gradYn, float[] y, float[] weights, float[] sigma, float epsilon)
    {
        double[] d = Denominators(shape, y, weights, sigma, epsilon);
        double[] gradSquare = [.. gradYn.Select((g, i) => g / d[i])];
        double[] gradWeights = new double[weights.Length], gradSigma = new double[sigma.Length];
        double[] h = [.. gradYn.Select((g, i) => -g * (double)y[i] * y[i] / (d[i] * d[i]))];
        ForEachProduct(shape, (target, source, weight) =>
        {
            gradSquare[source] += h[target] * weights[weight];
            gradWeights[weight] += h[target] * y[source] * y[source];
        });
        for (int i = 0; i < y.Length; i++)
        {
            int channel = i / shape.Plane % shape.Channels;
            gradSigma[channel] += 2.0 * sigma[channel] * h[i];
        }
        return ([.. gradSquare.Select((g, i) => 2.0 * y[i] * g)], gradWeights, gradSigma);
    }

    private static double[] Denominators(DivisionShape shape, float[] y, float[] weights, float[] sigma, float epsilon)
    {
        double[] d = [.. y.Select((_, i) => ((double)sigma[i / shape.Plane % shape.Channels] * sigma[i / shape.Plane % shape.Channels]) + epsilon)];
        ForEachProduct(shape, (target, source, weight) => d[target] += (double)weights[weight] * y[source] * y[source]);
        return d;
    }

    private static void ForEachProduct(DivisionShape shape, Action<int, int, int> visit)
    {
        for (int target = 0; target < shape.Planes * shape.Plane; target++)
        {
            int plane = target / shape.Plane, y = target % shape.Plane / shape.Width, x = target % shape.Width;
            for (int tap = 0; tap < shape.Taps; tap++)
            {
                int dy = (tap / shape.KernelWidth) - (shape.KernelHeight / 2), dx = (tap % shape.KernelWidth) - (shape.KernelWidth / 2);
                if (y + dy >= 0 && y + dy < shape.Height && x + dx >= 0 && x + dx < shape.Width)
                    visit(target, target + (dy * shape.Width) + dx, (plane % shape.Channels * shape.Taps) + tap);
            }
        }
    }
}
