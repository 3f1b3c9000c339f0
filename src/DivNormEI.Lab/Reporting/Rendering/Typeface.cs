using ScottPlot;
using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>
/// The embedded fonts. Laboratories' compute nodes have no fonts and no fontconfig, and a figure must not change its layout
/// from one machine to the next, so system fonts are never consulted.
/// </summary>
internal static class Typeface
{
    /// <summary>Family name, as it stands in SVG and CSS.</summary>
    public const string Family = "Inter";

    private static readonly Lazy<byte[]> s_regularFile = new(() => ReadResource("Inter-Regular.otf"));
    private static readonly Lazy<byte[]> s_semiBoldFile = new(() => ReadResource("Inter-SemiBold.otf"));
    private static readonly Lazy<SKTypeface> s_regular = new(() => Load(s_regularFile.Value));
    private static readonly Lazy<SKTypeface> s_semiBold = new(() => Load(s_semiBoldFile.Value));
    private static readonly Lazy<bool> s_registered = new(Register);

    public static SKTypeface Regular => s_regular.Value;

    public static SKTypeface SemiBold => s_semiBold.Value;

    /// <summary>Lets ScottPlot find the embedded fonts by their name; does so once.</summary>
    public static void EnsureRegistered() => _ = s_registered.Value;

    /// <summary>CSS that carries the fonts, for documents that show figures as SVG.</summary>
    public static string CssFontFaces() => Face(400, s_regularFile.Value) + Face(600, s_semiBoldFile.Value);

    private static string Face(int weight, byte[] file) =>
        $"@font-face{{font-family:'{Family}';font-weight:{weight};src:url(data:font/otf;base64,{Convert.ToBase64String(file)}) format('opentype')}}\n";

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new EmbeddedFontResolver());
        return true;
    }

    private static SKTypeface Load(byte[] file)
    {
        using var data = SKData.CreateCopy(file);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException("the embedded font cannot be read");
    }

    private static byte[] ReadResource(string name)
    {
        using var stream = typeof(Typeface).Assembly.GetManifestResourceStream($"Reporting.Fonts.{name}")
            ?? throw new InvalidOperationException($"the embedded font {name} is missing from the assembly");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class EmbeddedFontResolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == Family ? weight >= FontWeight.SemiBold ? SemiBold : Regular : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            fontName == Family ? bold ? SemiBold : Regular : null;
    }
}
