using DivNorm.Lab.Data;

namespace DivNorm.Lab.Stimuli;

/// <summary>How the luminance of a noise check is drawn.</summary>
public enum NoiseKind
{
    /// <summary>Mean (1 - Contrast) or Mean (1 + Contrast), equally likely.</summary>
    Binary,

    /// <summary>Anything between the two, equally likely.</summary>
    Uniform,
}

/// <summary>Spatially white noise: square checks, each drawn on its own. The same seed gives the same image on every machine.</summary>
public sealed record WhiteNoise : IStimulus
{
    /// <inheritdoc/>
    public required int Height { get; init; }

    /// <inheritdoc/>
    public required int Width { get; init; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>How a check is drawn.</summary>
    public NoiseKind Kind { get; init; } = NoiseKind.Binary;

    /// <summary>Side of a check, pixels, 1 or more.</summary>
    public int CheckSize { get; init; } = 1;

    /// <summary>Michelson contrast of the extremes, 0 to 1.</summary>
    public double Contrast { get; init; } = 1;

    /// <summary>Mean luminance, as for <see cref="Grating"/>: 0 for signed noise.</summary>
    public double Mean { get; init; } = Grating.Grey;

    /// <inheritdoc/>
    public IReadOnlyList<StimulusParameter> Parameters =>
        [new("seed", Seed), new("distribution", Kind == NoiseKind.Binary ? "binary" : "uniform"), new("check_px", CheckSize), new("contrast", Contrast), new("mean", Mean)];

    /// <inheritdoc/>
    public void Validate()
    {
        Check.Size("White noise", Height, Width);
        Check.That(CheckSize >= 1, "White noise", nameof(CheckSize), CheckSize, "1 pixel or more");
        Check.That(Enum.IsDefined(Kind), "White noise", nameof(Kind), (int)Kind, "binary or uniform");
        Check.Modulation("White noise", Contrast, Mean);
    }

    /// <inheritdoc/>
    public void RenderTo(Span<float> pixels)
    {
        Validate();
        Check.Room("White noise", pixels.Length, Height, Width);
        SeededRandom random = new(Seed);
        double amplitude = Contrast * (Mean == 0 ? Grating.Grey : Mean);
        int columns = (Width + CheckSize - 1) / CheckSize, rows = (Height + CheckSize - 1) / CheckSize;
        float[] checks = new float[rows * columns];
        for (int i = 0; i < checks.Length; i++)
            checks[i] = (float)(Mean + amplitude * (Kind == NoiseKind.Binary ? 2 * random.Next(2) - 1 : random.NextDouble(-1, 1)));
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = checks[i / Width / CheckSize * columns + i % Width / CheckSize];
    }
}
