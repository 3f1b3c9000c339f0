namespace DivNorm.Lab.Stimuli;

/// <summary>The checks that stimuli share. Messages name the parameter, its value and its range.</summary>
internal static class Check
{
    /// <summary>Largest side of an image, pixels.</summary>
    internal const int LargestSide = 8192;

    /// <summary>Rounding allowed where luminance touches the ends of its range.</summary>
    private const double Rounding = 1e-12;

    internal static void That(bool holds, string stimulus, string parameter, double value, string range)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(null, $"{stimulus}: {parameter} is {value:0.######}; it must be {range}.");
    }

    internal static void Size(string stimulus, int height, int width)
    {
        That(height is >= 1 and <= LargestSide, stimulus, "Height", height, $"1 to {LargestSide} pixels");
        That(width is >= 1 and <= LargestSide, stimulus, "Width", width, $"1 to {LargestSide} pixels");
    }

    internal static void Finite(string stimulus, string parameter, double value, string unit) =>
        That(double.IsFinite(value), stimulus, parameter, value, $"a finite number of {unit}");

    internal static void Length(string stimulus, string parameter, double value, double least = 0) =>
        That(value >= least && (value > 0 || least == 0) && double.IsFinite(value), stimulus, parameter, value, least == 0 ? "0 pixels or more" : $"{least:0.##} pixels or more");

    internal static void Positive(string stimulus, string parameter, double value, string unit) =>
        That(value > 0 && double.IsFinite(value), stimulus, parameter, value, $"more than 0 {unit}");

    /// <summary>Luminance of a waveform around a mean: contrast 0 to 1, and neither black nor white may be passed.</summary>
    internal static void Modulation(string stimulus, double contrast, double mean)
    {
        That(contrast is >= 0 and <= 1, stimulus, "Contrast", contrast, "0 to 1 (Michelson)");
        That(mean is >= 0 and <= 1, stimulus, "Mean", mean, "0 to 1");
        if (mean * (1 + contrast) > 1 + Rounding)
        {
            throw new ArgumentOutOfRangeException(
                null, $"{stimulus}: Contrast is {contrast:0.######}; at a mean of {mean:0.######} it must be 0 to {1 / mean - 1:0.######}, else luminance clips at 1.");
        }
    }

    /// <summary>Luminance of a figure on a ground, (figure - ground) / (figure + ground) = contrast; at -1 the figure is black.</summary>
    internal static void Figure(string stimulus, double contrast, double mean)
    {
        That(mean is > 0 and <= 1, stimulus, "Mean", mean, "more than 0, to 1 (Michelson contrast is undefined on black)");
        double most = (1 - mean) / (1 + mean);
        That(contrast >= -1 && contrast <= most + Rounding, stimulus, "Contrast", contrast, $"-1 (black) to {most:0.######} (white) on a background of {mean:0.######}, else luminance clips");
    }

    internal static void Room(string stimulus, int room, int height, int width)
    {
        if (room != height * width)
            throw new ArgumentException($"{stimulus}: there is room for {room} pixels; the image has {height}x{width}.");
    }
}
