using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>Explains the shades of images beneath them: a strip of the colours between its two values, in one line.</summary>
internal sealed class ScaleBar(ValueScale scale, (double Low, double High) range)
{
    public const float Height = 16;
    private const int Steps = 64;
    private const float StripWidth = 110;
    private const float StripHeight = 9;
    private static readonly TextStyle s_text = new(Style.TickSize, false, Style.MutedText);

    private readonly string _low = scale.Kind switch
    {
        ScaleKind.PerImage => "own minimum",
        ScaleKind.SymmetricPerImage => "−max",
        _ => NumberText.Brief(range.Low),
    };

    private readonly string _high = scale.Kind switch
    {
        ScaleKind.PerImage => "own maximum",
        ScaleKind.SymmetricPerImage => "+max, each image its own",
        _ => NumberText.Brief(range.High),
    };

    public float Width => Text.Measure(_low, s_text) + 6 + StripWidth + 6 + Text.Measure(_high, s_text);

    public void Draw(SKCanvas canvas, float left, float top)
    {
        Text.Draw(canvas, _low, left, top, s_text);
        float x = left + Text.Measure(_low, s_text) + 6;
        var strip = SKRect.Create(x, top + (Height - StripHeight) / 2, StripWidth, StripHeight);
        DrawStrip(canvas, scale.Colors, strip, vertical: false);
        Text.Draw(canvas, _high, strip.Right + 6, top, s_text);
    }

    /// <summary>Draws the colours of a map, first at the left or at the foot.</summary>
    public static void DrawStrip(SKCanvas canvas, ColorMap colors, SKRect strip, bool vertical)
    {
        using var bitmap = new SKBitmap(vertical ? 1 : Steps, vertical ? Steps : 1, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < Steps; i++)
        {
            var color = ColorMaps.Color(colors, i / (Steps - 1.0));
            bitmap.SetPixel(vertical ? 0 : i, vertical ? Steps - 1 - i : 0, color);
        }

        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, strip, new SKSamplingOptions(SKFilterMode.Nearest));
        using var line = new SKPaint { Color = Style.Hairline, IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        canvas.DrawRect(SKRect.Inflate(strip, 0.5f, 0.5f), line);
    }
}
