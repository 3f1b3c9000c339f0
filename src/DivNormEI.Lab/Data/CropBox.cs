namespace DivNorm.Lab.Data;

/// <summary>A rectangle of whole pixels in an image.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
public readonly record struct CropBox(int Left, int Top, int Width, int Height)
{
    private const int Attempts = 10;
    private static readonly double LargestLogRatio = Math.Log(4.0 / 3);

    /// <summary>
    /// The random-resized crop of Szegedy et al. 2015: a share of the area and an aspect ratio from 3/4 to 4/3 (uniform in its logarithm), at a
    /// random place; after ten that do not fit, the largest in the middle.
    /// </summary>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="smallestShare">Least share of the area, in (0, 1]; the largest is 1.</param>
    /// <param name="random">The draw.</param>
    public static CropBox Random(int width, int height, double smallestShare, SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = (double)width * height * random.NextDouble(smallestShare, 1);
            double ratio = Math.Exp(random.NextDouble(-LargestLogRatio, LargestLogRatio));
            int w = (int)Math.Round(Math.Sqrt(area * ratio)), h = (int)Math.Round(Math.Sqrt(area / ratio));
            if (w >= 1 && h >= 1 && w <= width && h <= height)
                return new CropBox(random.Next(width - w + 1), random.Next(height - h + 1), w, h);
        }

        return Centre(width, height, 1);
    }

    /// <summary>The square in the middle.</summary>
    /// <param name="width">The image's columns.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="share">The square's side as a share of the image's short side, in (0, 1].</param>
    public static CropBox Centre(int width, int height, double share)
    {
        int side = Math.Max(1, (int)Math.Round(share * Math.Min(width, height)));
        return new CropBox((width - side) / 2, (height - side) / 2, side, side);
    }
}
