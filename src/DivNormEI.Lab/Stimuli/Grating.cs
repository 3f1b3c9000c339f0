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
public sealed record Grating : IDriftingStimulus
{
    /// <summary>Mean luminance of the grey background, the middle of [0, 1].</summary>
    public const double Grey = 0.5;

    /// <summary>The highest spatial frequency that pixels can carry, cycles/pixel.</summary>
    public const double Nyquist = 0.5;

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

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters =>
    [
        new("orientation_deg", double.RadiansToDegrees(Orientation)),
        new("spatial_frequency_cpp", SpatialFrequency),
        new("phase_deg", double.RadiansToDegrees(Phase)),
        new("contrast", Contrast),
        new("mean", Mean),
    ];

    /// <inheritdoc/>
    public void Validate() => Validate("Grating");

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Grating", pixels.Length, Height, Width);
        double[] wave = Wave();
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (float)(Mean + Amplitude * wave[i]);
    }

    /// <inheritdoc/>
    public IDriftingStimulus WithPhaseShift(double radians) => this with { Phase = Phase + radians };

    internal void Validate(string stimulus)
    {
        Check.Size(stimulus, Height, Width);
        Check.That(SpatialFrequency is >= 0 and <= Nyquist, stimulus, nameof(SpatialFrequency), SpatialFrequency, "0 to 0.5 cycles/pixel (Nyquist)");
        Check.Modulation(stimulus, Contrast, Mean);
        Check.Finite(stimulus, nameof(Orientation), Orientation, "radians");
        Check.Finite(stimulus, nameof(Phase), Phase, "radians");
    }

    /// <summary>The waveform, cos(2 pi SpatialFrequency x_theta + Phase), at every pixel.</summary>
    internal double[] Wave()
    {
        double[] wave = new double[Height * Width];
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
                wave[row * Width + column] = columnCos[column] * cosine - columnSin[column] * sine;
        }

        return wave;
    }
}
