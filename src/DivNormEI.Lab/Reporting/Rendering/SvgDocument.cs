using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using DivNorm.Lab.Reporting.Html;

namespace DivNorm.Lab.Reporting.Rendering;

/// <summary>
/// Makes Skia's SVG fit to be published: it scales with its place, names itself to screen readers, keeps texts whole and
/// selectable, shows pixels as squares, and its ids do not collide when many figures stand in one page.
/// </summary>
internal static class SvgDocument
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace s_xlink = "http://www.w3.org/1999/xlink";

    /// <summary>A document of its own, with fonts and a white ground.</summary>
    public static string Standalone(IDrawing drawing, Figure figure)
    {
        var root = Build(drawing, figure, "id-");
        root.AddFirst(
            new XElement(s_svg + "style", Typeface.CssFontFaces()),
            new XElement(s_svg + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("fill", "white")));
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + Write(root) + "\n";
    }

    /// <summary>An element to be set into a page that carries the fonts.</summary>
    public static string Inline(IDrawing drawing, Figure figure) => Write(Build(drawing, figure, figure.Name + "-"));

    private static XElement Build(IDrawing drawing, Figure figure, string idPrefix)
    {
        var root = XDocument.Parse(Encoding.UTF8.GetString(Canvas.ToRawSvg(drawing))).Root!;
        string width = drawing.Size.Width.ToString(CultureInfo.InvariantCulture);
        string height = drawing.Size.Height.ToString(CultureInfo.InvariantCulture);
        root.SetAttributeValue("width", width);
        root.SetAttributeValue("height", height);
        root.SetAttributeValue("viewBox", $"0 0 {width} {height}");
        root.SetAttributeValue("role", "img");
        string label = figure.Title.Length > 0 ? figure.Title : figure.Caption.Length > 0 ? figure.Caption : figure.Name;
        root.SetAttributeValue("aria-label", Markup.Printable(label));

        foreach (var element in root.Descendants().ToArray())
        {
            if (element.Name == s_svg + "text")
                MakeTextWhole(element);
            else if (element.Name == s_svg + "image")
                element.SetAttributeValue("style", "image-rendering:pixelated");
        }

        RenameIds(root, idPrefix);
        return root;
    }

    // Skia places each glyph by rounded positions; only where the text starts is kept.
    private static void MakeTextWhole(XElement text)
    {
        bool bold = ((string?)text.Attribute("font-family"))?.Contains("Semi", StringComparison.Ordinal) == true;
        text.SetAttributeValue("font-family", $"{Typeface.Family}, system-ui, sans-serif");
        text.SetAttributeValue("font-weight", bold ? "600" : null);
        foreach (string axis in (ReadOnlySpan<string>)["x", "y"])
            if (text.Attribute(axis) is { } positions)
                positions.Value = positions.Value.Split(',')[0].Trim();
        text.Value = text.Value.Trim();
    }

    // Skia counts its ids through the life of the process: they would differ from one run to the next.
    private static void RenameIds(XElement root, string prefix)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in root.Descendants().Attributes("id"))
        {
            names[id.Value] = $"{prefix}{names.Count}";
            id.Value = names[id.Value];
        }

        foreach (var attribute in root.Descendants().Attributes())
            if (attribute.Name == s_xlink + "href" && attribute.Value.StartsWith('#') && names.TryGetValue(attribute.Value[1..], out string? target))
                attribute.Value = "#" + target;
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal) && names.TryGetValue(attribute.Value[5..].TrimEnd(')'), out string? source))
                attribute.Value = $"url(#{source})";
    }

    private static string Write(XElement root)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = false }))
            root.Save(writer);
        return text.ToString();
    }
}
