using DivNorm.Lab.Reporting.Rendering;

namespace DivNorm.Lab.Reporting;

/// <summary>A small grey or colour image as plain numbers.</summary>
public sealed record ImageTile
{
    private ImageTile(int width, int height, int channels, float[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (width < 1 || height < 1)
            throw new ArgumentException($"an image of {width} x {height} pixels cannot be shown; both must be at least 1");
        if (pixels.LongLength != (long)width * height * channels)
            throw new ArgumentException($"an image of {width} x {height} pixels and {channels} channel(s) needs {(long)width * height * channels} values, got {pixels.Length}", nameof(pixels));
        Width = width;
        Height = height;
        Channels = channels;
        Pixels = pixels;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>1 for grey, 3 for red, green and blue.</summary>
    public int Channels { get; }

    /// <summary>Values, channel by channel, each row by row from the top (the order C, H, W of an image tensor).</summary>
    public float[] Pixels { get; }

    /// <summary>Text beneath the image; none when empty.</summary>
    public string Caption { get; init; } = "";

    /// <summary>A grey image; also any map of numbers, such as a kernel.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="pixels">Values row by row from the top, <c>height * width</c> of them.</param>
    /// <param name="caption">Text beneath the image.</param>
    /// <exception cref="ArgumentException">A size is under 1, or the number of values is another.</exception>
    public static ImageTile Grey(int width, int height, float[] pixels, string caption = "") => new(width, height, 1, pixels) { Caption = caption };

    /// <summary>A colour image with values in [0, 1].</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="pixels">The red plane, then green, then blue, <c>3 * height * width</c> values.</param>
    /// <param name="caption">Text beneath the image.</param>
    /// <exception cref="ArgumentException">A size is under 1, or the number of values is another.</exception>
    public static ImageTile Rgb(int width, int height, float[] pixels, string caption = "") => new(width, height, 3, pixels) { Caption = caption };
}

/// <summary>Images in a grid, each pixel drawn as a square of whole size (nearest neighbour).</summary>
public sealed record ImageFigure : Figure
{
    /// <summary>Makes a figure of images.</summary>
    /// <param name="name">File stem, see <see cref="Figure.Name"/>.</param>
    /// <param name="tiles">The images in reading order; null leaves a place empty. At least one place.</param>
    /// <param name="columns">Images in a row, at least 1.</param>
    /// <exception cref="ArgumentException">The name is no file stem, there is no place, or the columns are under 1.</exception>
    public ImageFigure(string name, IReadOnlyList<ImageTile?> tiles, int columns)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        if (tiles.Count == 0)
            throw new ArgumentException($"figure '{name}' needs at least one image", nameof(tiles));
        if (columns < 1)
            throw new ArgumentException($"figure '{name}': columns is {columns}, must be at least 1", nameof(columns));
        Tiles = tiles;
        Columns = columns;
    }

    /// <summary>The images in reading order.</summary>
    public IReadOnlyList<ImageTile?> Tiles { get; }

    /// <summary>Images in a row.</summary>
    public int Columns { get; }

    /// <summary>Labels left of the rows; fewer than the rows, or none, are allowed.</summary>
    public IReadOnlyList<string> RowLabels { get; init; } = [];

    /// <summary>Labels above the columns; fewer than the columns, or none, are allowed.</summary>
    public IReadOnlyList<string> ColumnLabels { get; init; } = [];

    /// <summary>How values of grey images become shades. Colour images are always shown over [0, 1]. Default: [0, 1].</summary>
    public ValueScale Scale { get; init; } = ValueScale.Fixed(0, 1);

    /// <summary>
    /// Drawing units per pixel of the largest image, 1 to 64; smaller ones are enlarged by the whole factor that still fits
    /// the same place, so that a 12-pixel input stands as large as its 48-pixel target. Default: chosen for places of about 96 units.
    /// </summary>
    public int? Zoom { get; init; }

    /// <summary>Space between images in drawing units. Default 6.</summary>
    public int Gap { get; init; } = 6;

    /// <summary>Whether the bar that explains the shades is drawn. Default true.</summary>
    public bool ShowScale { get; init; } = true;

    internal override IDrawing CreateDrawing()
    {
        if (Zoom is < 1 or > 64)
            throw new ArgumentException($"figure '{Name}': zoom is {Zoom}, must be 1 to 64");
        if (Gap is < 0 or > 200)
            throw new ArgumentException($"figure '{Name}': gap is {Gap}, must be 0 to 200");
        return new ImageDrawing(this);
    }
}
