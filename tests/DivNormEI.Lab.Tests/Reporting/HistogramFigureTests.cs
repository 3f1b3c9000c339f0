using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class HistogramFigureTests
{
    [Fact]
    public void Bins_CountEachValueOnce()
    {
        Assert.Equal([2, 1, 2], HistogramFigure.Count([0, 0.5, 1, 2, 3, -0.1, 3.1, double.NaN], 0, 3, 3));
        Assert.Equal(10, HistogramFigure.Count(Enumerable.Range(0, 10).Select(i => i / 9.0), 0, 1, 7).Sum());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    public void Counts_HaveWholeTicks(int count)
    {
        string svg = new HistogramFigure("f", new HistogramSeries("", [.. Enumerable.Repeat(0.25, count), 0.75])) { Minimum = 0, Maximum = 1, Bins = 2 }.ToSvg();
        string[] vertical = [.. Pictures.Texts(svg).Where(text => double.TryParse(text, out double value) && value is > 1 or 1.5)];
        Assert.NotEmpty(vertical);
        Assert.DoesNotContain(vertical, text => text.Contains('.', StringComparison.Ordinal));
    }

    [Fact]
    public void Histogram_IsDrawn_AlsoOfOneValueAndOfNone()
    {
        var figure = new HistogramFigure("f", new HistogramSeries("before", [1, 2, 2, 3]), new HistogramSeries("after", [4])) { XLabel = "HWHH (°)" };
        string[] texts = Pictures.Texts(figure.ToSvg());
        foreach (string text in (string[])["before", "after", "HWHH (°)", "count"])
            Assert.Contains(text, texts);
        Assert.NotEmpty(new HistogramFigure("f", new HistogramSeries("a", [7, 7])).ToPng());
        Assert.NotEmpty(new HistogramFigure("f", new HistogramSeries("a", [])).ToPng());
        Assert.Throws<ArgumentException>(() => (new HistogramFigure("f") { Bins = 0 }).ToPng());
        Assert.Throws<ArgumentException>(() => (new HistogramFigure("f") { Minimum = 2, Maximum = 1 }).ToPng());
    }
}
