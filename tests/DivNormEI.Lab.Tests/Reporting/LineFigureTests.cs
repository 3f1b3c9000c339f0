using DivNorm.Lab.Reporting;
using SkiaSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class LineFigureTests
{
    private const string FirstCategory = "#0072B2";
    private static readonly double[] s_x = [0, 1, 2, 3, 4];

    [Fact]
    public void Png_HasTheFiguresSizeTimesDensity()
    {
        var figure = Pictures.Lines("f", new LineSeries("a", s_x, [1, 2, 3, 2, 1]));
        var (width, height) = figure.Size;
        foreach (double density in (double[])[1, 2])
        {
            using var bitmap = Pictures.Decode(figure.ToPng(density));
            Assert.Equal((width * density, height * density), (bitmap.Width, bitmap.Height));
        }
    }

    [Fact]
    public void Panels_KeepTheStatedSizeAndWidenTheFigure()
    {
        var panel = new LinePanel("t", [new LineSeries("a", s_x, s_x)]);
        var one = new LineFigure("f", panel) { PanelWidth = 300, PanelHeight = 200 };
        var three = new LineFigure("f", panel, panel, panel) { PanelWidth = 300, PanelHeight = 200 };
        var stacked = three with { Columns = 1 };
        Assert.True(one.Size.Width > 300 && one.Size.Height > 200);
        Assert.True(three.Size.Width > 2.9 * one.Size.Width - 100);
        Assert.Equal(one.Size.Height, three.Size.Height);
        Assert.Equal(one.Size.Width, stacked.Size.Width);
        Assert.True(stacked.Size.Height > 600);
    }

    [Fact]
    public void Svg_IsWellFormedAndNamesEverything()
    {
        var figure = new LineFigure(
            "f",
            new LinePanel("Before <ReLU>", [new LineSeries("10 % & \"less\"", s_x, s_x), new LineSeries("<b>", s_x, s_x) { Ink = Ink.Category(1) }])
            {
                XLabel = "orientation (°)",
                YLabel = "response × 10²",
                Letter = "A",
                HorizontalLines = [new ReferenceLine(2, "bicubic")],
                VerticalLines = [new ReferenceLine(1, "decay")],
            })
        {
            Title = "σ ≤ θ ± 1 → 2 – 3",
            LegendTitle = "contrast",
        };
        string[] texts = Pictures.Texts(figure.ToSvg());
        foreach (string text in (string[])["Before <ReLU>", "10 % & \"less\"", "<b>", "orientation (°)", "response × 10²", "A", "bicubic", "decay", "σ ≤ θ ± 1 → 2 – 3", "contrast"])
            Assert.Contains(text, texts);
    }

    [Fact]
    public void ControlCharacters_DoNotBreakTheDocument()
    {
        var figure = new LineFigure("f", new LinePanel("a\u0001b", [new LineSeries("\u0002\uD800", s_x, s_x)]) { XLabel = "\u0003x\u001b[0m" }) { Title = "t\u0000\uFFFF" };
        Assert.NotEmpty(Pictures.Texts(figure.ToSvg()));
        Assert.NotEmpty(figure.ToPng());
    }

    [Fact]
    public void Ticks_UseATrueMinusSign()
    {
        string[] texts = Pictures.Texts(Pictures.Lines("f", new LineSeries("a", [-90, 0, 90], [0, 1, 0])).ToSvg());
        Assert.Contains(texts, t => t.StartsWith('−'));
        Assert.DoesNotContain(texts, t => t.StartsWith('-'));
    }

    [Fact]
    public void NaN_PartsTheCurve()
    {
        string whole = Pictures.Lines("f", new LineSeries("", s_x, [1, 2, 3, 4, 5])).ToSvg();
        string parted = Pictures.Lines("f", new LineSeries("", s_x, [1, 2, double.NaN, 4, 5])).ToSvg();
        Assert.Equal(1, Pictures.Strokes(whole, FirstCategory));
        Assert.Equal(2, Pictures.Strokes(parted, FirstCategory));
    }

    [Fact]
    public void Infinity_DoesNotSwallowTheAxis()
    {
        string[] texts = Pictures.Texts(Pictures.Lines("f", new LineSeries("", s_x, [1, 2, double.PositiveInfinity, 4, 5])).ToSvg());
        Assert.Contains("4", texts);
    }

    [Fact]
    public void LonePoint_IsStillSeen()
    {
        var blue = new SKColor(0x00, 0x72, 0xB2);
        Assert.True(Pictures.Count(Pictures.Lines("f", new LineSeries("", [1], [1])).ToPng(), blue) > 10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void PanelWithoutData_SaysSo(int points)
    {
        var figure = Pictures.Lines("f", new LineSeries("a", new double[points], Enumerable.Repeat(double.NaN, points).ToArray()));
        Assert.Contains("no data", Pictures.Texts(figure.ToSvg()));
        Assert.Contains("no data", Pictures.Texts(new LineFigure("f", new LinePanel("", [])).ToSvg()));
        Assert.Contains("needs a file", Pictures.Texts(new LineFigure("f", new LinePanel("", []) { EmptyText = "needs a file" }).ToSvg()));
    }

    [Fact]
    public void Band_IsDrawnBeneathTheCurve()
    {
        var plain = new LineSeries("", s_x, s_x);
        var banded = plain with { Lower = [0, 0, 1, 2, 3], Upper = [1, 2, 3, 4, 5] };
        var white = SKColors.White;
        Assert.True(Pictures.Count(Pictures.Lines("f", banded).ToPng(), white) < Pictures.Count(Pictures.Lines("f", plain).ToPng(), white));
        Assert.Equal(1, Pictures.Strokes(Pictures.Lines("f", banded).ToSvg(), FirstCategory));
    }

    [Fact]
    public void CurveAlongTheTop_OfAnAxisThatStartsFarBelow_IsNotCut()
    {
        var blue = new SKColor(0x00, 0x72, 0xB2);
        var level = new LineSeries("", s_x, [1, 1, 1, 1, 1.001]);
        int middle = Pictures.Count(new LineFigure("f", new LinePanel("", [level]) { YMin = 0, YMax = 2 }).ToPng(), blue);
        int top = Pictures.Count(new LineFigure("f", new LinePanel("", [level]) { YMin = 0 }).ToPng(), blue);
        // a row of pixels of four may fall between two
        Assert.InRange(top, middle * 0.7, middle * 1.3);
    }

    [Fact]
    public void Dashes_AreGapsInTheLine()
    {
        var blue = new SKColor(0x00, 0x72, 0xB2);
        var solid = new LineSeries("", s_x, [1, 1, 1, 1, 1]);
        int full = Pictures.Count(Pictures.Lines("f", solid).ToPng(), blue);
        int dashed = Pictures.Count(Pictures.Lines("f", solid with { Dashed = true }).ToPng(), blue);
        Assert.InRange(dashed, full / 4, full * 3 / 4);
    }

    [Fact]
    public void SharedY_LabelsTheAxisOnce()
    {
        var low = new LinePanel("", [new LineSeries("", s_x, [0, 1, 1, 1, 0])]) { YLabel = "response" };
        var high = new LinePanel("", [new LineSeries("", s_x, [0, 50, 80, 50, 0])]) { YLabel = "response" };
        var figure = new LineFigure("f", low, high) { ShareY = true };
        string[] texts = Pictures.Texts(figure.ToSvg());
        Assert.Single(texts, "response");
        Assert.Single(texts, "80");
        Assert.Equal(2, Pictures.Texts((figure with { ShareY = false }).ToSvg()).Count(t => t == "response"));
    }

    [Fact]
    public void LogarithmicAxis_LeavesOutWhatHasNoLogarithm()
    {
        var figure = new LineFigure("f", new LinePanel("", [new LineSeries("", [0, 0.01, 0.1, 1], [-1, 1, 10, 100])]) { LogX = true, LogY = true });
        string svg = figure.ToSvg();
        Assert.Equal(1, Pictures.Strokes(svg, FirstCategory));
        string[] texts = Pictures.Texts(svg);
        Assert.Contains("0.01", texts);
        Assert.Contains("100", texts);
    }

    [Fact]
    public void Legend_NamesASeriesOnceForAllPanels()
    {
        var panel = new LinePanel("", [new LineSeries("10 %", s_x, s_x)]);
        Assert.Single(Pictures.Texts(new LineFigure("f", panel, panel).ToSvg()), "10 %");
    }

    [Fact]
    public void Contradictions_AreNamed()
    {
        var unequal = Assert.Throws<ArgumentException>(() => Pictures.Lines("tuning", new LineSeries("10 %", s_x, [1])).ToPng());
        Assert.Contains("tuning", unequal.Message, StringComparison.Ordinal);
        Assert.Contains("10 %", unequal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Pictures.Lines("f", new LineSeries("a", s_x, s_x) { Lower = s_x }).ToPng());
        Assert.Throws<ArgumentException>(() => Pictures.Lines("f", new LineSeries("a", s_x, s_x) { Lower = [0], Upper = s_x }).ToPng());
        Assert.Throws<ArgumentException>(() => new LineFigure("f", new LinePanel("", []) { YMin = 2, YMax = 1 }).ToPng());
        Assert.Throws<ArgumentException>(() => new LineFigure("f"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pictures.Lines("f").ToPng(0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../up")]
    [InlineData("a b")]
    [InlineData(".hidden")]
    public void Name_MustBeAFileStem(string name) => Assert.Throws<ArgumentException>(() => Pictures.Lines(name));

    [Fact]
    public void OrderedInk_DarkensStepByStep()
    {
        int Luma(Ink ink)
        {
            var c = DivNorm.Lab.Reporting.Rendering.Style.Of(ink);
            return 299 * c.Red + 587 * c.Green + 114 * c.Blue;
        }

        for (int count = 2; count <= 10; count++)
            for (int i = 1; i < count; i++)
                Assert.True(Luma(Ink.Ordered(i, count)) < Luma(Ink.Ordered(i - 1, count)));
    }

    [Fact]
    public void SameFigure_GivesTheSameBytes()
    {
        var figure = Pictures.Lines("f", new LineSeries("a", s_x, s_x) { Dashed = true });
        Assert.Equal(figure.ToPng(), figure.ToPng());
        Assert.Equal(figure.ToSvg(), figure.ToSvg());
    }
}
