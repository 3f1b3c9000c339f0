namespace DivNorm.Lab.Training;

/// <summary>How <see cref="ClassificationTrainer"/> trains.</summary>
public sealed record ClassificationOptions
{
    /// <summary>Images a step, 1 or more.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Learning rate before any decay, greater than 0.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Epochs over which the learning rate climbs from near 0, step by step; 0 or more.</summary>
    public double WarmupEpochs { get; init; }

    /// <summary>Epochs done, each after which the learning rate is multiplied by <see cref="DecayFactor"/>.</summary>
    public IReadOnlyList<int> DecayEpochs { get; init; } = [30];

    /// <summary>What the learning rate is multiplied by, in (0, 1].</summary>
    public double DecayFactor { get; init; } = 0.1;

    /// <summary>Momentum, 0 up to 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Share of the target that is spread over all classes, 0 up to 1 (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>The seed of order, crops and dropout. Whatever else differs, runs of one seed see the same images cut in the same way.</summary>
    public long Seed { get; init; }

    /// <summary>Threads that read images ahead, 1 or more.</summary>
    public int Readers { get; init; } = 2;

    /// <summary>Batches ready ahead at most, 1 or more.</summary>
    public int BatchesAhead { get; init; } = 4;

    /// <summary>The learning rate of a step.</summary>
    /// <param name="epoch">Epochs done, and the share of the one under way.</param>
    public double LearningRateAt(double epoch)
    {
        double warmup = WarmupEpochs > 0 ? Math.Min(1, epoch / WarmupEpochs) : 1;
        return LearningRate * warmup * Math.Pow(DecayFactor, DecayEpochs.Count(at => epoch >= at));
    }
}

/// <summary>One epoch of a classification run.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="TrainLoss">Mean loss over the training images, each as it was trained on.</param>
/// <param name="TrainTop1">Share of them recognised, augmented and in training mode.</param>
/// <param name="ValidationLoss">Mean cross-entropy over the validation images afterwards, without label smoothing.</param>
/// <param name="ValidationTop1">Share of the validation images whose class has the highest score.</param>
/// <param name="ValidationTop5">Share of them whose class is among the five highest scores.</param>
/// <param name="Seconds">Seconds spent in training, validation left out.</param>
/// <param name="ImagesPerSecond">Training images over seconds.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
public sealed record EpochRecord(
    int Epoch, double TrainLoss, double TrainTop1, double ValidationLoss, double ValidationTop1, double ValidationTop5, double Seconds, double ImagesPerSecond, double LearningRate);
