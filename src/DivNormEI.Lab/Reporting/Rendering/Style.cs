using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>The house style's sizes (drawing units) and colours.</summary>
internal static class Style
{
    public const int Margin = 12;
    public const float TitleSize = 15;
    public const float PanelTitleSize = 13;
    public const float LabelSize = 12;
    public const float TickSize = 11;

    public static readonly SKColor TextColor = new(0x22, 0x22, 0x22);
    public static readonly SKColor MutedText = new(0x66, 0x66, 0x66);
    public static readonly SKColor AxisColor = new(0x55, 0x55, 0x55);
    public static readonly SKColor GridColor = new(0xEB, 0xEB, 0xEB);
    public static readonly SKColor Hairline = new(0xD8, 0xD8, 0xD8);
    public static readonly SKColor Missing = new(0xDD, 0xDD, 0xDD);

    // M. Okabe and K. Ito, "Color Universal Design" (2008), strongest on white first; their yellow is darkened to be seen on white.
    private static readonly SKColor[] s_categories =
    [
        new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x9E, 0x73), new(0xCC, 0x79, 0xA7),
        new(0xE6, 0x9F, 0x00), new(0x56, 0xB4, 0xE9), new(0x7A, 0x4B, 0x26), new(0xB8, 0xAD, 0x1E),
    ];

    public static SKColor Of(Ink ink) => ink.Kind switch
    {
        InkKind.Ordered => Ordered(ink.Index, ink.Count),
        InkKind.Strong => TextColor,
        InkKind.Muted => new SKColor(0x99, 0x99, 0x99),
        _ => s_categories[ink.Index % s_categories.Length],
    };

    /// <summary>From viridis's green (its yellow is lost on white) down to its darkest violet.</summary>
    private static SKColor Ordered(int index, int count)
    {
        double place = count == 1 ? 0 : 0.78 * (1 - (double)index / (count - 1));
        return ColorMaps.Color(ColorMap.Sequential, place);
    }
}
