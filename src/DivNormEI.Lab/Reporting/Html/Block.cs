namespace DivNorm.Lab.Reporting.Html;

/// <summary>A part of a section.</summary>
internal abstract record Block;

internal sealed record HeadingBlock(string Title) : Block;

internal sealed record ParagraphBlock(string Text) : Block;

internal sealed record ListBlock(IReadOnlyList<string> Items) : Block;

internal sealed record FiguresBlock(IReadOnlyList<Figure> Figures) : Block;

internal sealed record TableBlock(ReportTable Table) : Block;

internal sealed record KeyValuesBlock(IReadOnlyList<KeyValuePair<string, string>> Pairs) : Block;

internal sealed record DetailsBlock(string Summary, string Text, bool Open) : Block;

internal sealed record NoteBlock(NoteKind Kind, string Text) : Block;
