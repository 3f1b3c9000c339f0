using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Data;

/// <summary>Draws random square crops: an image uniformly, then a position uniformly. The state of the draw can be saved and set back.</summary>
public sealed class CropSampler
{
    private readonly IReadOnlyList<GreyImage> images;
    private readonly SeededRandom random;
    private readonly bool flip;

    /// <summary>A sampler over images.</summary>
    /// <param name="images">At least one, each side at least <paramref name="size"/>.</param>
    /// <param name="size">Side of the crops, pixels.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="flip">Whether half of the crops, at random, are mirrored left to right.</param>
    /// <exception cref="ArgumentException">There is no image, or one is smaller than a crop.</exception>
    public CropSampler(IReadOnlyList<GreyImage> images, int size, ulong seed, bool flip = false)
    {
        Check(images, size);
        (this.images, Size, random, this.flip) = (images, size, new SeededRandom(seed), flip);
    }

    /// <summary>Side of the crops, pixels.</summary>
    public int Size { get; }

    /// <summary>State of the draw (<see cref="SeededRandom.State"/>): set back, the same crops come again.</summary>
    public ulong[] State
    {
        get => random.State;
        set => random.State = value;
    }

    /// <summary>Fills a batch with crops.</summary>
    /// <param name="batch">Room for a whole number of crops of Size x Size values, one after the other.</param>
    /// <exception cref="ArgumentException">The length is no multiple of Size x Size.</exception>
    public void Fill(Span<float> batch)
    {
        int area = Size * Size;
        if (batch.Length % area != 0)
            throw new ArgumentException($"A batch of {batch.Length} values is no whole number of {Size}x{Size} crops.", nameof(batch));
        for (int first = 0; first < batch.Length; first += area)
            CopyRandom(images[random.Next(images.Count)], Size, random, flip, batch.Slice(first, area));
    }

    /// <summary>The next crops as a tensor.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>float32 [count, 1, Size, Size] on the CPU.</returns>
    public Tensor Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        float[] batch = new float[count * Size * Size];
        Fill(batch);
        return tensor(batch, [count, 1, Size, Size]);
    }

    /// <summary>
    /// A fixed set of crops to validate on: image after image in turn, round and round, so that each counts alike; positions from the seed.
    /// </summary>
    /// <param name="images">At least one, each side at least <paramref name="size"/>.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="size">Side of the crops, pixels.</param>
    /// <param name="seed">Seed of the positions.</param>
    /// <returns>float32 [count, 1, size, size] on the CPU.</returns>
    /// <exception cref="ArgumentException">There is no image, or one is smaller than a crop.</exception>
    public static Tensor ValidationCrops(IReadOnlyList<GreyImage> images, int count, int size, ulong seed)
    {
        Check(images, size);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        SeededRandom random = new(seed);
        int area = size * size;
        float[] batch = new float[count * area];
        for (int i = 0; i < count; i++)
            CopyRandom(images[i % images.Count], size, random, flip: false, batch.AsSpan(i * area, area));
        return tensor(batch, [count, 1, size, size]);
    }

    private static void CopyRandom(GreyImage image, int size, SeededRandom random, bool flip, Span<float> crop)
    {
        int top = random.Next(image.Height - size + 1), left = random.Next(image.Width - size + 1);
        bool mirrored = flip && random.Next(2) == 1;
        for (int row = 0; row < size; row++)
        {
            Span<float> line = crop.Slice(row * size, size);
            image.Pixels.AsSpan((top + row) * image.Width + left, size).CopyTo(line);
            if (mirrored)
                line.Reverse();
        }
    }

    private static void Check(IReadOnlyList<GreyImage> images, int size)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (images.Count == 0)
            throw new ArgumentException("Crops need at least one image.", nameof(images));
        if (images.FirstOrDefault(image => Math.Min(image.Width, image.Height) < size) is { } small)
            throw new ArgumentException($"Image {small.Name} is {small.Width}x{small.Height}, smaller than the crop of {size}x{size}.", nameof(images));
    }
}
