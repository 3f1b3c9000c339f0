namespace DivNorm.Lab.Reporting;

/// <summary>How a range of values is mapped to shades.</summary>
public sealed record ValueScale
{
    private ValueScale(ScaleKind kind, double low, double high)
    {
        Kind = kind;
        Low = low;
        High = high;
    }

    internal ScaleKind Kind { get; }

    internal double Low { get; }

    internal double High { get; }

    /// <summary>The map of colours. Defaults follow the scale: grey, or blue-white-red for symmetric ones.</summary>
    public ColorMap Colors { get; init; }

    /// <summary>A stated range; values outside take the colour of the nearer end.</summary>
    /// <param name="low">Value of the first colour.</param>
    /// <param name="high">Value of the last colour.</param>
    /// <exception cref="ArgumentException">The range is empty or not finite.</exception>
    public static ValueScale Fixed(double low, double high)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || !(low < high))
            throw new ArgumentException($"the range {low} to {high} must be finite and ascending");
        return new ValueScale(ScaleKind.Fixed, low, high);
    }

    /// <summary>From the smallest to the largest value of the whole figure.</summary>
    public static ValueScale Shared { get; } = new(ScaleKind.Shared, 0, 0);

    /// <summary>Each image from its own smallest to its own largest value.</summary>
    public static ValueScale PerImage { get; } = new(ScaleKind.PerImage, 0, 0);

    /// <summary>Symmetric around zero up to the figure's largest magnitude, blue for negative and red for positive values.</summary>
    public static ValueScale Symmetric { get; } = new(ScaleKind.Symmetric, 0, 0) { Colors = ColorMap.Diverging };

    /// <summary>Symmetric around zero up to each image's own largest magnitude.</summary>
    public static ValueScale SymmetricPerImage { get; } = new(ScaleKind.SymmetricPerImage, 0, 0) { Colors = ColorMap.Diverging };
}

/// <summary>Maps from a place in a range to a colour.</summary>
public enum ColorMap
{
    /// <summary>Black to white.</summary>
    Grey,

    /// <summary>Dark violet over green to yellow, evenly stepped to the eye (viridis).</summary>
    Sequential,

    /// <summary>Blue over white to red, white in the middle.</summary>
    Diverging,
}

internal enum ScaleKind
{
    Fixed,
    Shared,
    PerImage,
    Symmetric,
    SymmetricPerImage,
}
