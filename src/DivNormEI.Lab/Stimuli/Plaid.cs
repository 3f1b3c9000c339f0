namespace DivNorm.Lab.Stimuli;

/// <summary>
/// Two superimposed gratings, each with a contrast of its own: <c>Mean + (first - Mean) + (second - Mean)</c>, through a window if one is given.
/// The contrasts add where the crests meet, so their sum is what may not clip.
/// </summary>
public sealed record Plaid : IDriftingStimulus
{
    /// <summary>The first grating, in a masking experiment the test.</summary>
    public required Grating First { get; init; }

    /// <summary>The second grating, of the same image size and mean; in a masking experiment the mask.</summary>
    public required Grating Second { get; init; }

    /// <summary>The window; null shows the whole field.</summary>
    public Window? Window { get; init; }

    /// <inheritdoc/>
    public int Height => First.Height;

    /// <inheritdoc/>
    public int Width => First.Width;

    /// <inheritdoc/>
    public double Mean => First.Mean;

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters =>
    [
        .. First.Parameters,
        .. Second.Parameters.Where(p => p.Name != "mean").Select(p => p with { Name = "second_" + p.Name }),
        .. Window?.Parameters ?? [],
    ];

    /// <inheritdoc/>
    public void Validate()
    {
        First.Validate("Plaid");
        Second.Validate("Plaid (second grating)");
        Window?.Validate("Plaid");
        Pair.Validate("Plaid", First, Second);
        double most = Mean == 0 ? 1 : Math.Min(1, 1 / Mean - 1), sum = First.Contrast + Second.Contrast;
        Check.That(sum <= most + 1e-12, "Plaid", "sum of both contrasts", sum, $"0 to {most:0.######} at a mean of {Mean:0.######}, else luminance clips where the crests meet");
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("Plaid", pixels.Length, Height, Width);
        Func<double, double, double>? window = Window is null ? null : Window.At;
        Raster.Fill(pixels, Height, Width, Mean, new Layer(First.Wave(), First.Amplitude, window), new Layer(Second.Wave(), Second.Amplitude, window));
    }

    /// <inheritdoc/>
    public IDriftingStimulus WithPhaseShift(double radians) => this with
    {
        First = First with { Phase = First.Phase + radians },
        Second = Second with { Phase = Second.Phase + radians },
    };
}
