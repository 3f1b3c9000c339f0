namespace DivNorm.Layers;

/// <summary>What can be chosen about a <see cref="SchwartzSimoncelli"/> layer and its fit.</summary>
public sealed record SchwartzSimoncelliOptions
{
    /// <summary>Side in pixels of the neighbourhood's window: odd, 1 to 63. It spans all channels.</summary>
    public int Window { get; init; } = 3;

    /// <summary>What a channel's weights over the window on each channel sum to before a fit: 0 or greater.</summary>
    public double InitialWeight { get; init; } = 0.5;

    /// <summary>What sigma starts at before a fit, in units of the input: greater than 0.</summary>
    public double InitialSigma { get; init; } = 1;

    /// <summary>The term added to sigma^2, in squared units of the input: 0 or greater. At 0 a blank input may give 0 / 0.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>The weight of the fit's penalty, half the sum of w^2, against the mean log-likelihood: 0 or greater.</summary>
    public double FitPenalty { get; init; } = 1e-3;

    /// <summary>How many positions, drawn at random from all that are offered, the fit sees at most: 1 or more.</summary>
    public int FitPositions { get; init; } = 10_000;

    /// <summary>The most iterations of a fit: 1 or more.</summary>
    public int FitIterations { get; init; } = 500;

    /// <summary>A fit has converged when no channel's loss falls by more than this in an iteration, in nats: greater than 0.</summary>
    public double FitTolerance { get; init; } = 1e-5;

    /// <summary>The seed of the positions that the fit draws.</summary>
    public long Seed { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names option, value and range.</exception>
    public void Validate()
    {
        const string record = nameof(SchwartzSimoncelliOptions);
        OptionCheck.Side(record, nameof(Window), Window);
        OptionCheck.NonNegative(record, nameof(InitialWeight), InitialWeight);
        OptionCheck.Positive(record, nameof(InitialSigma), InitialSigma);
        OptionCheck.NonNegative(record, nameof(Epsilon), Epsilon);
        OptionCheck.NonNegative(record, nameof(FitPenalty), FitPenalty);
        OptionCheck.Require(record, nameof(FitPositions), FitPositions, FitPositions >= 1, "1 or more");
        OptionCheck.Require(record, nameof(FitIterations), FitIterations, FitIterations >= 1, "1 or more");
        OptionCheck.Positive(record, nameof(FitTolerance), FitTolerance);
    }
}
