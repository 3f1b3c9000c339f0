using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>Turns a drawing into the bytes of a file.</summary>
internal static class Canvas
{
    public static byte[] ToPng(IDrawing drawing, double density)
    {
        var info = new SKImageInfo(
            (int)Math.Round(drawing.Size.Width * density),
            (int)Math.Round(drawing.Size.Height * density),
            SKColorType.Rgba8888,
            SKAlphaType.Opaque);
        using var surface = SKSurface.Create(info)
            ?? throw new ArgumentException($"a picture of {info.Width} x {info.Height} pixels does not fit into memory");
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale((float)density);
        drawing.Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>The drawing as Skia writes it; <see cref="SvgDocument"/> makes it fit to be published.</summary>
    public static byte[] ToRawSvg(IDrawing drawing)
    {
        using var stream = new MemoryStream();
        // The canvas writes the closing tag when it is disposed.
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(drawing.Size.Width, drawing.Size.Height), stream))
            drawing.Draw(canvas);
        return stream.ToArray();
    }
}
