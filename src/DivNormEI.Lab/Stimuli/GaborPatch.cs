namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A Gabor patch: a grating under a Gaussian envelope, <c>Mean + exp(-(u^2 + AspectRatio^2 v^2) / (2 Sigma^2)) (grating - Mean)</c>, u along the
/// grating's orientation (across its stripes) and v along the stripes, both 0 at the central pixel.
/// </summary>
public sealed record GaborPatch : IDriftingStimulus
{
    /// <summary>The carrier; its orientation, frequency, phase, contrast, mean and image size are the patch's.</summary>
    public required Grating Grating { get; init; }

    /// <summary>Standard deviation of the envelope across the stripes, pixels, more than 0.</summary>
    public required double Sigma { get; init; }

    /// <summary>Sigma over the envelope's standard deviation along the stripes: under 1 is elongated along them. More than 0.</summary>
    public double AspectRatio { get; init; } = 1;

    /// <inheritdoc/>
    public int Height => Grating.Height;

    /// <inheritdoc/>
    public int Width => Grating.Width;

    /// <inheritdoc/>
    public double Mean => Grating.Mean;

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters => [.. Grating.Parameters, new("sigma_px", Sigma), new("aspect_ratio", AspectRatio)];

    /// <inheritdoc/>
    public void Validate()
    {
        Grating.Validate("Gabor patch");
        Check.Positive("Gabor patch", nameof(Sigma), Sigma, "pixels");
        Check.Positive("Gabor patch", nameof(AspectRatio), AspectRatio, "(standard deviation across over along the stripes)");
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Gabor patch", pixels.Length, Height, Width);
        (double sine, double cosine) = Math.SinCos(Grating.Orientation);
        Raster.Fill(pixels, Height, Width, Mean, new Layer(Grating.Wave(), Grating.Amplitude, Envelope));

        double Envelope(double x, double y)
        {
            double across = x * cosine + y * sine, along = AspectRatio * (y * cosine - x * sine);
            return Math.Exp(-(across * across + along * along) / (2 * Sigma * Sigma));
        }
    }

    /// <inheritdoc/>
    public IDriftingStimulus WithPhaseShift(double radians) => this with { Grating = Grating with { Phase = Grating.Phase + radians } };
}
