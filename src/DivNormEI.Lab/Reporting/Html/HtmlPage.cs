using System.Globalization;
using System.Text;
using DivNorm.Lab.Reporting.Rendering;
using static DivNorm.Lab.Reporting.Html.Markup;

namespace DivNorm.Lab.Reporting.Html;

/// <summary>Writes a report as a page. The page is well-formed XML too, so tests and tools can read it.</summary>
internal sealed class HtmlPage(HtmlReport report, IReadOnlyList<string> lead, IReadOnlyList<(string Value, string Label)> keyFigures)
{
    private readonly StringBuilder _html = new();
    private int _figure;
    private int _table;

    public string Write()
    {
        report.AllFigures();
        _html.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{Escape(report.Title)}</title>
            <style>
            {Typeface.CssFontFaces()}{StyleSheet()}</style>
            </head>
            <body>
            <main>

            """);
        WriteHead();
        for (int i = 0; i < report.Sections.Count; i++)
            WriteSection(report.Sections[i], i + 1);
        if (report.Footer.Length > 0)
            _html.Append(CultureInfo.InvariantCulture, $"<footer>{Escape(report.Footer)}</footer>\n");
        return _html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string StyleSheet()
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("Reporting.Html.report.css")
            ?? throw new InvalidOperationException("the report's style sheet is missing from the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void WriteHead()
    {
        _html.Append(CultureInfo.InvariantCulture, $"<header>\n<h1>{Escape(report.Title)}</h1>\n");
        if (report.Subtitle.Length > 0)
            _html.Append(CultureInfo.InvariantCulture, $"<p class=\"subtitle\">{Escape(report.Subtitle)}</p>\n");
        _html.Append("</header>\n");
        if (lead.Count + keyFigures.Count > 0)
        {
            _html.Append("<div class=\"lead\">\n");
            foreach (string text in lead)
                _html.Append(CultureInfo.InvariantCulture, $"<p>{Prose(text)}</p>\n");
            if (keyFigures.Count > 0)
            {
                _html.Append("<dl class=\"key-figures\">\n");
                foreach (var (value, label) in keyFigures)
                    _html.Append(CultureInfo.InvariantCulture, $"<div><dt>{Escape(label)}</dt><dd>{Escape(value)}</dd></div>\n");
                _html.Append("</dl>\n");
            }

            _html.Append("</div>\n");
        }

        if (report.Sections.Count < 2)
            return;
        _html.Append("<nav aria-label=\"Contents\"><ol>\n");
        for (int i = 0; i < report.Sections.Count; i++)
            _html.Append(CultureInfo.InvariantCulture, $"<li><a href=\"#section-{i + 1}\">{Escape(report.Sections[i].Title)}</a></li>\n");
        _html.Append("</ol></nav>\n");
    }

    private void WriteSection(ReportSection section, int number)
    {
        _html.Append(CultureInfo.InvariantCulture, $"<section id=\"section-{number}\">\n<h2>{Escape(section.Title)}</h2>\n");
        foreach (var block in section.Blocks)
            WriteBlock(block);
        _html.Append("</section>\n");
    }

    private void WriteBlock(Block block)
    {
        switch (block)
        {
            case HeadingBlock heading:
                _html.Append(CultureInfo.InvariantCulture, $"<h3>{Escape(heading.Title)}</h3>\n");
                break;
            case ParagraphBlock paragraph:
                _html.Append(CultureInfo.InvariantCulture, $"<p>{Prose(paragraph.Text)}</p>\n");
                break;
            case ListBlock list:
                _html.Append("<ul>\n").AppendJoin("", list.Items.Select(i => $"<li>{Prose(i)}</li>\n")).Append("</ul>\n");
                break;
            case FiguresBlock figures:
                WriteFigures(figures.Figures);
                break;
            case TableBlock table:
                WriteTable(table.Table);
                break;
            case KeyValuesBlock pairs:
                _html.Append("<dl class=\"pairs\">\n")
                    .AppendJoin("", pairs.Pairs.Select(p => $"<dt>{Escape(p.Key)}</dt><dd>{Escape(p.Value)}</dd>\n")).Append("</dl>\n");
                break;
            case DetailsBlock details:
                _html.Append(CultureInfo.InvariantCulture, $"<details{(details.Open ? " open=\"open\"" : "")}><summary>{Escape(details.Summary)}</summary><pre>{Escape(details.Text)}</pre></details>\n");
                break;
            case NoteBlock note:
                string kind = note.Kind switch { NoteKind.Good => "good", NoteKind.Caution => "caution", _ => "info" };
                _html.Append(CultureInfo.InvariantCulture, $"<div class=\"note {kind}\" role=\"note\"><p>{Prose(note.Text)}</p></div>\n");
                break;
            default:
                throw new InvalidOperationException($"no way to write a {block.GetType().Name}");
        }
    }

    private void WriteFigures(IReadOnlyList<Figure> figures)
    {
        _html.Append(figures.Count > 1 ? "<div class=\"figure-row\">\n" : "");
        foreach (var figure in figures)
        {
            var drawing = figure.CreateDrawing();
            // The figure's own width: a narrow screen scrolls it rather than shrinking its text to nothing.
            _html.Append(CultureInfo.InvariantCulture, $"<figure id=\"figure-{Escape(figure.Name)}\" style=\"--w:{drawing.Size.Width}px\">\n<div class=\"card\">{SvgDocument.Inline(drawing, figure)}</div>\n");
            _html.Append(CultureInfo.InvariantCulture, $"<figcaption><b>Figure {++_figure}.</b> {Escape(figure.Caption)}</figcaption>\n</figure>\n");
        }

        _html.Append(figures.Count > 1 ? "</div>\n" : "");
    }

    private void WriteTable(ReportTable table)
    {
        _html.Append("<div class=\"table-block\">\n");
        // Outside the part that scrolls, so that a narrow screen breaks its lines.
        string labelled = "";
        if (table.Caption.Length > 0)
        {
            labelled = $" aria-labelledby=\"table-{++_table}\"";
            _html.Append(CultureInfo.InvariantCulture, $"<p class=\"table-caption\" id=\"table-{_table}\"><b>Table {_table}.</b> {Escape(table.Caption)}</p>\n");
        }

        _html.Append(CultureInfo.InvariantCulture, $"<div class=\"scroll\"><table{labelled}>\n");
        bool[] numeric = [.. Enumerable.Range(0, table.Columns.Count).Select(table.IsNumeric)];
        _html.Append("<thead><tr>");
        for (int c = 0; c < numeric.Length; c++)
            _html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"{(numeric[c] ? " class=\"number\"" : "")}>{Escape(table.Columns[c].Header)}</th>");
        _html.Append("</tr></thead>\n<tbody>\n");
        for (int r = 0; r < table.Rows.Count; r++)
        {
            _html.Append(table.Rows[r].Highlight ? "<tr class=\"highlight\">" : "<tr>");
            for (int c = 0; c < numeric.Length; c++)
                _html.Append(CultureInfo.InvariantCulture, $"<td{(numeric[c] ? " class=\"number\"" : "")}>{Escape(table.Display(r, c))}</td>");
            _html.Append("</tr>\n");
        }

        _html.Append("</tbody>\n</table></div>\n</div>\n");
    }
}
