using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>Size, weight and colour of a text.</summary>
internal readonly record struct TextStyle(float Size, bool Bold, SKColor Color)
{
    public float LineHeight => MathF.Round(Size * 1.35f);
}

/// <summary>Measures, breaks and draws text in the embedded font.</summary>
internal static class Text
{
    public static float Measure(string text, TextStyle style)
    {
        using var font = Font(style);
        return font.MeasureText(text);
    }

    /// <summary>Draws one line.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="text">The line; nothing happens when it is empty.</param>
    /// <param name="x">Left end, centre or right end, by <paramref name="align"/>.</param>
    /// <param name="top">Upper edge of the line; the text sits in the middle of its line height.</param>
    /// <param name="style">Size, weight and colour.</param>
    /// <param name="align">What <paramref name="x"/> means.</param>
    public static void Draw(SKCanvas canvas, string text, float x, float top, TextStyle style, SKTextAlign align = SKTextAlign.Left)
    {
        if (text.Length == 0)
            return;
        using var font = Font(style);
        using var paint = new SKPaint { Color = style.Color, IsAntialias = true };
        // Inter's capitals are .727 of its size: centred in the line by them, as the eye does.
        float baseline = top + (style.LineHeight + style.Size * 0.727f) / 2;
        canvas.DrawText(text, x, baseline, align, font, paint);
    }

    /// <summary>Breaks a text at spaces and line ends into lines no wider than asked; a single long word is cut with an ellipsis.</summary>
    public static IReadOnlyList<string> Wrap(string text, float width, TextStyle style)
    {
        var lines = new List<string>();
        foreach (string paragraph in text.Length == 0 ? [] : text.Split('\n'))
        {
            string line = "";
            foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                string longer = line.Length == 0 ? word : $"{line} {word}";
                if (line.Length > 0 && Measure(longer, style) > width)
                {
                    lines.Add(line);
                    longer = word;
                }

                line = Shorten(longer, width, style);
            }

            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Cuts a text that is too wide and marks the cut.</summary>
    public static string Shorten(string text, float width, TextStyle style)
    {
        if (Measure(text, style) <= width)
            return text;
        int keep = text.Length - 1;
        while (keep > 1 && Measure(text[..keep] + "…", style) > width)
            keep--;
        return text[..keep] + "…";
    }

    private static SKFont Font(TextStyle style) => new(style.Bold ? Typeface.SemiBold : Typeface.Regular, style.Size)
    {
        // Positions between pixels: whole-pixel advances look ragged at these sizes.
        Subpixel = true,
        LinearMetrics = true,
        Hinting = SKFontHinting.None,
        Edging = SKFontEdging.Antialias,
    };
}
