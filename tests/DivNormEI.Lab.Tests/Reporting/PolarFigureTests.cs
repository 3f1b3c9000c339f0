using System.Globalization;
using DivNorm.Lab.Reporting;
using SkiaSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting;

public sealed class PolarFigureTests
{
    private static readonly double[] s_angles = [0, 45, 90, 135];
    private static readonly SKColor s_first = new(0x00, 0x72, 0xB2);

    /// <summary>A curve that answers to 0 degrees alone reaches to the right and, as orientation has no direction, as far to the left.</summary>
    [Fact]
    public void Orientation_IsMirroredRoundTheFullCircle_DirectionIsNot()
    {
        foreach (double period in (double[])[180, 360])
        {
            var (left, right, _, _) = Extent(Figure(period, [1, 0, 0, 0], s_angles));
            double centre = CentreX(period);
            Assert.Equal(90, right - centre, 3.0);
            Assert.Equal(period == 180 ? 90 : 0, centre - left, 3.0);
        }
    }

    [Fact]
    public void Angles_RunCounterClockwiseFromTheRight()
    {
        var (_, right, top, bottom) = Extent(Figure(360, [0.5, 0, 1, 0], s_angles));
        Assert.Equal(45, right - CentreX(360), 3.0);
        Assert.Equal(90, bottom - top, 4.0); // from the centre up to the outermost circle, nothing beneath
    }

    [Fact]
    public void NegativeResponses_LieAtTheCentre_AndMissingOnesOpenTheCurve()
    {
        var (left, right, _, _) = Extent(Figure(360, [-1, 1, -1, -1], s_angles));
        Assert.True(right - CentreX(360) > 60 && CentreX(360) - left < 4);
        int whole = Pictures.Count(Figure(180, [1, 1, 1, 1], s_angles).ToPng(1), s_first);
        int open = Pictures.Count(Figure(180, [1, double.NaN, 1, 1], s_angles).ToPng(1), s_first);
        Assert.InRange(open, 0.3 * whole, 0.7 * whole);
    }

    [Fact]
    public void Svg_NamesEverything_AndEmptyPanelsSaySo()
    {
        var figure = new PolarFigure(
            "f", new PolarPanel("cell 1", [new PolarSeries("0.5", s_angles, [10, 20, 5, 5])]) { Letter = "A" }, new PolarPanel("cell 2", []))
        { Title = "Tuning", LegendTitle = "contrast" };
        string[] texts = Pictures.Texts(figure.ToSvg());
        Assert.All((string[])["Tuning", "contrast", "0.5", "cell 1", "A", "cell 2", "no data", "0°", "45°", "90°", "135°", "10", "20"], text => Assert.Contains(text, texts));
        Assert.DoesNotContain("180°", texts);
        Assert.Contains("315°", Pictures.Texts((figure with { Period = 360 }).ToSvg()));
        Assert.Equal(figure.ToSvg(), figure.ToSvg());
    }

    [Fact]
    public void SharedRadius_DrawsSmallResponsesSmall()
    {
        PolarFigure figure = new("f", new PolarPanel("", [new PolarSeries("", s_angles, [2, 2, 2, 2])]), new PolarPanel("", [new PolarSeries("", s_angles, [10, 10, 10, 10]) { Ink = Ink.Strong }]));
        var own = Extent(figure);
        var shared = Extent(figure with { ShareRadius = true });
        Assert.Equal(5, (own.Right - own.Left) / (shared.Right - shared.Left), 0.5);
    }

    [Fact]
    public void ContradictoryData_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new PolarFigure("f"));
        Assert.Contains("4 angles but 1 radii", Assert.Throws<ArgumentException>(() => Figure(180, [1], s_angles).ToPng()).Message, StringComparison.Ordinal);
        Assert.Contains("period is 90", Assert.Throws<ArgumentException>(() => Figure(90, [1, 1, 1, 1], s_angles).ToPng()).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (Figure(180, [1, 1, 1, 1], s_angles) with { PanelSize = 10 }).ToPng());
    }

    private static PolarFigure Figure(double period, double[] radii, double[] angles) =>
        new("f", new PolarPanel("", [new PolarSeries("", angles, radii)])) { Period = period };

    /// <summary>The middle of the only panel, as its 90-degree label stands over it.</summary>
    private static double CentreX(double period)
    {
        var svg = System.Xml.Linq.XDocument.Parse(Figure(period, [1, 0, 0, 0], s_angles).ToSvg());
        var circle = svg.Descendants().Where(e => e.Name.LocalName is "circle" or "ellipse").MaxBy(e => Number(e, "r") + Number(e, "rx"))!;
        return Number(circle, "cx");

        static double Number(System.Xml.Linq.XElement element, string name) =>
            double.Parse((string?)element.Attribute(name) ?? "0", CultureInfo.InvariantCulture);
    }

    /// <summary>Where the first category's colour reaches, in drawing units.</summary>
    private static (double Left, double Right, double Top, double Bottom) Extent(PolarFigure figure)
    {
        using var bitmap = Pictures.Decode(figure.ToPng(1));
        var places = bitmap.Pixels.Select((pixel, i) => (pixel, X: i % bitmap.Width, Y: i / bitmap.Width)).Where(p => p.pixel == s_first).ToArray();
        return (places.Min(p => p.X), places.Max(p => p.X), places.Min(p => p.Y), places.Max(p => p.Y));
    }
}
