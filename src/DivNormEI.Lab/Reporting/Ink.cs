namespace DivNorm.Lab.Reporting;

/// <summary>
/// The role of a colour, not the colour itself: the house style turns it into one. All roles stay distinct for readers with
/// colour-vision deficiencies, and the ordered ramp in greyscale print too.
/// </summary>
public readonly record struct Ink
{
    private Ink(InkKind kind, int index, int count)
    {
        Kind = kind;
        Index = index;
        Count = count;
    }

    internal InkKind Kind { get; }

    internal int Index { get; }

    internal int Count { get; }

    /// <summary>One step of an ordered ramp, such as contrasts: light for the first (lowest) to dark for the last (highest).</summary>
    /// <param name="index">Place in the order, 0 to <paramref name="count"/> - 1.</param>
    /// <param name="count">Number of steps, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not one of the steps.</exception>
    public static Ink Ordered(int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return new Ink(InkKind.Ordered, index, count);
    }

    /// <summary>One of a set without an order, such as models; eight colours (Okabe and Ito), then they repeat.</summary>
    /// <param name="index">Which member, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static Ink Category(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Ink(InkKind.Category, index, 0);
    }

    /// <summary>Near-black, for the one curve that matters.</summary>
    public static Ink Strong { get; } = new(InkKind.Strong, 0, 0);

    /// <summary>Grey, for references and context.</summary>
    public static Ink Muted { get; } = new(InkKind.Muted, 0, 0);
}

internal enum InkKind
{
    Category,
    Ordered,
    Strong,
    Muted,
}
