using DivNorm.Lab.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Data;

/// <summary>The radially averaged amplitude spectrum of images.</summary>
internal static class Spectrum
{
    /// <summary>
    /// Slope of log amplitude over log frequency, from 4 cycles an image to a quarter of the sampling rate, averaged over images; a central square of each
    /// under a Hann window, which keeps the border's step out.
    /// </summary>
    internal static double Slope(IReadOnlyList<GreyImage> images)
    {
        const int side = 192;
        using DisposeScope scope = NewDisposeScope();
        Tensor line = hann_window(side), window = line.unsqueeze(0) * line.unsqueeze(1);
        Tensor power = zeros(side, side);
        foreach (GreyImage image in images)
        {
            Tensor pixels = tensor(image.Pixels, [image.Height, image.Width])
                .narrow(0, (image.Height - side) / 2, side).narrow(1, (image.Width - side) / 2, side);
            power += fft.fft2((pixels - pixels.mean()) * window).abs().square();
        }

        float[] values = power.data<float>().ToArray();
        double[] sums = new double[side], counts = new double[side];
        for (int i = 0; i < values.Length; i++)
        {
            int fy = Math.Min(i / side, side - i / side), fx = Math.Min(i % side, side - i % side);
            int radius = (int)Math.Round(Math.Sqrt(fx * fx + fy * fy));
            sums[radius] += values[i];
            counts[radius]++;
        }

        double[] x = [.. Enumerable.Range(4, side / 4 - 3).Select(r => Math.Log(r))];
        double[] y = [.. Enumerable.Range(4, side / 4 - 3).Select(r => Math.Log(sums[r] / counts[r]) / 2)];
        double meanX = x.Average(), meanY = y.Average();
        return x.Zip(y).Sum(p => (p.First - meanX) * (p.Second - meanY)) / x.Sum(v => (v - meanX) * (v - meanX));
    }
}
