using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A full-field sinusoidal grating: <c>luminance(x, y) = Mean + amplitude cos(2 pi SpatialFrequency x_theta + Phase)</c>,
/// <c>x_theta = x cos(Orientation) + y sin(Orientation)</c>, x to the right (columns) and y down (rows), both 0 at the central pixel,
/// row Height / 2 and column Width / 2 in whole numbers: the pixel at which the central unit of a map looks, so that equally spaced phases are
/// equally spaced for that unit at every orientation. This is the convention of <see cref="DivNorm.Filters.GaborFilter"/>: a grating of a filter's
/// orientation and frequency is the one that filter prefers.
/// </summary>
/// <remarks>
/// On a grey background (Mean over 0) contrast is Michelson's, (max - min) / (max + min), so the amplitude is Mean x Contrast.
/// Michelson contrast is undefined around zero; with Mean = 0 the amplitude is 0.5 x Contrast, the modulation that the same contrast has
/// on the grey background of 0.5, and the values are signed.
/// </remarks>
public sealed record Grating
{
    /// <summary>Mean luminance of the grey background, the middle of [0, 1].</summary>
    public const double Grey = 0.5;

    /// <summary>Height of the image, pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Width of the image, pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Cycles per pixel, from 0 (a uniform field) to 0.5 (Nyquist).</summary>
    public required double SpatialFrequency { get; init; }

    /// <summary>Direction along which luminance varies, radians; 0 gives vertical stripes.</summary>
    public double Orientation { get; init; }

    /// <summary>Phase at the central pixel, radians.</summary>
    public double Phase { get; init; }

    /// <summary>Michelson contrast, 0 to 1 (see remarks for a zero mean).</summary>
    public double Contrast { get; init; } = 1;

    /// <summary>Mean luminance: 0 for a signed, zero-mean grating, else in (0, 1] with Mean (1 + Contrast) at most 1.</summary>
    public double Mean { get; init; } = Grey;

    /// <summary>Half the difference between the brightest and the darkest luminance of the waveform.</summary>
    public double Amplitude => Contrast * (Mean == 0 ? Grey : Mean);

    /// <summary>Checks every parameter.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range, or the luminance would leave [0, 1].</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 1);
        Require(SpatialFrequency is >= 0 and <= 0.5, nameof(SpatialFrequency), SpatialFrequency, "0 to 0.5 cycles/pixel (Nyquist)");
        Require(Contrast is >= 0 and <= 1, nameof(Contrast), Contrast, "0 to 1 (Michelson)");
        Require(Mean is >= 0 and <= 1, nameof(Mean), Mean, "0 to 1");
        Require(Mean * (1 + Contrast) <= 1 + 1e-12, nameof(Mean), Mean, $"at most {1 / (1 + Contrast):0.###} at contrast {Contrast:0.###}, else the grating clips");
        Require(double.IsFinite(Orientation), nameof(Orientation), Orientation, "a finite number of radians");
        Require(double.IsFinite(Phase), nameof(Phase), Phase, "a finite number of radians");
    }

    /// <summary>Renders the grating.</summary>
    /// <returns>float32 [Height, Width] on the CPU.</returns>
    /// <exception cref="ArgumentOutOfRangeException">As <see cref="Validate"/>.</exception>
    public Tensor Render()
    {
        float[] pixels = new float[Height * Width];
        RenderTo(pixels);
        return tensor(pixels, [Height, Width]);
    }

    /// <summary>Renders gratings of one image size as a batch.</summary>
    /// <param name="gratings">At least one grating, all of the same height and width.</param>
    /// <returns>float32 [B, 1, Height, Width] on the CPU.</returns>
    /// <exception cref="ArgumentException">The list is empty, sizes differ, or a grating is not valid.</exception>
    public static Tensor RenderBatch(IReadOnlyList<Grating> gratings)
    {
        ArgumentNullException.ThrowIfNull(gratings);
        if (gratings.Count == 0)
            throw new ArgumentException("A batch needs at least one grating.", nameof(gratings));
        int height = gratings[0].Height, width = gratings[0].Width, area = height * width;
        float[] pixels = new float[gratings.Count * area];
        for (int i = 0; i < gratings.Count; i++)
        {
            if (gratings[i].Height != height || gratings[i].Width != width)
                throw new ArgumentException($"Grating {i} is {gratings[i].Width}x{gratings[i].Height}, the first is {width}x{height}: a batch needs one size.", nameof(gratings));
            gratings[i].RenderTo(pixels.AsSpan(i * area, area));
        }

        return tensor(pixels, [gratings.Count, 1, height, width]);
    }

    private void RenderTo(Span<float> pixels)
    {
        Validate();
        double alongX = 2 * Math.PI * SpatialFrequency * Math.Cos(Orientation);
        double alongY = 2 * Math.PI * SpatialFrequency * Math.Sin(Orientation);
        int centreX = Width / 2, centreY = Height / 2;

        // cos(a + b) = cos a cos b - sin a sin b: one sine and cosine a column and a row instead of one a pixel.
        Span<double> columnCos = new double[Width], columnSin = new double[Width];
        for (int column = 0; column < Width; column++)
            (columnSin[column], columnCos[column]) = Math.SinCos(alongX * (column - centreX));
        for (int row = 0; row < Height; row++)
        {
            (double sine, double cosine) = Math.SinCos(alongY * (row - centreY) + Phase);
            for (int column = 0; column < Width; column++)
                pixels[row * Width + column] = (float)(Mean + Amplitude * (columnCos[column] * cosine - columnSin[column] * sine));
        }
    }

    private static void Require(bool holds, string name, double value, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, $"A grating's {name} must be {range}.");
    }
}
