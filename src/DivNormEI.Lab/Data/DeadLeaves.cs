using System.Globalization;

namespace DivNorm.Lab.Data;

/// <summary>What procedural images to make. The defaults suit the contrast experiment's default run.</summary>
public sealed record DeadLeavesOptions
{
    /// <summary>Number of training images, at least 1.</summary>
    public int Train { get; init; } = 120;

    /// <summary>Number of validation images, at least 1.</summary>
    public int Validation { get; init; } = 40;

    /// <summary>Side of the square images, pixels, at least 16.</summary>
    public int Size { get; init; } = 192;

    /// <summary>Seed of the whole set; each image has a stream of its own.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        AtLeast(Train, 1, nameof(Train));
        AtLeast(Validation, 1, nameof(Validation));
        AtLeast(Size, 16, nameof(Size));
    }

    private static void AtLeast(int value, int least, string option)
    {
        if (value < least)
            throw new ArgumentOutOfRangeException(option, value, $"{option} must be at least {least}.");
    }
}

/// <summary>
/// Images with the statistics of natural ones, without any natural one: "dead leaves" (Matheron; Ruderman 1997; Lee, Mumford, Huang 2001), opaque
/// ellipses that fall on one another with sizes distributed as r^-3, which makes the set scale-invariant with an amplitude spectrum near 1/f. Each leaf has
/// a luminance of its own and a texture of roughly 1/f noise.
/// </summary>
public static class DeadLeaves
{
    /// <summary>Leaves are drawn this much finer and averaged, as a camera's pixels average: without it every edge is a staircase.</summary>
    private const int Oversampling = 2;

    private const double SmallestRadius = 3;

    /// <summary>Makes a set of images, in parallel; the same options give the same bits whatever the number of threads.</summary>
    /// <param name="options">How many, how large, which seed; the defaults if null.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ImageSet Generate(DeadLeavesOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new DeadLeavesOptions();
        options.Validate();
        GreyImage[] images = new GreyImage[options.Train + options.Validation];
        int done = 0;
        object report = new();
        Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            images[i] = Draw(i.ToString("0000", CultureInfo.InvariantCulture), options.Size, new SeededRandom(options.Seed, (ulong)i + 1));
            lock (report)
                progress?.Report((double)++done / images.Length);
        });
        return ImageSet.Of(images[..options.Train], images[options.Train..], [], $"dead leaves, seed {options.Seed}");
    }

    /// <summary>Draws one image.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Side, pixels.</param>
    /// <param name="random">The draw.</param>
    internal static GreyImage Draw(string name, int size, SeededRandom random)
    {
        int fine = size * Oversampling;
        float[] canvas = new float[fine * fine];
        Array.Fill(canvas, float.NaN);
        OctaveNoise texture = new(random);
        double largest = size / 2.0;

        // From the top leaf down: a pixel keeps the first leaf that covers it. What a generous number of leaves leaves bare is ground.
        int bare = canvas.Length;
        for (int leaf = 0; leaf < 40 * size && bare > 0; leaf++)
            bare -= Drop(canvas, fine, Leaf.Random(random, size, largest), texture);
        Leaf ground = Leaf.Random(random, size, largest);
        for (int i = 0; i < canvas.Length; i++)
        {
            if (float.IsNaN(canvas[i]))
                canvas[i] = ground.Luminance(texture, i % fine, i / fine);
        }

        return new GreyImage(name, size, size, Average(canvas, size));
    }

    /// <summary>Paints a leaf where nothing lies yet; gives the number of pixels painted.</summary>
    private static int Drop(float[] canvas, int fine, Leaf leaf, OctaveNoise texture)
    {
        int top = Math.Max(0, (int)(leaf.Y - leaf.Radius)), bottom = Math.Min(fine - 1, (int)(leaf.Y + leaf.Radius) + 1);
        int left = Math.Max(0, (int)(leaf.X - leaf.Radius)), right = Math.Min(fine - 1, (int)(leaf.X + leaf.Radius) + 1);
        int painted = 0;
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                ref float pixel = ref canvas[y * fine + x];
                if (!float.IsNaN(pixel) || !leaf.Covers(x, y))
                    continue;
                pixel = leaf.Luminance(texture, x, y);
                painted++;
            }
        }

        return painted;
    }

    private static float[] Average(float[] canvas, int size)
    {
        int fine = size * Oversampling;
        float[] pixels = new float[size * size];
        for (int y = 0; y < fine; y++)
        {
            for (int x = 0; x < fine; x++)
                pixels[y / Oversampling * size + x / Oversampling] += canvas[y * fine + x] / (Oversampling * Oversampling);
        }

        return pixels;
    }

    /// <summary>An ellipse in the fine canvas's pixels, its luminance, and the patch of texture it is cut from.</summary>
    private readonly record struct Leaf(
        double X, double Y, double Radius, double Cosine, double Sine, double Elongation, double Mean, double TextureContrast, int ShiftX, int ShiftY)
    {
        internal static Leaf Random(SeededRandom random, int size, double largest)
        {
            // Density r^-3 between the radii, by inverting its distribution: r^-2 is uniform.
            double small = Math.Pow(SmallestRadius, -2), large = Math.Pow(largest, -2);
            double radius = Math.Pow(random.NextDouble(large, small), -0.5);
            double margin = Math.Min(radius, largest);
            double x = random.NextDouble(-margin, size + margin), y = random.NextDouble(-margin, size + margin);
            (double sine, double cosine) = Math.SinCos(random.NextDouble(0, Math.PI));
            double elongation = random.NextDouble(1, 2);

            // The mean of two uniform numbers: mid greys are commoner than extremes, as in photographs.
            double mean = 0.04 + 0.92 * (random.NextDouble() + random.NextDouble()) / 2;
            double contrast = random.NextDouble(0.01, 0.09);
            return new Leaf(
                x * Oversampling, y * Oversampling, radius * Oversampling, cosine, sine, elongation, mean, contrast,
                random.Next(OctaveNoise.Period), random.Next(OctaveNoise.Period));
        }

        internal bool Covers(int x, int y)
        {
            double dx = x - X, dy = y - Y;
            double along = dx * Cosine + dy * Sine, across = (dy * Cosine - dx * Sine) * Elongation;
            return along * along + across * across <= Radius * Radius;
        }

        internal float Luminance(OctaveNoise texture, int x, int y) =>
            (float)Math.Clamp(Mean + TextureContrast * texture[x + ShiftX, y + ShiftY], 0, 1);
    }
}
