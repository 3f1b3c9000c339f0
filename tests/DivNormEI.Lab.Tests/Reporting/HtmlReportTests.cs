using System.Text.RegularExpressions;
using System.Xml.Linq;
using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed partial class HtmlReportTests
{
    private const string Hostile = "<script>alert(\"1\")</script> & 'x' \u0001 ]]>";

    private static HtmlReport Sample()
    {
        var line = new LineFigure("tuning", new LinePanel(Hostile, [new LineSeries(Hostile, [0, 1], [0, 1])])) { Caption = Hostile, Title = Hostile };
        var image = new ImageFigure("kernels", [ImageTile.Grey(2, 2, [0, 1, 2, 3], Hostile)], 1) { Caption = "Kernels." };
        var report = new HtmlReport(Hostile) { Subtitle = Hostile, Footer = Hostile };
        report.Lead(Hostile).Lead("It is **far** less, see `results.json`.").KeyFigure(Hostile, Hostile);
        report.Section(Hostile).Paragraph(Hostile).Figure(line).List(Hostile, "**b**").Note(NoteKind.Caution, Hostile).Note(NoteKind.Good, "fine").Note(NoteKind.Info, "so");
        report.Section("Rest").Heading(Hostile).FigureRow(image, new HeatMapFigure("heat", [[1, 2]]))
            .Table(new ReportTable(Hostile, new ReportColumn("gain", "0.00")) { Caption = Hostile }.Add(Hostile, 0.5).AddHighlighted("b", double.NaN))
            .KeyValues([new(Hostile, Hostile)]).Details(Hostile, Hostile);
        return report;
    }

    private static XElement Parse(string html) => XDocument.Parse(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)).Root!;

    [Fact]
    public void Page_IsWellFormed_AndHoldsNoScript()
    {
        var page = Parse(Sample().ToHtml());
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "iframe" or "object");
        Assert.Equal(Hostile.Replace('\u0001', '\uFFFD'), page.Descendants("h1").Single().Value);
        Assert.All(page.Descendants("td"), cell => Assert.False(cell.HasElements));
    }

    [Fact]
    public void Page_LoadsNothingFromElsewhere()
    {
        string html = Sample().ToHtml();
        foreach (var attribute in Parse(html).DescendantsAndSelf().Attributes())
        {
            if (attribute.Name.LocalName is "src" or "href" or "srcset" or "data" or "poster")
                Assert.True(attribute.Value.StartsWith('#') || attribute.Value.StartsWith("data:", StringComparison.Ordinal), attribute.ToString());
            Assert.DoesNotMatch(CssAddress(), attribute.Value);
        }

        foreach (var style in Parse(html).Descendants("style"))
        {
            Assert.DoesNotContain("@import", style.Value, StringComparison.Ordinal);
            Assert.DoesNotMatch(CssAddress(), style.Value);
        }
    }

    [Fact]
    public void Figures_AreAllThere_NumberedInOrder()
    {
        var page = Parse(Sample().ToHtml());
        Assert.Equal(["figure-tuning", "figure-kernels", "figure-heat"], page.Descendants("figure").Select(f => (string?)f.Attribute("id")));
        Assert.Equal(["Figure 1.", "Figure 2.", "Figure 3."], page.Descendants("figcaption").Select(c => c.Element("b")!.Value));
        Assert.All(page.Descendants("figure"), f => Assert.Single(f.Descendants(Pictures.Svg + "svg")));
    }

    [Fact]
    public void Ids_AreUnique_AndLinksLeadSomewhere()
    {
        var page = Parse(Sample().ToHtml());
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        var links = page.Descendants().Attributes().Where(a => a.Name.LocalName == "href" && a.Value.StartsWith('#')).Select(a => a.Value[1..])
            .Concat(page.Descendants().Attributes().Select(a => UrlReference().Match(a.Value)).Where(m => m.Success).Select(m => m.Groups[1].Value)).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link, ids));
    }

    [Fact]
    public void Prose_KnowsStrongAndCode_AndLeavesLoneMarksAlone()
    {
        var report = new HtmlReport("t");
        report.Section("s").Paragraph("**far** less, `a**b**<c>`, 2 * 3 ** 4, `open").Paragraph("****");
        var paragraphs = Parse(report.ToHtml()).Descendants("p").ToArray();
        Assert.Equal("far", paragraphs[0].Element("strong")!.Value);
        Assert.Equal("a**b**<c>", paragraphs[0].Element("code")!.Value);
        Assert.Equal("far less, a**b**<c>, 2 * 3 ** 4, `open", paragraphs[0].Value);
        Assert.Equal("****", paragraphs[1].Value);
    }

    [Fact]
    public void Tables_AlignNumbers_AndMarkRows()
    {
        var report = new HtmlReport("t");
        report.Section("s").Table(new ReportTable("name", new ReportColumn("gain", "0.00"), "mixed", "units").Add("a", -0.5, 1, 64).AddHighlighted("b", double.NaN, "x", 12345));
        var rows = Parse(report.ToHtml()).Descendants("tr").ToArray();
        Assert.Equal([null, "number", null, "number"], rows[0].Elements().Select(e => (string?)e.Attribute("class")));
        Assert.Equal(["a", "−0.50", "1", "64"], rows[1].Elements().Select(e => e.Value));
        Assert.Equal(["b", "–", "x", "12,345"], rows[2].Elements().Select(e => e.Value));
        Assert.Equal("highlight", (string?)rows[2].Attribute("class"));
        Assert.Throws<ArgumentException>(() => new ReportTable("a").Add(1, 2));
        Assert.Throws<ArgumentException>(() => new ReportTable());
    }

    [Fact]
    public void Files_AreEveryFigureTwice_ThenThePage()
    {
        var files = Sample().SaveAll().ToArray();
        Assert.Equal(
            ["figures/tuning.png", "figures/tuning.svg", "figures/kernels.png", "figures/kernels.svg", "figures/heat.png", "figures/heat.svg", "report.html"],
            files.Select(f => f.Name));
        Assert.All(files, f => Assert.NotEmpty(f.Bytes));
    }

    [Fact]
    public void TwoFiguresOfOneName_AreRefused()
    {
        var report = new HtmlReport("t");
        var figure = new HeatMapFigure("same", [[1]]);
        report.Section("a").Figure(figure);
        report.Section("b").Figure(figure);
        Assert.Contains("'same'", Assert.Throws<ArgumentException>(report.ToHtml).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => report.SaveAll().ToArray());
    }

    [Fact]
    public void EmptyReport_IsStillAPage() => Assert.Equal("nothing yet", Parse(new HtmlReport("nothing yet").ToHtml()).Descendants("h1").Single().Value);

    [GeneratedRegex("url\\((?!#|data:)|https?://(?!www\\.w3\\.org/)", RegexOptions.IgnoreCase)]
    private static partial Regex CssAddress();

    [GeneratedRegex("^url\\(#(.+)\\)$")]
    private static partial Regex UrlReference();
}
