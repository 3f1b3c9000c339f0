using System.Xml.Linq;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Rendering;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class FontTests
{
    private const string Needed = "0123456789 abcxyzABCXYZ äéèöüßåøñ °×²³¹½·±−–—→←≤≥≈≠∞√∑∂ ⁻⁰⁴⁹₀₁ σθμπλφΔΣαβγωτ “”‘’…•†%&<>\"'/|~^_{}[]()";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EmbeddedFont_HasTheSignsOfTheField(bool bold)
    {
        var typeface = bold ? Typeface.SemiBold : Typeface.Regular;
        foreach (var rune in Needed.EnumerateRunes())
            Assert.True(typeface.GetGlyph(rune.Value) != 0, $"no glyph for '{rune}'");
    }

    [Fact]
    public void ScottPlot_IsGivenTheEmbeddedFont()
    {
        Typeface.EnsureRegistered();
        Assert.Same(Typeface.Regular, ScottPlot.Fonts.GetTypeface(Typeface.Family, bold: false, italic: false));
        Assert.Same(Typeface.SemiBold, ScottPlot.Fonts.GetTypeface(Typeface.Family, bold: true, italic: false));
    }

    [Fact]
    public void AllTexts_AreInTheEmbeddedFont_WhichTheDocumentCarries()
    {
        var figure = new LineFigure("f", new LinePanel("title", [new LineSeries("a", [0, 1], [0, 1])]) { XLabel = "x", YLabel = "y", VerticalLines = [new(0.5, "half")] }) { Title = "t" };
        var svg = XDocument.Parse(figure.ToSvg());
        Assert.All(svg.Descendants(Pictures.Svg + "text"), t => Assert.StartsWith("Inter,", (string?)t.Attribute("font-family"), StringComparison.Ordinal));
        Assert.Equal(2, svg.Descendants(Pictures.Svg + "style").Single().Value.Split("@font-face").Length - 1);
    }

    [Fact]
    public void FontFiles_AreSmall() => Assert.InRange(Typeface.CssFontFaces().Length, 20_000, 150_000);
}
