using System.Xml.Linq;
using DivNorm.Lab.Reporting;
using SkiaSharp;

namespace DivNorm.Lab.Tests.Reporting;

/// <summary>Looks into rendered figures.</summary>
internal static class Pictures
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static SKBitmap Decode(byte[] png) => SKBitmap.Decode(png) ?? throw new InvalidDataException("no picture");

    public static string[] Texts(string svg) => [.. XDocument.Parse(svg).Descendants(Svg + "text").Select(t => t.Value)];

    /// <summary>Stroked paths of a colour.</summary>
    public static int Strokes(string svg, string color) => XDocument.Parse(svg).Descendants()
        .Count(e => string.Equals((string?)e.Attribute("stroke"), color, StringComparison.OrdinalIgnoreCase));

    /// <summary>Number of pixels of a colour.</summary>
    public static int Count(byte[] png, SKColor color)
    {
        using var bitmap = Decode(png);
        return bitmap.Pixels.Count(p => p == color);
    }

    public static LineFigure Lines(string name, params LineSeries[] series) => new(name, new LinePanel("", series));
}
