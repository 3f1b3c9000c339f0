using DivNorm.Lab.Data;
using DivNorm.Lab.Training;
using DivNorm.Models;
using TorchSharp;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Where networks are trained.</summary>
public enum ComputeDevice
{
    /// <summary>The processor, with the layer's own kernels.</summary>
    Cpu,

    /// <summary>The first CUDA device, with libtorch's operations; needs a build with <c>-p:Torch=cuda</c>.</summary>
    Cuda,
}

/// <summary>Everything that the recognition experiment can be told; the defaults are those of a run without data.</summary>
public sealed record RecognitionConfig
{
    /// <summary>Pairs: every arm is trained once a pair, from the same start on the same images. 1 to 100; two or more for an interval.</summary>
    public int Pairs { get; init; } = 2;

    /// <summary>The arms to train, in order: names of <see cref="RecognitionArms.Names"/>. The baseline must be among them.</summary>
    public IReadOnlyList<string> Arms { get; init; } = RecognitionArms.Default;

    /// <summary>The convolutions, counted from 1, that an arm's layer follows. The paper: the first.</summary>
    public IReadOnlyList<int> Positions { get; init; } = [1];

    /// <summary>Batch norm in the rest of the network: none (the paper's reading) or everywhere.</summary>
    public BatchNormPlacement BatchNorm { get; init; } = BatchNormPlacement.None;

    /// <summary>Whether the layers but the control see max(0, convolution) rather than the signed value.</summary>
    public bool Rectify { get; init; } = true;

    /// <summary>How the DivNormEI layers start.</summary>
    public BlockStart Start { get; init; } = BlockStart.SelfExcitation;

    /// <summary>
    /// Learning rate of the layers' own parameters (batch norms aside) as a multiple of the network's: greater than 0, up to 100. Null takes what
    /// the start goes with: 0.01 for cells that excite themselves by Y, else 1.
    /// </summary>
    public double? BlockLearningRate { get; init; }

    /// <summary>Side of the network's input, pixels: 16 to 1024.</summary>
    public int InputSize { get; init; } = 32;

    /// <summary>Maps of the first convolution, 1 to 512.</summary>
    public int Width { get; init; } = 16;

    /// <summary>Units of each hidden fully connected layer, 1 to 8192.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>Largest side of the maps that the fully connected layers see, 1 to 16.</summary>
    public int HeadSize { get; init; } = 7;

    /// <summary>Share of the hidden units that training silences, 0 up to 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether convolutions compute in bfloat16, with float32 weights: faster on processors that have it.</summary>
    public bool BFloat16 { get; init; }

    /// <summary>Whether maps are kept channels last in memory.</summary>
    public bool ChannelsLast { get; init; }

    /// <summary>Where the networks are trained: cpu or cuda.</summary>
    public ComputeDevice Device { get; init; } = ComputeDevice.Cpu;

    /// <summary>The classes: a list's name (<see cref="ClassLists.Names"/>) or file; null takes every class of the folder.</summary>
    public string? Classes { get; init; }

    /// <summary>Images are scaled down to a short side of at most this many pixels when they are read, 16 to 4096.</summary>
    public int StoredSize { get; init; } = 256;

    /// <summary>Least share of an image's area that a training crop keeps, in (0, 1].</summary>
    public double SmallestCrop { get; init; } = 0.7;

    /// <summary>Whether half of the training images are mirrored.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>The evaluation's centre crop as a share of the short side, in (0, 1].</summary>
    public double EvaluationCrop { get; init; } = 1;

    /// <summary>Epochs a run, 1 or more.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Images a step, 1 to 4096.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Learning rate, greater than 0, up to 1000.</summary>
    public double LearningRate { get; init; } = 0.03;

    /// <summary>Epochs over which the learning rate climbs to it, 0 or more.</summary>
    public double WarmupEpochs { get; init; }

    /// <summary>Epochs done, each after which the learning rate is multiplied by <see cref="DecayFactor"/>. The paper: 30.</summary>
    public IReadOnlyList<int> DecayEpochs { get; init; } = [9];

    /// <summary>What the learning rate is multiplied by, in (0, 1].</summary>
    public double DecayFactor { get; init; } = 0.1;

    /// <summary>Momentum, 0 up to 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay of the convolutions' and fully connected layers' weights, 0 to 1; nothing else decays.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Share of the target spread over all classes, 0 up to 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Training images made where no data is given.</summary>
    public int ProceduralTrainImages { get; init; } = 4200;

    /// <summary>Validation images made where no data is given.</summary>
    public int ProceduralValidationImages { get; init; } = 840;

    /// <summary>Whether a linear classifier of the pixels is trained for comparison.</summary>
    public bool LinearBaseline { get; init; } = true;

    /// <summary>Threads that read images ahead, 1 to 64.</summary>
    public int Readers { get; init; } = 2;

    /// <summary>Batches ready ahead at most, 1 to 64.</summary>
    public int BatchesAhead { get; init; } = 4;

    /// <summary>The seed of the first pair, 0 or more; the second takes the next, and so on.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The defaults with what a file says in their place, checked.</summary>
    /// <param name="path">A JSON object with any of the keys of config.json; comments and trailing commas are allowed.</param>
    /// <exception cref="UserInputException">The file is missing or no such object, or has an unknown key or a value of the wrong kind or out of its range.</exception>
    public static RecognitionConfig Read(string path)
    {
        var config = ConfigFile.Read(path, new RecognitionConfig(), ExperimentJson.Default.RecognitionConfig);
        config.Validate(path);
        return config;
    }

    /// <summary>How images become inputs.</summary>
    internal ImageTransform Transform() => new() { Size = InputSize, SmallestCrop = SmallestCrop, Flip = Flip, EvaluationCrop = EvaluationCrop };

    /// <summary>The network of one arm.</summary>
    internal Vgg9Options Network(string arm, int classes, long seed) => new()
    {
        Classes = classes,
        InputSize = InputSize,
        Width = Width,
        Hidden = Hidden,
        HeadSize = HeadSize,
        Dropout = Dropout,
        BatchNorm = BatchNorm,
        Positions = Positions,
        Rectify = Rectify && arm != RecognitionArms.Control,
        BFloat16 = BFloat16,
        ChannelsLast = ChannelsLast,
        Seed = Seeds.Derive(seed, "network"),
    };

    /// <summary>How to train.</summary>
    internal ClassificationOptions Training(long seed) => new()
    {
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        WarmupEpochs = WarmupEpochs,
        DecayEpochs = DecayEpochs,
        DecayFactor = DecayFactor,
        Momentum = Momentum,
        LabelSmoothing = LabelSmoothing,
        Seed = Seeds.Derive(seed, "training"),
        Readers = Readers,
        BatchesAhead = BatchesAhead,
    };

    /// <summary>Checks every value.</summary>
    /// <param name="source">What errors name as the place: a file, or the command line.</param>
    /// <exception cref="UserInputException">A value is outside its range; the message names key, value and range.</exception>
    public void Validate(string source)
    {
        Check("pairs", Pairs, Pairs is >= 1 and <= 100, "1 to 100");
        Check("arms", List(Arms), Arms is { Count: > 0 } && Arms.Distinct().Count() == Arms.Count && Arms.Contains(RecognitionArms.Baseline), "a list of distinct names with baseline among them");
        foreach (string arm in Arms)
            Check("arms", arm, RecognitionArms.Names.Contains(arm), $"of {string.Join(", ", RecognitionArms.Names)}");
        Check("positions", List(Positions), Positions is { Count: > 0 } && Positions.All(p => p is >= 1 and <= Vgg9Options.Convolutions) && Positions.Distinct().Count() == Positions.Count, $"distinct numbers from 1 to {Vgg9Options.Convolutions}, at least one");
        Check("batchNorm", BatchNorm, Enum.IsDefined(BatchNorm), "none or everywhere");
        Check("start", Start, Enum.IsDefined(Start), "selfExcitation, paper or frameworkDefault");
        Check("blockLearningRate", BlockLearningRate, BlockLearningRate is null or (> 0 and <= 100), "greater than 0, up to 100, or null");
        Check("inputSize", InputSize, InputSize is >= Vgg9Options.Reduction and <= 1024, $"{Vgg9Options.Reduction} to 1024");
        Check("width", Width, Width is >= 1 and <= 512, "1 to 512");
        Check("hidden", Hidden, Hidden is >= 1 and <= 8192, "1 to 8192");
        Check("headSize", HeadSize, HeadSize is >= 1 and <= 16, "1 to 16");
        Check("dropout", Dropout, Dropout is >= 0 and < 1, "0 up to 1");
        Check("device", Device, Enum.IsDefined(Device), "cpu or cuda");
        if (Device == ComputeDevice.Cuda && !torch.cuda_is_available())
            throw new UserInputException($"{source}: device is cuda, and libtorch sees no CUDA device; build with -p:Torch=cuda on a machine that has one, or take cpu.");
        Check("storedSize", StoredSize, StoredSize is >= 16 and <= 4096, "16 to 4096");
        Check("smallestCrop", SmallestCrop, SmallestCrop is > 0 and <= 1, "greater than 0, up to 1");
        Check("evaluationCrop", EvaluationCrop, EvaluationCrop is > 0 and <= 1, "greater than 0, up to 1");
        Check("epochs", Epochs, Epochs is >= 1 and <= 100_000, "1 to 100000");
        Check("batchSize", BatchSize, BatchSize is >= 1 and <= 4096, "1 to 4096");
        Check("learningRate", LearningRate, LearningRate is > 0 and <= 1000, "greater than 0, up to 1000");
        Check("warmupEpochs", WarmupEpochs, WarmupEpochs >= 0 && double.IsFinite(WarmupEpochs), "0 or more");
        Check("decayEpochs", List(DecayEpochs), DecayEpochs is not null && DecayEpochs.All(e => e >= 1), "a list of numbers of 1 or more, or empty");
        Check("decayFactor", DecayFactor, DecayFactor is > 0 and <= 1, "greater than 0, up to 1");
        Check("momentum", Momentum, Momentum is >= 0 and < 1, "0 up to 1");
        Check("weightDecay", WeightDecay, WeightDecay is >= 0 and <= 1, "0 to 1");
        Check("labelSmoothing", LabelSmoothing, LabelSmoothing is >= 0 and < 1, "0 up to 1");
        int least = TexturedShapes.ClassIds.Count;
        Check("proceduralTrainImages", ProceduralTrainImages, ProceduralTrainImages >= least && ProceduralTrainImages <= 1_000_000, $"{least} to 1000000");
        Check("proceduralValidationImages", ProceduralValidationImages, ProceduralValidationImages >= least && ProceduralValidationImages <= 1_000_000, $"{least} to 1000000");
        Check("readers", Readers, Readers is >= 1 and <= 64, "1 to 64");
        Check("batchesAhead", BatchesAhead, BatchesAhead is >= 1 and <= 64, "1 to 64");
        Check("seed", Seed, Seed is >= 0 and <= int.MaxValue, "0 to 2147483647");

        string List<T>(IReadOnlyList<T>? values) => values is null ? "null" : $"[{string.Join(", ", values)}]";

        void Check<T>(string key, T value, bool valid, string range)
        {
            if (!valid)
                throw new UserInputException($"{source}: {key} is {value}; it must be {range}.");
        }
    }
}
