using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>Maps of colours, linear between anchors.</summary>
internal static class ColorMaps
{
    // viridis of N. Smith and S. van der Walt, at every sixteenth of its range.
    private static readonly SKColor[] s_viridis = Anchors(
        0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E, 0x2A788E, 0x23888E, 0x1F988B,
        0x22A884, 0x35B779, 0x54C568, 0x7AD151, 0xA5DB36, 0xD2E21B, 0xE9E51A, 0xFDE725);

    // RdBu of ColorBrewer (C. Brewer), eleven classes, turned so that blue is negative; the middle is pure white.
    private static readonly SKColor[] s_diverging = Anchors(
        0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xFFFFFF, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F);

    private static readonly SKColor[] s_grey = [SKColors.Black, SKColors.White];

    /// <summary>The colour at a place from 0 to 1; places outside take the nearer end, NaN the colour of missing values.</summary>
    public static SKColor Color(ColorMap map, double place)
    {
        if (double.IsNaN(place))
            return Style.Missing;
        var anchors = map switch
        {
            ColorMap.Sequential => s_viridis,
            ColorMap.Diverging => s_diverging,
            _ => s_grey,
        };
        double position = Math.Clamp(place, 0, 1) * (anchors.Length - 1);
        int i = Math.Min((int)position, anchors.Length - 2);
        double t = position - i;
        return new SKColor(
            Mix(anchors[i].Red, anchors[i + 1].Red, t),
            Mix(anchors[i].Green, anchors[i + 1].Green, t),
            Mix(anchors[i].Blue, anchors[i + 1].Blue, t));
    }

    private static byte Mix(byte a, byte b, double t) => (byte)Math.Round(a + (b - a) * t);

    private static SKColor[] Anchors(params uint[] rgb) => Array.ConvertAll(rgb, c => new SKColor(0xFF000000 | c));
}
