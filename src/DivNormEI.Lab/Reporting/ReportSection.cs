using DivNorm.Lab.Reporting.Html;

namespace DivNorm.Lab.Reporting;

/// <summary>A section of a report; its parts stand in the order in which they are added.</summary>
public sealed class ReportSection
{
    private readonly List<Block> _blocks = [];

    internal ReportSection(string title) => Title = title;

    /// <summary>Heading of the section.</summary>
    public string Title { get; }

    internal IReadOnlyList<Block> Blocks => _blocks;

    internal IEnumerable<Figure> Figures => _blocks.OfType<FiguresBlock>().SelectMany(b => b.Figures);

    /// <summary>Adds a heading within the section.</summary>
    /// <param name="title">The heading.</param>
    /// <returns>This section.</returns>
    public ReportSection Heading(string title) => Add(new HeadingBlock(NotNull(title)));

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">Text, may hold <c>**strong**</c> and <c>`code`</c>.</param>
    /// <returns>This section.</returns>
    public ReportSection Paragraph(string text) => Add(new ParagraphBlock(NotNull(text)));

    /// <summary>Adds a list with bullets.</summary>
    /// <param name="items">Texts, may hold <c>**strong**</c> and <c>`code`</c>.</param>
    /// <returns>This section.</returns>
    public ReportSection List(params IReadOnlyList<string> items) => Add(new ListBlock(NotNull(items)));

    /// <summary>Adds a figure across the page, numbered and captioned.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>This section.</returns>
    public ReportSection Figure(Figure figure) => Add(new FiguresBlock([NotNull(figure)]));

    /// <summary>Adds figures side by side where the page is wide enough, each numbered and captioned.</summary>
    /// <param name="figures">The figures.</param>
    /// <returns>This section.</returns>
    public ReportSection FigureRow(params IReadOnlyList<Figure> figures) => Add(new FiguresBlock(NotNull(figures)));

    /// <summary>Adds a table.</summary>
    /// <param name="table">The table.</param>
    /// <returns>This section.</returns>
    public ReportSection Table(ReportTable table) => Add(new TableBlock(NotNull(table)));

    /// <summary>Adds names with their values, such as the environment of a run.</summary>
    /// <param name="pairs">Names and values in order.</param>
    /// <returns>This section.</returns>
    public ReportSection KeyValues(IEnumerable<KeyValuePair<string, string>> pairs) => Add(new KeyValuesBlock([.. NotNull(pairs)]));

    /// <summary>Adds a text as it stands, in a fixed-width font, folded away under its heading; for configurations and logs.</summary>
    /// <param name="summary">The heading that unfolds it.</param>
    /// <param name="text">The text.</param>
    /// <param name="open">Whether it is unfolded at first.</param>
    /// <returns>This section.</returns>
    public ReportSection Details(string summary, string text, bool open = false) => Add(new DetailsBlock(NotNull(summary), NotNull(text), open));

    /// <summary>Adds a note that stands out.</summary>
    /// <param name="kind">What the note tells.</param>
    /// <param name="text">Text, may hold <c>**strong**</c> and <c>`code`</c>.</param>
    /// <returns>This section.</returns>
    public ReportSection Note(NoteKind kind, string text) => Add(new NoteBlock(kind, NotNull(text)));

    private static T NotNull<T>(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    private ReportSection Add(Block block)
    {
        _blocks.Add(block);
        return this;
    }
}
