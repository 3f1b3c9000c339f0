namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A uniform bar on a uniform ground, with hard edges (a pixel belongs where its centre lies). As for gratings, the orientation is the direction along
/// which luminance varies, that of the bar's short side: 0 is an upright bar. Contrast is signed as for <see cref="Disc"/>.
/// </summary>
public sealed record Bar : IStimulus
{
    /// <inheritdoc/>
    public required int Height { get; init; }

    /// <inheritdoc/>
    public required int Width { get; init; }

    /// <summary>Length of the bar, at right angles to its orientation, pixels, more than 0.</summary>
    public required double Length { get; init; }

    /// <summary>Thickness of the bar, along its orientation, pixels, more than 0.</summary>
    public required double Thickness { get; init; }

    /// <summary>Direction across the bar, radians.</summary>
    public double Orientation { get; init; }

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
    [
        new("orientation_deg", double.RadiansToDegrees(Orientation)),
        new("length_px", Length),
        new("thickness_px", Thickness),
        new("contrast", Contrast),
        new("mean", Mean),
        new("x_px", X),
        new("y_px", Y),
    ];

    /// <inheritdoc/>
    public void Validate()
    {
        Check.Size("Bar", Height, Width);
        Check.Positive("Bar", nameof(Length), Length, "pixels");
        Check.Positive("Bar", nameof(Thickness), Thickness, "pixels");
        Check.Finite("Bar", nameof(Orientation), Orientation, "radians");
        Check.Figure("Bar", Contrast, Mean);
        Check.Finite("Bar", nameof(X), X, "pixels");
        Check.Finite("Bar", nameof(Y), Y, "pixels");
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Bar", pixels.Length, Height, Width);
        (double sine, double cosine) = Math.SinCos(Orientation);
        Raster.Fill(pixels, Height, Width, Mean, Contrast, Inside);

        bool Inside(double x, double y)
        {
            // Rounding of the sine of a right angle must not decide about a pixel on the edge.
            const double rounding = 1e-9;
            double across = (x - X) * cosine + (y - Y) * sine, along = (y - Y) * cosine - (x - X) * sine;
            return Math.Abs(across) <= Thickness / 2 + rounding && Math.Abs(along) <= Length / 2 + rounding;
        }
    }
}
