using System.Text;
using DivNorm.Lab.Reporting.Html;

namespace DivNorm.Lab.Reporting;

/// <summary>A file of a report, to be written by the caller.</summary>
/// <param name="Name">Path relative to the output folder, with '/' between its parts.</param>
/// <param name="Bytes">Its content.</param>
public sealed record ReportFile(string Name, byte[] Bytes);

/// <summary>What a note tells the reader.</summary>
public enum NoteKind
{
    /// <summary>Neutral background.</summary>
    Info,

    /// <summary>Something holds.</summary>
    Good,

    /// <summary>Something is to be read with care.</summary>
    Caution,
}

/// <summary>
/// A report as one self-contained HTML file: no scripts, nothing loaded from elsewhere. It reads well on a wide screen, on a
/// telephone, in the dark and in print. Every text given is escaped. In <see cref="Lead"/>, paragraphs, lists and notes,
/// <c>**strong**</c> and <c>`code`</c> are understood; everywhere else texts are shown as they are.
/// </summary>
public sealed class HtmlReport
{
    private readonly List<ReportSection> _sections = [];
    private readonly List<string> _lead = [];
    private readonly List<(string Value, string Label)> _keyFigures = [];

    /// <summary>Starts a report.</summary>
    /// <param name="title">Heading of the page.</param>
    public HtmlReport(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        Title = title;
    }

    /// <summary>Heading of the page.</summary>
    public string Title { get; }

    /// <summary>Line beneath the heading; none when empty.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>Line at the foot of the page, such as program, version and date; none when empty.</summary>
    public string Footer { get; init; } = "";

    /// <summary>The sections so far.</summary>
    public IReadOnlyList<ReportSection> Sections => _sections;

    /// <summary>Adds a paragraph to the summary at the head of the report: the answer, before the evidence.</summary>
    /// <param name="text">Text, may hold <c>**strong**</c> and <c>`code`</c>.</param>
    /// <returns>This report.</returns>
    public HtmlReport Lead(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _lead.Add(text);
        return this;
    }

    /// <summary>Adds a figure in large type to the summary.</summary>
    /// <param name="value">The figure with its unit, for example <c>25.4 dB</c>.</param>
    /// <param name="label">What it is.</param>
    /// <returns>This report.</returns>
    public HtmlReport KeyFigure(string value, string label)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(label);
        _keyFigures.Add((value, label));
        return this;
    }

    /// <summary>Starts a section at the end of the report.</summary>
    /// <param name="title">Its heading, also in the table of contents.</param>
    /// <returns>The section, to be filled.</returns>
    public ReportSection Section(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        var section = new ReportSection(title);
        _sections.Add(section);
        return section;
    }

    /// <summary>Writes the report.</summary>
    /// <returns>The page's text, to be stored as UTF-8.</returns>
    /// <exception cref="ArgumentException">Two figures have one name, or a figure's data contradict one another.</exception>
    public string ToHtml() => new HtmlPage(this, _lead, _keyFigures).Write();

    /// <summary>Draws every figure of the report as <c>figures/NAME.png</c> (2 pixels a unit) and <c>figures/NAME.svg</c>.</summary>
    /// <exception cref="ArgumentException">Two figures have one name, or a figure's data contradict one another.</exception>
    public IEnumerable<ReportFile> FigureFiles()
    {
        foreach (var figure in AllFigures())
        {
            yield return new ReportFile($"figures/{figure.Name}.png", figure.ToPng());
            yield return new ReportFile($"figures/{figure.Name}.svg", Encoding.UTF8.GetBytes(figure.ToSvg()));
        }
    }

    /// <summary>The whole report as files: every figure, and <c>report.html</c> last, so that a page is never there before its pictures.</summary>
    /// <exception cref="ArgumentException">Two figures have one name, or a figure's data contradict one another.</exception>
    public IEnumerable<ReportFile> SaveAll() =>
        FigureFiles().Append(new ReportFile("report.html", Encoding.UTF8.GetBytes(ToHtml())));

    internal IReadOnlyList<Figure> AllFigures()
    {
        var figures = _sections.SelectMany(s => s.Figures).ToArray();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var figure in figures)
            if (!names.Add(figure.Name))
                throw new ArgumentException($"two figures of the report are named '{figure.Name}'");
        return figures;
    }
}
