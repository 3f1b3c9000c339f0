using DivNorm.Lab.Data;

namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A rectangle of a natural image, as it is or brought to a given contrast and mean: <c>Mean + k (pixel - mean of the crop)</c>, k such that
/// (max - min) / (max + min) is the contrast.
/// </summary>
public sealed record ImageCrop : IStimulus
{
    private double? mean;

    /// <summary>The image.</summary>
    public required GreyImage Image { get; init; }

    /// <inheritdoc/>
    public required int Height { get; init; }

    /// <inheritdoc/>
    public required int Width { get; init; }

    /// <summary>First row of the crop, 0 or more.</summary>
    public int Top { get; init; }

    /// <summary>First column of the crop, 0 or more.</summary>
    public int Left { get; init; }

    /// <summary>Michelson contrast, 0 to 1; null keeps the image's.</summary>
    public double? Contrast { get; init; }

    /// <summary>Mean luminance, in (0, 1]; where it is not set, the mean of the crop, kept.</summary>
    public double Mean
    {
        get => mean ?? Pixels().Average();
        init => mean = value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters =>
    [
        new("image", Image.Name),
        new("top_px", Top),
        new("left_px", Left),
        .. Contrast is { } contrast ? [new("contrast", contrast)] : Array.Empty<StimulusParameter>(),
        new("mean", Mean),
    ];

    /// <inheritdoc/>
    public void Validate() => Map();

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        (double scale, double offset) = Map();
        Check.Room("Image crop", pixels.Length, Height, Width);
        double[] crop = Pixels();
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (float)(scale * crop[i] + offset);
    }

    private double[] Pixels()
    {
        const string stimulus = "Image crop";
        Check.Size(stimulus, Height, Width);
        string image = $"{Image.Name} ({Image.Width}x{Image.Height})";
        Check.That(Height <= Image.Height, stimulus, nameof(Height), Height, $"1 to {Image.Height} in {image}");
        Check.That(Width <= Image.Width, stimulus, nameof(Width), Width, $"1 to {Image.Width} in {image}");
        Check.That(Top >= 0 && Top + Height <= Image.Height, stimulus, nameof(Top), Top, $"0 to {Image.Height - Height} for {Height} rows of {image}");
        Check.That(Left >= 0 && Left + Width <= Image.Width, stimulus, nameof(Left), Left, $"0 to {Image.Width - Width} for {Width} columns of {image}");
        double[] crop = new double[Height * Width];
        for (int i = 0; i < crop.Length; i++)
            crop[i] = Image.Pixels[(Top + i / Width) * Image.Width + Left + i % Width];
        return crop;
    }

    /// <summary>Checks every parameter and finds the line that maps the image's luminance to the crop's.</summary>
    private (double Scale, double Offset) Map()
    {
        const string stimulus = "Image crop";
        double[] crop = Pixels();
        Check.That(mean is null or (> 0 and <= 1), stimulus, nameof(Mean), mean ?? 0, "more than 0, to 1");
        Check.That(Contrast is null or (>= 0 and <= 1), stimulus, nameof(Contrast), Contrast ?? 0, "0 to 1 (Michelson)");
        if (Contrast is null && mean is null)
            return (1, 0);
        double average = crop.Average(), least = crop.Min(), most = crop.Max(), target = mean ?? average, scale = 1;
        if (Contrast is { } contrast)
        {
            // contrast (2 target + scale skew) = scale (most - least)
            double skew = most + least - 2 * average, denominator = most - least - contrast * skew;
            Check.That(contrast == 0 || denominator > 0, stimulus, nameof(Contrast), contrast, "0: the crop is uniform");
            scale = contrast == 0 ? 0 : 2 * contrast * target / denominator;
        }

        double darkest = target + scale * (least - average), brightest = target + scale * (most - average);
        const double rounding = 1e-6;
        if (darkest < -rounding || brightest > 1 + rounding)
            throw new ArgumentOutOfRangeException(null, $"{stimulus}: luminance would range from {darkest:0.###} to {brightest:0.###} with Contrast {Contrast?.ToString("0.###") ?? "as it is"} and Mean {target:0.###}; it must stay within 0 to 1 (lower one of them).");
        return (scale, target - scale * average);
    }
}
