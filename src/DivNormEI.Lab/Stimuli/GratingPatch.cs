namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A grating seen through a window on its mean luminance: <c>Mean + window(x, y) (grating(x, y) - Mean)</c>. With a hard window of growing diameter it is
/// the stimulus of size tuning. Contrast is that of the grating where the window is 1.
/// </summary>
public sealed record GratingPatch : IDriftingStimulus
{
    /// <summary>The grating; its orientation, frequency, phase, contrast, mean and image size are the patch's.</summary>
    public required Grating Grating { get; init; }

    /// <summary>The window.</summary>
    public required Window Window { get; init; }

    /// <inheritdoc/>
    public int Height => Grating.Height;

    /// <inheritdoc/>
    public int Width => Grating.Width;

    /// <inheritdoc/>
    public double Mean => Grating.Mean;

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters => [.. Grating.Parameters, .. Window.Parameters];

    /// <inheritdoc/>
    public void Validate()
    {
        Grating.Validate("Patch");
        Window.Validate("Patch");
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Patch", pixels.Length, Height, Width);
        Raster.Fill(pixels, Height, Width, Mean, new Layer(Grating.Wave(), Grating.Amplitude, Window.At));
    }

    /// <inheritdoc/>
    public IDriftingStimulus WithPhaseShift(double radians) => this with { Grating = Grating with { Phase = Grating.Phase + radians } };
}
