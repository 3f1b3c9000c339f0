namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A grating in a disc, and around it an annulus with a grating of its own orientation, contrast, frequency and phase. Both edges are hard: a pixel belongs
/// where its centre lies. Between disc and annulus, and beyond the annulus, the background shows.
/// </summary>
public sealed record CentreSurround : IDriftingStimulus
{
    /// <summary>The grating in the disc.</summary>
    public required Grating Centre { get; init; }

    /// <summary>The grating in the annulus, of the same image size and mean.</summary>
    public required Grating Surround { get; init; }

    /// <summary>Diameter of the disc, pixels, more than 0.</summary>
    public required double CentreDiameter { get; init; }

    /// <summary>Width of the background ring between disc and annulus, pixels, 0 or more.</summary>
    public double Gap { get; init; }

    /// <summary>Outer diameter of the annulus, pixels, more than CentreDiameter + 2 Gap; infinite fills the image.</summary>
    public double SurroundDiameter { get; init; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public int Height => Centre.Height;

    /// <inheritdoc/>
    public int Width => Centre.Width;

    /// <inheritdoc/>
    public double Mean => Centre.Mean;

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters =>
    [
        .. Centre.Parameters,
        .. Surround.Parameters.Where(p => p.Name != "mean").Select(p => p with { Name = "surround_" + p.Name }),
        new("centre_diameter_px", CentreDiameter),
        new("gap_px", Gap),
        .. double.IsFinite(SurroundDiameter) ? [new("surround_diameter_px", SurroundDiameter)] : Array.Empty<StimulusParameter>(),
    ];

    private double InnerRadius => CentreDiameter / 2 + Gap;

    /// <inheritdoc/>
    public void Validate()
    {
        const string stimulus = "Centre and surround";
        Centre.Validate(stimulus);
        Surround.Validate(stimulus + " (surround)");
        Pair.Validate(stimulus, Centre, Surround);
        Check.Positive(stimulus, nameof(CentreDiameter), CentreDiameter, "pixels");
        Check.Length(stimulus, nameof(Gap), Gap);
        Check.That(SurroundDiameter > 2 * InnerRadius, stimulus, nameof(SurroundDiameter), SurroundDiameter, $"more than {2 * InnerRadius:0.###} pixels (disc and gap)");
        double corner = Math.Sqrt((double)Width * Width + (double)Height * Height);
        Check.That(2 * InnerRadius < corner, stimulus, nameof(CentreDiameter), CentreDiameter, $"less than {corner - 2 * Gap:0.###} pixels, else a gap of {Gap:0.###} pushes the surround out of the image");
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Centre and surround", pixels.Length, Height, Width);
        double disc = CentreDiameter / 2, inner = InnerRadius, outer = SurroundDiameter / 2;
        Raster.Fill(
            pixels,
            Height,
            Width,
            Mean,
            new Layer(Centre.Wave(), Centre.Amplitude, (x, y) => Math.Sqrt(x * x + y * y) <= disc ? 1 : 0),
            new Layer(Surround.Wave(), Surround.Amplitude, (x, y) => Math.Sqrt(x * x + y * y) is double r && r > inner && r <= outer ? 1 : 0));
    }

    /// <inheritdoc/>
    public IDriftingStimulus WithPhaseShift(double radians) => this with
    {
        Centre = Centre with { Phase = Centre.Phase + radians },
        Surround = Surround with { Phase = Surround.Phase + radians },
    };
}
