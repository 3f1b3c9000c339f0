namespace DivNorm.Lab.Stimuli;

/// <summary>Between degrees of visual angle and pixels, for stimuli described as in a laboratory with a screen.</summary>
/// <param name="PixelsPerDegree">Pixels that a degree of visual angle spans, more than 0.</param>
public sealed record VisualAngle(double PixelsPerDegree)
{
    /// <summary>Pixels that a degree spans.</summary>
    public double PixelsPerDegree { get; } = PixelsPerDegree > 0 && double.IsFinite(PixelsPerDegree)
        ? PixelsPerDegree
        : throw new ArgumentOutOfRangeException(null, $"PixelsPerDegree is {PixelsPerDegree}; it must be more than 0.");

    /// <summary>A spatial frequency in cycles/pixel.</summary>
    /// <param name="cyclesPerDegree">Cycles/degree, 0 to half the pixels per degree (Nyquist).</param>
    /// <exception cref="ArgumentOutOfRangeException">The frequency is out of range.</exception>
    public double CyclesPerPixel(double cyclesPerDegree)
    {
        double most = PixelsPerDegree * Grating.Nyquist;
        if (!(cyclesPerDegree >= 0 && cyclesPerDegree <= most))
        {
            throw new ArgumentOutOfRangeException(
                null, $"The spatial frequency is {cyclesPerDegree:0.######} cycles/degree; at {PixelsPerDegree:0.###} pixels/degree it must be 0 to {most:0.######} (Nyquist).");
        }

        return cyclesPerDegree / PixelsPerDegree;
    }

    /// <summary>A length in pixels.</summary>
    /// <param name="degrees">Degrees of visual angle.</param>
    public double Pixels(double degrees) => degrees * PixelsPerDegree;
}
