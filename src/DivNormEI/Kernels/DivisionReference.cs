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
        for (int plane = 0; plane < shape.Planes; plane++)
        for (int y = 0; y < shape.Height; y++)
        for (int x = 0; x < shape.Width; x++)
        for (int i = 0; i < shape.KernelHeight; i++)
        for (int j = 0; j < shape.KernelWidth; j++)
        {
            int sy = y + i - (shape.KernelHeight / 2), sx = x + j - (shape.KernelWidth / 2);
            if (sy < 0 || sy >= shape.Height || sx < 0 || sx >= shape.Width)
                continue;
            int origin = plane * shape.Plane;
            visit(origin + (y * shape.Width) + x, origin + (sy * shape.Width) + sx, (plane % shape.Channels * shape.Taps) + (i * shape.KernelWidth) + j);
        }
    }
}
