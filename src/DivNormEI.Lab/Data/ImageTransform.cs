namespace DivNorm.Lab.Data;

/// <summary>How an image becomes a network's input.</summary>
public sealed record ImageTransform
{
    /// <summary>Side of the input, pixels, 1 or more.</summary>
    public int Size { get; init; } = 224;

    /// <summary>Mean of red, green and blue (0 to 1) that is taken off. Default: ImageNet's.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>What red, green and blue are divided by then. Default: ImageNet's standard deviations.</summary>
    public IReadOnlyList<double> Deviation { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>Least share of the area that a training crop keeps, in (0, 1]; 1 shows whole images.</summary>
    public double SmallestCrop { get; init; } = 0.08;

    /// <summary>Whether half of the training images, at random, are mirrored left to right.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>The centre crop of evaluation: its side as a share of the short side, in (0, 1]. 224 of 256 is the usual one.</summary>
    public double EvaluationCrop { get; init; } = 0.875;

    /// <summary>Numbers in an input: 3 x Size x Size.</summary>
    internal int Values => 3 * Size * Size;

    /// <summary>A random-resized crop, perhaps mirrored, normalised.</summary>
    internal void Augment(RgbImage image, SeededRandom random, ImageScaler scaler, Span<float> planes)
    {
        var box = CropBox.Random(image.Width, image.Height, SmallestCrop, random);
        scaler.Scale(image, box, Size, Size, planes);
        if (Flip && random.Next(2) == 1)
        {
            for (int row = 0; row < 3 * Size; row++)
                planes.Slice(row * Size, Size).Reverse();
        }

        Normalize(planes);
    }

    /// <summary>The centre crop, normalised.</summary>
    internal void Centre(RgbImage image, ImageScaler scaler, Span<float> planes)
    {
        scaler.Scale(image, CropBox.Centre(image.Width, image.Height, EvaluationCrop), Size, Size, planes);
        Normalize(planes);
    }

    private void Normalize(Span<float> planes)
    {
        int area = Size * Size;
        for (int channel = 0; channel < 3; channel++)
        {
            float gain = (float)(1 / (byte.MaxValue * Deviation[channel])), shift = (float)(-Mean[channel] / Deviation[channel]);
            foreach (ref float value in planes.Slice(channel * area, area))
                value = gain * value + shift;
        }
    }
}
