namespace DivNorm.Models;

/// <summary>Where a <see cref="Vgg9"/> has batch normalisation beside what its normalisation layers bring.</summary>
public enum BatchNormPlacement
{
    /// <summary>Nowhere: the paper names none for its networks.</summary>
    None,

    /// <summary>Between every convolution and its ReLU, except where a normalisation layer stands.</summary>
    Everywhere,
}

/// <summary>The architecture of a <see cref="Vgg9"/>. The defaults are those of ImageNet-100 at 224 pixels.</summary>
public sealed record Vgg9Options
{
    /// <summary>Convolutions, and so the places that a normalisation layer can take.</summary>
    public const int Convolutions = 6;

    /// <summary>How many times smaller a side of the last maps is than a side of the image: four max poolings.</summary>
    public const int Reduction = 16;

    /// <summary>Classes to tell apart, 2 or more.</summary>
    public int Classes { get; init; } = 100;

    /// <summary>Side of the square colour images, pixels: 16 to 1024.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Maps of the first convolution, 1 to 512; the six have 1, 2, 4, 4, 8 and 8 times as many.</summary>
    public int Width { get; init; } = 64;

    /// <summary>Units of each of the two hidden fully connected layers, 1 to 8192.</summary>
    public int Hidden { get; init; } = 1024;

    /// <summary>Largest side of the maps that the fully connected layers see, 1 to 16; larger maps are averaged down to it.</summary>
    public int HeadSize { get; init; } = 7;

    /// <summary>Share of the hidden fully connected units that training silences, 0 up to 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Batch normalisation of the rest of the network.</summary>
    public BatchNormPlacement BatchNorm { get; init; } = BatchNormPlacement.None;

    /// <summary>The convolutions, counted from 1, that a normalisation layer follows. The paper: the first.</summary>
    public IReadOnlyList<int> Positions { get; init; } = [1];

    /// <summary>Whether a normalisation layer sees max(0, convolution), as a rate that cannot be negative, rather than the signed value.</summary>
    public bool Rectify { get; init; } = true;

    /// <summary>Whether convolutions and fully connected layers compute in bfloat16 (weights, normalisation and loss stay float32).</summary>
    public bool BFloat16 { get; init; }

    /// <summary>Whether maps are kept channels last in memory, which libtorch's convolutions prefer on some machines.</summary>
    public bool ChannelsLast { get; init; }

    /// <summary>Seed of the start; every layer's weights depend on it and on the layer alone, whatever else the network has.</summary>
    public long Seed { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        Check(nameof(Classes), Classes, Classes >= 2, "2 or more");
        Check(nameof(InputSize), InputSize, InputSize is >= Reduction and <= 1024, $"{Reduction} to 1024");
        Check(nameof(Width), Width, Width is >= 1 and <= 512, "1 to 512");
        Check(nameof(Hidden), Hidden, Hidden is >= 1 and <= 8192, "1 to 8192");
        Check(nameof(HeadSize), HeadSize, HeadSize is >= 1 and <= 16, "1 to 16");
        Check(nameof(Dropout), Dropout, Dropout is >= 0 and < 1, "0 up to 1");
        Check(nameof(BatchNorm), BatchNorm, Enum.IsDefined(BatchNorm), "None or Everywhere");
        ArgumentNullException.ThrowIfNull(Positions);
        bool places = Positions.All(p => p is >= 1 and <= Convolutions) && Positions.Distinct().Count() == Positions.Count;
        Check(nameof(Positions), $"[{string.Join(", ", Positions)}]", places, $"distinct numbers from 1 to {Convolutions}");
    }

    private static void Check<T>(string name, T value, bool valid, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"Vgg9Options.{name} is {value}; it must be {range}.");
    }
}
