namespace DivNorm.Lab.Stimuli;

/// <summary>One windowed waveform of a stimulus.</summary>
/// <param name="Wave">The waveform at every pixel, -1 to 1.</param>
/// <param name="Amplitude">Its amplitude, luminance.</param>
/// <param name="Window">Its window by x and y from the central pixel; null for none.</param>
internal readonly record struct Layer(double[] Wave, double Amplitude, Func<double, double, double>? Window);

/// <summary>Fills images.</summary>
internal static class Raster
{
    /// <summary>The mean plus every layer's modulation.</summary>
    internal static void Fill(Span<float> pixels, int height, int width, double mean, params ReadOnlySpan<Layer> layers)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            double luminance = mean;
            foreach (Layer layer in layers)
            {
                double window = layer.Window?.Invoke(i % width - width / 2, i / width - height / 2) ?? 1;
                luminance += window * layer.Amplitude * layer.Wave[i];
            }

            pixels[i] = (float)luminance;
        }
    }

    /// <summary>A figure on a ground: the luminance with the given Michelson contrast against the mean where the place is inside, else the mean.</summary>
    internal static void Fill(Span<float> pixels, int height, int width, double mean, double contrast, Func<double, double, bool> inside)
    {
        // (L - mean) / (L + mean) = contrast
        float ground = (float)mean, figure = (float)(mean * (1 + contrast) / (1 - contrast));
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = inside(i % width - width / 2, i / width - height / 2) ? figure : ground;
    }
}
