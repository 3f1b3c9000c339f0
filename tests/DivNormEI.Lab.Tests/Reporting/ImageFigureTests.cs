using System.Xml.Linq;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Rendering;
using SkiaSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class ImageFigureTests
{
    private const int Margin = Style.Margin;

    private static SKColor PixelAt(ImageFigure figure, double x, double y)
    {
        using var bitmap = Pictures.Decode(figure.ToPng());
        return bitmap.GetPixel((int)(2 * (Margin + x)), (int)(2 * (Margin + y)));
    }

    private static ImageFigure Bare(ValueScale scale, params ImageTile[] tiles) => new("f", tiles, tiles.Length) { Zoom = 10, Gap = 10, Scale = scale, ShowScale = false };

    [Fact]
    public void Pixels_AreSquaresWithSharpEdges()
    {
        var figure = Bare(ValueScale.Fixed(0, 1), ImageTile.Grey(2, 2, [0, 1, 0.5f, 0]));
        Assert.Equal((2 * Margin + 20, 2 * Margin + 20), figure.Size);
        Assert.Equal(SKColors.Black, PixelAt(figure, 9.5, 5));
        Assert.Equal(SKColors.White, PixelAt(figure, 10, 5));
        Assert.Equal(new SKColor(128, 128, 128), PixelAt(figure, 5, 10));
        Assert.Equal(SKColors.Black, PixelAt(figure, 15, 15));
    }

    [Fact]
    public void SmallerImages_FillTheSamePlace()
    {
        var figure = Bare(ValueScale.Fixed(0, 1), ImageTile.Grey(1, 1, [0]), ImageTile.Grey(4, 4, new float[16]));
        Assert.Equal(2 * Margin + 40 + 10 + 40, figure.Size.Width);
        Assert.Equal(SKColors.Black, PixelAt(figure, 1, 1));
        Assert.Equal(SKColors.Black, PixelAt(figure, 39, 39));
        Assert.Equal(SKColors.White, PixelAt(figure, 45, 20));
        Assert.Equal(SKColors.Black, PixelAt(figure, 51, 1));
    }

    [Fact]
    public void FixedRange_ClipsWhatLiesOutside()
    {
        var figure = Bare(ValueScale.Fixed(-1, 1), ImageTile.Grey(3, 1, [-7, 0, 9]));
        Assert.Equal(SKColors.Black, PixelAt(figure, 5, 5));
        Assert.Equal(new SKColor(128, 128, 128), PixelAt(figure, 15, 5));
        Assert.Equal(SKColors.White, PixelAt(figure, 25, 5));
    }

    [Fact]
    public void PerImage_SpansEachImagesOwnRange()
    {
        var figure = Bare(ValueScale.PerImage, ImageTile.Grey(2, 1, [0, 0.01f]), ImageTile.Grey(2, 1, [5, 900]));
        foreach (double left in (double[])[0, 30])
        {
            Assert.Equal(SKColors.Black, PixelAt(figure, left + 5, 5));
            Assert.Equal(SKColors.White, PixelAt(figure, left + 15, 5));
        }
    }

    [Fact]
    public void Shared_SpansAllImages()
    {
        var figure = Bare(ValueScale.Shared, ImageTile.Grey(1, 1, [2]), ImageTile.Grey(1, 1, [4]), ImageTile.Grey(1, 1, [3]));
        Assert.Equal(SKColors.Black, PixelAt(figure, 5, 5));
        Assert.Equal(SKColors.White, PixelAt(figure, 25, 5));
        Assert.Equal(new SKColor(128, 128, 128), PixelAt(figure, 45, 5));
    }

    [Fact]
    public void Symmetric_ShowsZeroWhiteAndSignsInBlueAndRed()
    {
        var figure = Bare(ValueScale.Symmetric, ImageTile.Grey(3, 1, [-0.5f, 0, 0.25f]));
        Assert.Equal(SKColors.White, PixelAt(figure, 15, 5));
        var negative = PixelAt(figure, 5, 5);
        var positive = PixelAt(figure, 25, 5);
        Assert.True(negative.Blue > negative.Red + 50);
        Assert.True(positive.Red > positive.Blue + 50);
    }

    [Fact]
    public void NaN_IsGreyAndLeavesTheRangeAlone()
    {
        var figure = Bare(ValueScale.Shared, ImageTile.Grey(3, 1, [0, float.NaN, 1]));
        Assert.Equal(SKColors.Black, PixelAt(figure, 5, 5));
        Assert.Equal(Style.Missing, PixelAt(figure, 15, 5));
        Assert.Equal(SKColors.White, PixelAt(figure, 25, 5));
    }

    [Fact]
    public void Colour_IsTakenPlaneByPlane()
    {
        var figure = Bare(ValueScale.Symmetric, ImageTile.Rgb(2, 1, [1, 0, 0, 0.5f, 0, 2]));
        Assert.Equal(new SKColor(255, 0, 0), PixelAt(figure, 5, 5));
        Assert.Equal(new SKColor(0, 128, 255), PixelAt(figure, 15, 5));
    }

    [Fact]
    public void Svg_HoldsLabelsAndPixelatedImages()
    {
        var figure = new ImageFigure("strips", [ImageTile.Grey(2, 2, new float[4], "26.9 dB"), null, ImageTile.Grey(2, 2, [0, 1, 2, 3])], 2)
        {
            RowLabels = ["first", "second"],
            ColumnLabels = ["low", "target"],
            Scale = ValueScale.Symmetric,
        };
        string svg = figure.ToSvg();
        foreach (string text in (string[])["26.9 dB", "first", "second", "low", "target", "−3", "3"])
            Assert.Contains(text, Pictures.Texts(svg));
        var images = XDocument.Parse(svg).Descendants(Pictures.Svg + "image").ToArray();
        Assert.True(images.Length >= 3);
        Assert.All(images, i => Assert.Contains("pixelated", (string?)i.Attribute("style"), StringComparison.Ordinal));
    }

    [Fact]
    public void WrongSizes_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => ImageTile.Grey(2, 2, new float[3]));
        Assert.Throws<ArgumentException>(() => ImageTile.Rgb(2, 2, new float[4]));
        Assert.Throws<ArgumentException>(() => ImageTile.Grey(0, 2, []));
        Assert.Throws<ArgumentException>(() => ValueScale.Fixed(1, 1));
        Assert.Throws<ArgumentException>(() => new ImageFigure("f", [], 1));
        Assert.Throws<ArgumentException>(() => new ImageFigure("f", [null], 0));
        Assert.Throws<ArgumentException>(() => (new ImageFigure("f", [null], 1) { Zoom = 0 }).ToPng());
    }

    [Fact]
    public void EmptyPlaces_AreAllowed() => Assert.NotEmpty(new ImageFigure("f", [null, null], 2).ToPng());
}
