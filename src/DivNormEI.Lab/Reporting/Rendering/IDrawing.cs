using SkiaSharp;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>A figure laid out and ready to be drawn on any canvas: pixels or SVG.</summary>
internal interface IDrawing
{
    /// <summary>Size in drawing units, whole numbers.</summary>
    SKSizeI Size { get; }

    /// <summary>Draws at the origin, one drawing unit a canvas unit.</summary>
    void Draw(SKCanvas canvas);
}
