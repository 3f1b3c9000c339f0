namespace DivNorm.Cli;

/// <summary>The program's standard output, which says in words why it cannot be written to: a full disk, or a descriptor that is closed.</summary>
internal sealed class StandardOutput : Stream
{
    private Stream? console;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes the place of the console's own; a reader that has gone, as in <c>| head</c>, is no error there and is none here.</summary>
    public static void Install() => Console.SetOut(new StreamWriter(new StandardOutput(), Console.OutputEncoding) { AutoFlush = true });

    /// <exception cref="UserInputException">It cannot be written to.</exception>
    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            console ??= Console.OpenStandardOutput();
            console.Write(buffer, offset, count);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"standard output cannot be written to: {error.GetBaseException().Message}", error);
        }
    }

    public override void Flush()
    {
        // the console holds nothing back
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
