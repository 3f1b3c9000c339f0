using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class HeatMapFigureTests
{
    [Fact]
    public void Labels_AndCellValues_AreThere()
    {
        var figure = new HeatMapFigure("f", [[0.25, double.NaN], [-0.5, 1]])
        {
            RowLabels = ["cat", "dog"],
            ColumnLabels = ["hen", "cock"],
            XLabel = "predicted",
            YLabel = "true",
            ValueLabel = "share",
            CellFormat = "0.00",
            CellSize = 40,
        };
        string[] texts = Pictures.Texts(figure.ToSvg());
        foreach (string text in (string[])["cat", "dog", "hen", "cock", "predicted", "true", "share", "0.25", "–", "−0.50", "1.00"])
            Assert.Contains(text, texts);
        Assert.NotEmpty(figure.ToPng());
    }

    [Fact]
    public void ManyLabels_AreThinnedOut()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        var figure = new HeatMapFigure("f", [.. names.Select(_ => (IReadOnlyList<double>)new double[100])]) { RowLabels = names };
        int shown = Pictures.Texts(figure.ToSvg()).Count(names.Contains);
        Assert.InRange(shown, 10, 50);
    }

    [Fact]
    public void RaggedRows_AndMissingLabels_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new HeatMapFigure("f", [[1, 2], [3]]));
        Assert.Throws<ArgumentException>(() => new HeatMapFigure("f", []));
        Assert.Throws<ArgumentException>(() => (new HeatMapFigure("f", [[1, 2]]) { ColumnLabels = ["a"] }).ToPng());
    }
}
