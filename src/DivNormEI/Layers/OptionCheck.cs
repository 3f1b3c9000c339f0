namespace DivNorm.Layers;

/// <summary>The checks of the layers' options: one wording, which names option, value and range.</summary>
internal static class OptionCheck
{
    /// <summary>Refuses a value outside its range.</summary>
    /// <param name="record">The options' type.</param>
    /// <param name="name">The option.</param>
    /// <param name="value">Its value.</param>
    /// <param name="valid">Whether it lies in its range.</param>
    /// <param name="range">The range in words, to stand after "it must be".</param>
    public static void Require<T>(string record, string name, T value, bool valid, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"{record}.{name} is {value}; it must be {range}.");
    }

    /// <summary>A side of a window: odd, so that it has a centre.</summary>
    public static void Side(string record, string name, int side) => Require(record, name, side, side is >= 1 and <= 63 && side % 2 == 1, "odd, 1 to 63");

    /// <summary>A member of an enumeration.</summary>
    public static void Known<T>(string record, string name, T value)
        where T : struct, Enum =>
        Require(record, name, value, Enum.IsDefined(value), string.Join(" or ", Enum.GetNames<T>()));

    /// <summary>A finite number above zero.</summary>
    public static void Positive(string record, string name, double value) =>
        Require(record, name, value, value > 0 && double.IsFinite(value), "greater than 0 and finite");

    /// <summary>A finite number, zero or above.</summary>
    public static void NonNegative(string record, string name, double value) =>
        Require(record, name, value, value >= 0 && double.IsFinite(value), "0 or greater and finite");
}
