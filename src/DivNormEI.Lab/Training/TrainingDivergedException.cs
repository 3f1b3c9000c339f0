namespace DivNorm.Lab.Training;

/// <summary>The loss of a training run is no longer a number. The message is one line that names step, loss and learning rate.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public TrainingDivergedException()
    {
    }

    /// <summary>An error with its one-line message.</summary>
    /// <param name="message">What happened, at which step, and what to do.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its one-line message and the failure behind it.</summary>
    /// <param name="message">What happened, at which step, and what to do.</param>
    /// <param name="innerException">The failure that led to it.</param>
    public TrainingDivergedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
