namespace DivNorm.Kernels;

/// <summary>The lateral stage as its definition reads, in double precision, one product at a time: what the fast kernels are tested against.</summary>
internal static class LateralReference
{
    /// <summary>out[n,o,y,x] = sum over c, dy, dx of w_exc e[n,c,y+dy,x+dx] - w_inh yn[n,c,y+dy,x+dx].</summary>
    public static double[] Forward(LateralShape shape, float[] y, float[] yn, float[] excitation, float[] inhibition)
    {
        double[] output = new double[shape.Elements];
        ForEachProduct(shape, shape.ExcitationKernel, (target, source, weight) => output[target] += (double)(shape.SharedSource ? yn : y)[source] * excitation[weight]);
        ForEachProduct(shape, shape.InhibitionKernel, (target, source, weight) => output[target] -= (double)yn[source] * inhibition[weight]);
        return output;
    }

    /// <summary>The gradients of the sources, the kernels and the shift of each channel; that of y is zero with a shared source.</summary>
    public static (double[] Y, double[] Yn, double[] Excitation, double[] Inhibition, double[] Shift) Backward(
        LateralShape shape, float[] gradOutput, float[] y, float[] yn, float[] excitation, float[] inhibition)
    {
        double[] gradY = new double[shape.Elements], gradYn = new double[shape.Elements];
        double[] gradExcitation = new double[excitation.Length], gradInhibition = new double[inhibition.Length], gradShift = new double[shape.Channels];
        (float[] source, double[] gradSource) = shape.SharedSource ? (yn, gradYn) : (y, gradY);
        ForEachProduct(shape, shape.ExcitationKernel, (target, from, weight) =>
        {
            gradSource[from] += (double)gradOutput[target] * excitation[weight];
            gradExcitation[weight] += (double)gradOutput[target] * source[from];
        });
        ForEachProduct(shape, shape.InhibitionKernel, (target, from, weight) =>
        {
            gradYn[from] -= (double)gradOutput[target] * inhibition[weight];
            gradInhibition[weight] -= (double)gradOutput[target] * yn[from];
        });
        int plane = shape.Height * shape.Width;
        for (int i = 0; i < gradOutput.Length; i++)
            gradShift[i / plane % shape.Channels] += gradOutput[i];
        return (gradY, gradYn, gradExcitation, gradInhibition, gradShift);
    }

    /// <summary>Visits every product of a pixel and a weight [o, c, i, j]: the indices of the result it belongs to, of the pixel and of the weight.</summary>
    private static void ForEachProduct(LateralShape shape, int kernel, Action<int, int, int> visit)
    {
        (int channels, int height, int width, int radius, int taps) = (shape.Channels, shape.Height, shape.Width, kernel / 2, kernel * kernel);
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int weight = 0; weight < channels * channels * taps; weight++)
            {
                int o = weight / (channels * taps), c = weight / taps % channels;
                int dy = (weight % taps / kernel) - radius, dx = (weight % kernel) - radius;
                int target = ((n * channels) + o) * height * width, source = ((((n * channels) + c) * height) + dy) * width;
                for (int y = Math.Max(0, -dy); y < Math.Min(height, height - dy); y++)
                {
                    for (int x = Math.Max(0, -dx); x < Math.Min(width, width - dx); x++)
                        visit(target + (y * width) + x, source + (y * width) + x + dx, weight);
                }
            }
        }
    }
}
