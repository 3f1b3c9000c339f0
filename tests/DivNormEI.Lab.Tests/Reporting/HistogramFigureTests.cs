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
