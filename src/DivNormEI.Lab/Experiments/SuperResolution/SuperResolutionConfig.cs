using System.Text.Json.Serialization;
using DivNorm.Models;

namespace DivNorm.Lab.Experiments.SuperResolution;

/// <summary>How the learning rate goes over a training run.</summary>
public enum LearningRateSchedule
{
    /// <summary>The same at every step.</summary>
    Constant,

    /// <summary>Half a cosine from the given rate at the first step to a hundredth of it at the last.</summary>
    Cosine,
}

/// <summary>What every experiment can be told that trains the super-resolution network and records from its cells.</summary>
public abstract record SuperResolutionConfig
{
    /// <summary>Training crops a network sees in all, 0 or more; rounded up to whole batches.</summary>
    public int Crops { get; init; } = 6400;

    /// <summary>Crops a step, 2 or more.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Side of a crop in pixels, a multiple of 4, 24 or more. The low-resolution image is a quarter of it.</summary>
    public int CropSize { get; init; } = 48;

    /// <summary>Learning rate of Adam, greater than 0, up to 1e30 (what a float32 step can hold with room to spare). The authors' 0.1 makes the loss explode.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>How the learning rate goes over the run.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>How the low-resolution image reaches the Gabor filters.</summary>
    public InputReading Input { get; init; } = InputReading.Upscaled;

    /// <summary>Fixed crops of the validation images that PSNR and SSIM are measured on, 1 or more.</summary>
    public int ValidationCrops { get; init; } = 500;

    /// <summary>Stride of the Gabor filters while gratings are shown, 1 to 8: 1 records maps at full resolution, 4 those of the training.</summary>
    public int RecordingStride { get; init; } = 1;

    /// <summary>Phases of every grating, 1 to 64; the centre unit is read at its strongest.</summary>
    public int Phases { get; init; } = 8;

    /// <summary>Training images made where no data is given, 1 or more.</summary>
    public int ProceduralTrainImages { get; init; } = 120;

    /// <summary>Validation images made where no data is given, 1 or more.</summary>
    public int ProceduralValidationImages { get; init; } = 40;

    /// <summary>Side in pixels of the images made where no data is given, at least the crop's.</summary>
    public int ProceduralImageSize { get; init; } = 192;

    /// <summary>Steps between checkpoints, 1 or more.</summary>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>The seed that every random choice of the run derives from, 0 or more.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Training steps a network takes.</summary>
    [JsonIgnore]
    public int Steps => (int)(((long)Crops + BatchSize - 1) / BatchSize);

    /// <summary>The learning rate of one step.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public double LearningRateAt(int step)
    {
        if (Schedule == LearningRateSchedule.Constant || Steps <= 1)
            return LearningRate;
        const double last = 0.01;
        double cosine = 0.5 * (1 + Math.Cos(Math.PI * step / (Steps - 1)));
        return LearningRate * (last + (1 - last) * cosine);
    }

    /// <summary>Checks every value.</summary>
    /// <param name="source">What errors name as the place: a file, or the command line.</param>
    /// <exception cref="UserInputException">A value is outside its range; the message names key, value and range.</exception>
    public virtual void Validate(string source)
    {
        Check(source, "crops", Crops, Crops >= 0, "0 or more");
        Check(source, "batchSize", BatchSize, BatchSize is >= 2 and <= 4096, "2 to 4096");
        Check(source, "cropSize", CropSize, CropSize is >= 24 and <= 512 && CropSize % SuperResolutionNet.Scale == 0, "a multiple of 4 from 24 to 512");
        Check(source, "learningRate", LearningRate, LearningRate is > 0 and <= 1e30, "greater than 0, up to 1e30");
        Check(source, "schedule", Schedule, Enum.IsDefined(Schedule), "constant or cosine");
        Check(source, "input", Input, Enum.IsDefined(Input), "upscaled or lowResolution");
        Check(source, "validationCrops", ValidationCrops, ValidationCrops is >= 1 and <= 100_000, "1 to 100000");
        Check(source, "recordingStride", RecordingStride, RecordingStride is >= 1 and <= 8, "1 to 8");
        Check(source, "phases", Phases, Phases is >= 1 and <= 64, "1 to 64");
        Check(source, "proceduralTrainImages", ProceduralTrainImages, ProceduralTrainImages is >= 1 and <= 10_000, "1 to 10000");
        Check(source, "proceduralValidationImages", ProceduralValidationImages, ProceduralValidationImages is >= 1 and <= 10_000, "1 to 10000");
        Check(source, "proceduralImageSize", ProceduralImageSize, ProceduralImageSize >= CropSize && ProceduralImageSize <= 2048, $"{CropSize} (the crop's size) to 2048");
        Check(source, "checkpointEvery", CheckpointEvery, CheckpointEvery >= 1, "1 or more");
        Check(source, "seed", Seed, Seed >= 0, "0 or more");
    }

    /// <summary>Refuses a value outside its range.</summary>
    /// <param name="source">The place.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="valid">Whether it is inside.</param>
    /// <param name="range">The range, in words.</param>
    /// <typeparam name="T">Type of the value.</typeparam>
    /// <exception cref="UserInputException">It is not.</exception>
    private protected static void Check<T>(string source, string key, T value, bool valid, string range)
    {
        if (!valid)
            throw new UserInputException($"{source}: {key} is {value}; it must be {range}.");
    }

    /// <summary>Refuses an empty list, an unknown name and a name that stands twice.</summary>
    private protected static void CheckNames(string source, string key, IReadOnlyList<string>? names, IReadOnlyList<string> known)
    {
        if (names is not { Count: > 0 })
            throw new UserInputException($"{source}: {key} is empty; name at least one of {string.Join(", ", known)}.");
        foreach (string name in names)
            Check(source, key, name, known.Contains(name), string.Join(" or ", known));
        Check(source, key, string.Join(", ", names), names.Distinct().Count() == names.Count, "each named once");
    }
}
