namespace DivNorm.Lab.Data;

/// <summary>What textured shapes to make.</summary>
public sealed record TexturedShapesOptions
{
    /// <summary>Training images, at least one a class.</summary>
    public int Train { get; init; } = 4200;

    /// <summary>Validation images, at least one a class.</summary>
    public int Validation { get; init; } = 840;

    /// <summary>Side of the square images, pixels, 16 to 512.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Seed of the whole set; each image has a stream of its own.</summary>
    public ulong Seed { get; init; }

    internal void Validate()
    {
        Check(Train >= TexturedShapes.ClassIds.Count, nameof(Train), Train, $"{TexturedShapes.ClassIds.Count} or more");
        Check(Validation >= TexturedShapes.ClassIds.Count, nameof(Validation), Validation, $"{TexturedShapes.ClassIds.Count} or more");
        Check(Size is >= 16 and <= 512, nameof(Size), Size, "16 to 512");
    }

    private static void Check(bool valid, string option, int value, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}; it must be {range}.");
    }
}

/// <summary>
/// A set of images to recognise where none is given: three shapes in four textures, twelve classes. Place, size, turn, the two colours, the scale
/// and contrast of the texture and the noise behind vary from image to image, so that no pixel tells anything by itself: a linear classifier does
/// little better than chance, while edges and textures, which a convolutional network learns, tell all.
/// </summary>
public static class TexturedShapes
{
    private const int Oversampling = 2;

    private static readonly string[] Shapes = ["disc", "triangle", "cross"];
    private static readonly string[] Textures = ["plain", "striped", "chequered", "dotted"];

    /// <summary>Ids of the classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> ClassIds { get; } = [.. from shape in Shapes from texture in Textures select $"{texture}-{shape}"];

    /// <summary>Makes the set, in parallel; the same options give the same bytes whatever the number of threads.</summary>
    /// <param name="options">How many, how large, which seed; the defaults if null.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancellation">Stops between images.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ClassifiedImages Generate(TexturedShapesOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new TexturedShapesOptions();
        options.Validate();
        var images = new RgbImage[options.Train + options.Validation];
        int done = 0;
        object report = new();
        Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            images[i] = Draw(LabelOf(i), options.Size, new SeededRandom(options.Seed, (ulong)i + 1));
            lock (report)
                progress?.Report((double)++done / images.Length);
        });
        string identity = $"textured shapes {options.Train} {options.Validation} {options.Size} {options.Seed}";
        string[] names = [.. ClassIds.Select(id => id.Replace('-', ' '))];
        return new ClassifiedImages(
            new Made(images[..options.Train], 0), new Made(images[options.Train..], options.Train), ClassIds, names, $"textured shapes, seed {options.Seed}", identity, () => []);
    }

    /// <summary>Draws one image of a class.</summary>
    internal static RgbImage Draw(int label, int size, SeededRandom random)
    {
        string shape = Shapes[label / Textures.Length], texture = Textures[label % Textures.Length];
        int fine = size * Oversampling;
        var canvas = new float[3 * size * size];
        double radius = fine * random.NextDouble(0.28, 0.42), margin = 0.9 * radius;
        double x0 = random.NextDouble(margin, fine - margin), y0 = random.NextDouble(margin, fine - margin);
        (double sine, double cosine) = Math.SinCos(random.NextDouble(0, 2 * Math.PI));
        (double tSine, double tCosine) = Math.SinCos(random.NextDouble(0, Math.PI));
        double period = Oversampling * random.NextDouble(4.5, 7), phaseX = random.NextDouble(0, period), phaseY = random.NextDouble(0, period);
        double contrast = Math.Pow(10, random.NextDouble(-0.5, 0)); // .3 to 1, evenly in its logarithm
        var light = Colour(random, 0.55, 1);
        var dark = Colour(random, 0, 0.45);
        var ground = Colour(random, 0.1, 0.9);
        double noise = random.NextDouble(0.02, 0.1);
        int shiftX = random.Next(Noise.Period), shiftY = random.Next(Noise.Period);
        for (int y = 0; y < fine; y++)
        {
            for (int x = 0; x < fine; x++)
            {
                double dx = (x - x0) / radius, dy = (y - y0) / radius;
                double u = cosine * dx + sine * dy, v = cosine * dy - sine * dx;
                bool inside = Inside(shape, u, v);
                double along = tCosine * x + tSine * y + phaseX, across = tCosine * y - tSine * x + phaseY;
                double mix = 0.5 + 0.5 * contrast * (Bright(texture, along / period, across / period) ? 1 : -1);
                double grain = noise * Noise.Tile[x + shiftX, y + shiftY];
                for (int channel = 0; channel < 3; channel++)
                {
                    double value = inside ? mix * light[channel] + (1 - mix) * dark[channel] : ground[channel] + grain;
                    canvas[3 * (y / Oversampling * size + x / Oversampling) + channel] += (float)(Math.Clamp(value, 0, 1) / (Oversampling * Oversampling));
                }
            }
        }

        return new RgbImage(size, size, Array.ConvertAll(canvas, value => (byte)(value * byte.MaxValue + 0.5f)));
    }

    private static int LabelOf(int image) => image % ClassIds.Count;

    private static double[] Colour(SeededRandom random, double from, double to) => [random.NextDouble(from, to), random.NextDouble(from, to), random.NextDouble(from, to)];

    /// <summary>Whether a point lies in a shape of about the area of the unit disc.</summary>
    private static bool Inside(string shape, double u, double v) => shape switch
    {
        "disc" => u * u + v * v <= 1,
        "triangle" => v <= 0.65 && v >= Math.Sqrt(3) * Math.Abs(u) - 1.3,
        _ => Math.Min(Math.Abs(u), Math.Abs(v)) <= 0.36 && Math.Max(Math.Abs(u), Math.Abs(v)) <= 1.15,
    };

    private static bool Bright(string texture, double along, double across) => texture switch
    {
        "plain" => true,
        "striped" => Fraction(along) < 0.5,
        "chequered" => Fraction(along) < 0.5 ^ Fraction(across) < 0.5,
        _ => Math.Pow(Fraction(along) - 0.5, 2) + Math.Pow(Fraction(across) - 0.5, 2) < 0.33 * 0.33,
    };

    private static double Fraction(double value) => value - Math.Floor(value);

    /// <summary>One tile of noise for all images, each of which looks at a place of its own.</summary>
    private static class Noise
    {
        internal const int Period = OctaveNoise.Period;

        internal static readonly OctaveNoise Tile = new(new SeededRandom(1));
    }

    private sealed class Made(RgbImage[] images, int first) : ILabeledImages
    {
        public int Count => images.Length;

        public int Label(int index) => LabelOf(first + index);

        public RgbImage? Read(int index) => images[index];
    }
}
