namespace DivNorm;

/// <summary>
/// Something a user handed in (a file, a folder, a configuration) cannot be used. The message is one line that says what,
/// where, and what to do; programs show it as it is, without a stack trace.
/// </summary>
public sealed class UserInputException : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public UserInputException()
    {
    }

    /// <summary>An error with its one-line message.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public UserInputException(string message)
        : base(OneLine(message))
    {
    }

    /// <summary>An error with its one-line message and the failure behind it.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The failure that led to it.</param>
    public UserInputException(string message, Exception innerException)
        : base(OneLine(message), innerException)
    {
    }

    // Names and values of a file stand in messages, and a file may hold anything.
    private static string OneLine(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return MessageText.OneLine(message);
    }
}
