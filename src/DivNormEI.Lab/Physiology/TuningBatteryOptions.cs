using DivNorm.Lab.Stimuli;

namespace DivNorm.Lab.Physiology;

/// <summary>
/// The stimuli of the <see cref="TuningBattery"/>. All are square images with the stimulus at the central pixel. Orientations are in degrees, relative ones
/// counted from a unit's preferred orientation.
/// </summary>
public sealed record TuningBatteryOptions
{
    /// <summary>Side of the image, pixels; at least 4.</summary>
    public int ImageSize { get; init; } = 48;

    /// <summary>The background: a mean of 0.5, or zero with signed values.</summary>
    public Background Background { get; init; } = Background.Grey;

    /// <summary>Phases of every stimulus, equally spaced over a cycle; at least 1. Responses are reduced over them as <see cref="Readout"/> says.</summary>
    public int Phases { get; init; } = 8;

    /// <summary>Contrast of the search for preferences and of the phase and size stimuli, in (0, 1].</summary>
    public double FullContrast { get; init; } = 1;

    /// <summary>Orientations of the coarse search, equally spaced over [0, 180) degrees; at least 3.</summary>
    public int SearchOrientations { get; init; } = 12;

    /// <summary>Spatial frequencies of the search and of the frequency tuning, cycles/pixel, ascending, in (0, 0.5]. The default goes up in half octaves.</summary>
    public IReadOnlyList<double> Frequencies { get; init; } = [0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4];

    /// <summary>Orientations of the tuning curves, equally spaced over [0, 180) degrees; at least 3.</summary>
    public int Orientations { get; init; } = 24;

    /// <summary>Contrasts of the orientation tuning curves, ascending, in (0, 1].</summary>
    public IReadOnlyList<double> OrientationContrasts { get; init; } = [0.1, 0.25, 0.5, 1];

    /// <summary>Contrasts of the contrast-response function, ascending, in (0, 1].</summary>
    public IReadOnlyList<double> Contrasts { get; init; } = [0.03, 0.06, 0.125, 0.25, 0.5, 1];

    /// <summary>Frames of one drift cycle for F1/F0; at least 3. With 24, aliased harmonics move the F1/F0 of a half-rectified response by less than 1 %.</summary>
    public int DriftFrames { get; init; } = 24;

    /// <summary>Diameters of the size tuning, pixels, ascending, at least 2, more than 0; null takes 4, 6, 8, 12, 16, 24, ... and the image's side.</summary>
    public IReadOnlyList<double>? Diameters { get; init; }

    /// <summary>Contrast of the centre of the surround stimuli and of the test grating of the plaids, in (0, 1].</summary>
    public double TestContrast { get; init; } = 0.5;

    /// <summary>Orientations of the annular surround, degrees from the centre's, ascending.</summary>
    public IReadOnlyList<double> SurroundOrientations { get; init; } = [0, 30, 60, 90];

    /// <summary>Contrast of the annular surround, in (0, 1].</summary>
    public double SurroundContrast { get; init; } = 0.5;

    /// <summary>Width of the ring between centre and surround, pixels, 0 or more.</summary>
    public double SurroundGap { get; init; }

    /// <summary>
    /// Diameter of the centre of the surround stimuli, pixels, more than 0. Null takes the median summation field of the units that share the stimulus, at
    /// most half the image, so that there is room for a surround.
    /// </summary>
    public double? CentreDiameter { get; init; }

    /// <summary>Orientation of the mask, degrees from the test grating's.</summary>
    public double MaskOrientation { get; init; } = 90;

    /// <summary>Contrasts of the mask, ascending, from 0 (the test alone); with the test's at most 1, else the plaid would clip.</summary>
    public IReadOnlyList<double> MaskContrasts { get; init; } = [0, 0.125, 0.25, 0.5];

    /// <summary>How responses are recorded.</summary>
    public RecordingOptions Recording { get; init; } = new();

    /// <summary>Mean luminance of the background.</summary>
    internal double Mean => Background == Background.Grey ? Grating.Grey : 0;

    /// <summary>The diameters in force.</summary>
    internal double[] SizesShown()
    {
        if (Diameters is not null)
            return [.. Diameters];
        List<double> sizes = [];
        for (int octave = 4; octave < ImageSize; octave *= 2)
        {
            sizes.Add(octave);
            if (octave * 3 / 2 < ImageSize)
                sizes.Add(octave * 1.5);
        }

        return sizes.Count > 0 ? [.. sizes, ImageSize] : [ImageSize / 2.0, ImageSize];
    }

    internal void Validate()
    {
        Require(ImageSize is >= 4 and <= Check.LargestSide, nameof(ImageSize), ImageSize, $"4 to {Check.LargestSide} pixels");
        Require(Enum.IsDefined(Background), nameof(Background), (int)Background, "grey or zero");
        Require(Phases is >= 1 and <= 360, nameof(Phases), Phases, "1 to 360");
        Require(FullContrast is > 0 and <= 1, nameof(FullContrast), FullContrast, "more than 0, to 1");
        Require(SearchOrientations is >= 3 and <= 180, nameof(SearchOrientations), SearchOrientations, "3 to 180");
        Require(Orientations is >= 3 and <= 360, nameof(Orientations), Orientations, "3 to 360");
        Ascending(nameof(Frequencies), Frequencies, 1, value => value is > 0 and <= Grating.Nyquist, "more than 0, to 0.5 cycles/pixel (Nyquist)");
        Ascending(nameof(OrientationContrasts), OrientationContrasts, 1, value => value is > 0 and <= 1, "more than 0, to 1");
        Ascending(nameof(Contrasts), Contrasts, 1, value => value is > 0 and <= 1, "more than 0, to 1");
        Require(DriftFrames is >= 3 and <= 360, nameof(DriftFrames), DriftFrames, "3 to 360");
        Ascending(nameof(Diameters), SizesShown(), 2, value => value > 0 && double.IsFinite(value), "more than 0 pixels");
        Require(TestContrast is > 0 and <= 1, nameof(TestContrast), TestContrast, "more than 0, to 1");
        Ascending(nameof(SurroundOrientations), SurroundOrientations, 1, double.IsFinite, "a finite number of degrees");
        Require(SurroundContrast is > 0 and <= 1, nameof(SurroundContrast), SurroundContrast, "more than 0, to 1");
        double largestGap = ImageSize / 4.0;
        Require(SurroundGap >= 0 && SurroundGap <= largestGap, nameof(SurroundGap), SurroundGap, $"0 to {largestGap:0.##} pixels (a quarter of the image)");
        Require(CentreDiameter is null || (CentreDiameter > 0 && CentreDiameter + 2 * SurroundGap < ImageSize), nameof(CentreDiameter), CentreDiameter ?? 0, $"more than 0, and with the gaps less than {ImageSize} pixels");
        Require(double.IsFinite(MaskOrientation), nameof(MaskOrientation), MaskOrientation, "a finite number of degrees");
        Ascending(nameof(MaskContrasts), MaskContrasts, 2, value => value is >= 0 and <= 1, "0 to 1");
        Require(MaskContrasts[0] == 0, nameof(MaskContrasts), MaskContrasts[0], "0 at first: the test alone");
        Require(MaskContrasts[^1] + TestContrast <= 1 + 1e-12, nameof(MaskContrasts), MaskContrasts[^1], $"at most {1 - TestContrast:0.###} with a test of contrast {TestContrast:0.###}, else the plaid clips");
        ArgumentNullException.ThrowIfNull(Recording);
        Recording.Validate();
    }

    private static void Require(bool holds, string option, double value, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(null, $"{option} is {value:0.######}; it must be {range}.");
    }

    private static void Ascending(string option, IReadOnlyList<double> values, int least, Func<double, bool> valid, string range)
    {
        ArgumentNullException.ThrowIfNull(values, option);
        if (values.Count < least || !values.All(valid) || values.Zip(values.Skip(1)).Any(pair => !(pair.First < pair.Second)))
            throw new ArgumentException($"{option} is [{string.Join(", ", values)}]; it must be {least} or more ascending numbers, each {range}.");
    }
}
