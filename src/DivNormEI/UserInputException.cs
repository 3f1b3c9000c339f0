namespace DivNorm;

/// <summary>
/// Something the user gave is not usable: a file, a folder, a configuration. The message is one line that says what is wrong,
/// where, and what to do; a command prints it without a stack trace.
/// </summary>
public sealed class UserInputException : Exception
{
    /// <summary>An exception without a message of its own.</summary>
    public UserInputException()
    {
    }

    /// <summary>An exception with its one line.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public UserInputException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its one line and what caused it.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public UserInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
