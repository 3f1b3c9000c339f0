using System.Globalization;
using System.Text;

namespace DivNorm.Lab.Reporting;

/// <summary>Numbers as a reader likes them: a true minus sign, thousands separated, powers of ten raised.</summary>
internal static class NumberText
{
    /// <summary>An axis value: up to six decimals, no trailing zeros.</summary>
    public static string Tick(double value) => Signed(value, v => v switch
    {
        0 => "0",
        >= 1e7 or < 1e-4 => Scientific(v, "0.##"),
        _ => Math.Round(v, 6).ToString("#,0.######", CultureInfo.InvariantCulture),
    });

    /// <summary>A measured value to about three significant digits.</summary>
    public static string Brief(double value) => Signed(value, v => v switch
    {
        0 => "0",
        >= 1e7 or < 1e-3 => Scientific(v, "0.#"),
        >= 1000 => v.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => v.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => v.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => v.ToString("0.##", CultureInfo.InvariantCulture),
        >= 0.1 => v.ToString("0.###", CultureInfo.InvariantCulture),
        _ => v.ToString("0.####", CultureInfo.InvariantCulture),
    });

    /// <summary>A value in a .NET numeric format, invariant culture, with a true minus sign; a dash where it is not a number.</summary>
    public static string Formatted(double value, string format) => Signed(value, v => v.ToString(format, CultureInfo.InvariantCulture));

    private static string Signed(double value, Func<double, string> magnitude)
    {
        if (double.IsNaN(value))
            return "–";
        string text = double.IsInfinity(value) ? "∞" : magnitude(Math.Abs(value));
        // No sign where rounding has left nothing to be negative.
        return value < 0 && text.AsSpan().ContainsAnyExcept("0.,%") ? "−" + text : text;
    }

    private static string Scientific(double value, string mantissaFormat)
    {
        int exponent = (int)Math.Floor(Math.Log10(value));
        string mantissa = (value / Math.Pow(10, exponent)).ToString(mantissaFormat, CultureInfo.InvariantCulture);
        if (mantissa == "10")
            (mantissa, exponent) = ("1", exponent + 1);
        var raised = new StringBuilder();
        foreach (char c in exponent.ToString(CultureInfo.InvariantCulture))
            raised.Append(c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']);
        return mantissa == "1" ? $"10{raised}" : $"{mantissa}×10{raised}";
    }
}
