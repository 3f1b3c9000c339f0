using System.Text.RegularExpressions;
using DivNorm.Lab.Reporting.Rendering;

namespace DivNorm.Lab.Reporting;

/// <summary>
/// A picture as plain data: what is shown and how it is labelled, apart from how it is drawn. Figures are drawn in one house
/// style, with an embedded font, so they look the same on every machine, in a report and as files.
/// </summary>
public abstract partial record Figure
{
    /// <summary>Starts a figure.</summary>
    /// <param name="name">File stem of the figure: letters, digits, '-', '_' and '.', for example <c>tuning-raw</c>.</param>
    /// <exception cref="ArgumentException">The name is empty or holds another character.</exception>
    private protected Figure(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!FileStem().IsMatch(name))
            throw new ArgumentException($"figure name '{name}' must consist of letters, digits, '-', '_' and '.', and start with a letter or digit", nameof(name));
        Name = name;
    }

    /// <summary>File stem, unique within a report.</summary>
    public string Name { get; }

    /// <summary>What the reader should see in the picture; shown beneath it in a report, not drawn into it.</summary>
    public string Caption { get; init; } = "";

    /// <summary>Heading drawn above the picture; none when empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>Draws the figure as PNG on white.</summary>
    /// <param name="density">Pixels per drawing unit (1/96 inch), 0.5 to 8.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The density is out of range.</exception>
    /// <exception cref="ArgumentException">The figure's data contradict one another, for example x and y of unequal length.</exception>
    public byte[] ToPng(double density = 2)
    {
        if (!(density is >= 0.5 and <= 8))
            throw new ArgumentOutOfRangeException(nameof(density), density, "density must be between 0.5 and 8 pixels per unit");
        return Canvas.ToPng(CreateDrawing(), density);
    }

    /// <summary>Draws the figure as a self-contained SVG document, its fonts embedded and its text kept as text.</summary>
    /// <returns>The document's text.</returns>
    /// <exception cref="ArgumentException">The figure's data contradict one another.</exception>
    public string ToSvg() => SvgDocument.Standalone(CreateDrawing(), this);

    /// <summary>The size at which the figure is meant to be seen, in drawing units (CSS pixels).</summary>
    /// <exception cref="ArgumentException">The figure's data contradict one another.</exception>
    public (double Width, double Height) Size
    {
        get
        {
            var size = CreateDrawing().Size;
            return (size.Width, size.Height);
        }
    }

    /// <summary>Checks the data and lays the figure out.</summary>
    internal abstract IDrawing CreateDrawing();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex FileStem();
}
