using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace DivNorm.Cli;

/// <summary>Options that take a number, written with a decimal point whatever the machine's language. A wrong one is answered in words.</summary>
internal static class NumberOption
{
    /// <summary>An option with a default.</summary>
    /// <param name="name">Its name, with its dashes.</param>
    /// <param name="description">What help says of it.</param>
    /// <param name="standard">The default.</param>
    /// <param name="range">The allowed range in words; null for what <typeparamref name="T"/> holds.</param>
    /// <param name="holds">Whether a number is in the range.</param>
    public static Option<T> Create<T>(string name, string description, T standard, string? range = null, Func<T, bool>? holds = null)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = description,
            HelpName = HelpName<T>(),
            DefaultValueFactory = _ => standard,
            CustomParser = result => Parse(result, name, range, holds),
        };

    /// <summary>An option that is null where it is not given.</summary>
    /// <inheritdoc cref="Create{T}"/>
    public static Option<T?> CreateOptional<T>(string name, string description, string? range = null, Func<T, bool>? holds = null)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name)
        {
            Description = description,
            HelpName = HelpName<T>(),
            CustomParser = result => Parse(result, name, range, holds),
        };

    private static T Parse<T>(ArgumentResult result, string name, string? range, Func<T, bool>? holds)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        string text = result.Tokens[^1].Value;
        if (T.TryParse(text, IsWhole<T>() ? NumberStyles.AllowLeadingSign : NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value) && holds?.Invoke(value) != false)
            return value;
        string kind = IsWhole<T>() ? $"a whole number, {range ?? $"at most {T.MaxValue}"}" : $"a number such as 0.5{(range is null ? string.Empty : $", {range}")}";
        result.AddError($"{name} is '{text}'; it must be {kind}.");
        return default;
    }

    private static bool IsWhole<T>()
        where T : struct, INumber<T> => typeof(T) != typeof(double);

    private static string HelpName<T>()
        where T : struct, INumber<T> => IsWhole<T>() ? "N" : "X";
}
