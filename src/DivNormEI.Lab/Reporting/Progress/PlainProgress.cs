namespace DivNorm.Lab.Reporting.Progress;

/// <summary>Progress as plain lines, at most one every few seconds: for pipes, files and logs.</summary>
public sealed class PlainProgress : IRunProgress
{
    private readonly Lock _lock = new();
    private readonly TextWriter _output;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private RateMeter? _stage;
    private TimeSpan _lastLine;

    /// <summary>Writes progress to a text output.</summary>
    /// <param name="output">Where the lines go; not closed.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="interval">Least time between two lines of a stage; 5 seconds when null.</param>
    public PlainProgress(TextWriter output, TimeProvider clock, TimeSpan? interval = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(clock);
        _output = output;
        _clock = clock;
        _interval = interval ?? TimeSpan.FromSeconds(5);
    }

    /// <inheritdoc/>
    public void Stage(string name, long total, string unit)
    {
        lock (_lock)
        {
            End(null);
            _stage = new RateMeter(name, total, unit, _clock);
            _lastLine = TimeSpan.Zero;
            Write(total > 0 ? $"{name}: {total:#,0} {unit}" : name);
        }
    }

    /// <inheritdoc/>
    public void Report(long done, string? note = null)
    {
        lock (_lock)
        {
            if (_stage is not { } stage)
                return;
            stage.Report(done, note);
            if (stage.Elapsed - _lastLine < _interval)
                return;
            _lastLine = stage.Elapsed;
            Write($"{stage.Name}: {stage.StatusText(", ")}");
        }
    }

    /// <inheritdoc/>
    public void Done(string? summary = null)
    {
        lock (_lock)
            End(summary);
    }

    /// <inheritdoc/>
    public void Message(string text)
    {
        lock (_lock)
            Write(text);
    }

    /// <summary>Ends the display; a stage under way has no closing line, as it was not done.</summary>
    public void Dispose()
    {
        lock (_lock)
            _stage = null;
    }

    private void End(string? summary)
    {
        if (_stage is { } stage)
            Write(stage.Closing(summary));
        _stage = null;
    }

    private void Write(string line)
    {
        _output.WriteLine(line);
        // A log is watched while it grows.
        _output.Flush();
    }
}
