namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A uniform disc on a uniform ground, with a hard edge (a pixel belongs where its centre lies). Contrast is Michelson's between the two with the disc's
/// sign, (disc - ground) / (disc + ground): on grey, -1 is black and 1/3 is white.
/// </summary>
public sealed record Disc : IStimulus
{
    /// <inheritdoc/>
    public required int Height { get; init; }

    /// <inheritdoc/>
    public required int Width { get; init; }

    /// <summary>Diameter, pixels, more than 0.</summary>
    public required double Diameter { get; init; }

    /// <summary>Signed Michelson contrast, -1 to (1 - Mean) / (1 + Mean).</summary>
    public double Contrast { get; init; } = 1.0 / 3;

    /// <summary>Luminance of the ground, in (0, 1].</summary>
    public double Mean { get; init; } = Grating.Grey;

    /// <summary>Centre right of the central pixel, pixels.</summary>
    public double X { get; init; }

    /// <summary>Centre below the central pixel, pixels.</summary>
    public double Y { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters =>
        [new("diameter_px", Diameter), new("contrast", Contrast), new("mean", Mean), new("x_px", X), new("y_px", Y)];

    /// <inheritdoc/>
    public void Validate()
    {
        Check.Size("Disc", Height, Width);
        Check.Positive("Disc", nameof(Diameter), Diameter, "pixels");
        Check.Figure("Disc", Contrast, Mean);
        Check.Finite("Disc", nameof(X), X, "pixels");
        Check.Finite("Disc", nameof(Y), Y, "pixels");
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Disc", pixels.Length, Height, Width);
        double radius = Diameter / 2;
        Raster.Fill(pixels, Height, Width, Mean, Contrast, (x, y) => Math.Sqrt((x - X) * (x - X) + (y - Y) * (y - Y)) <= radius);
    }
}
