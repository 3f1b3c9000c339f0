namespace DivNorm.Lab.Reporting.Progress;

/// <summary>
/// Measures a stage: how much is done, how fast over the last while, how long it will take. Not thread-safe: the owner locks.
/// </summary>
internal sealed class RateMeter(string name, long total, string unit, TimeProvider clock)
{
    /// <summary>Older speed says little about the time left: the machine warms up, other work comes and goes.</summary>
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(0.5);

    private readonly long _started = clock.GetTimestamp();
    private readonly Queue<(TimeSpan At, long Done)> _past = new();
    private (TimeSpan At, long Done)? _first;
    private TimeSpan _lastKept;

    public string Name => name;

    public long Total => total;

    public long Done { get; private set; }

    public string Note { get; private set; } = "";

    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    public double Fraction => total > 0 ? Math.Clamp((double)Done / total, 0, 1) : 0;

    /// <summary>Units a second over the last while; 0 until it can be told.</summary>
    public double Rate { get; private set; }

    /// <summary>Units a second from the first report on; 0 until it can be told.</summary>
    public double MeanRate => _first is { } first && Elapsed > first.At ? Math.Max(0, (Done - first.Done) / (Elapsed - first.At).TotalSeconds) : 0;

    /// <summary>Time left at the present rate; null where it cannot be told.</summary>
    public TimeSpan? Left => total > 0 && Rate > 0 && (total - Done) / Rate < 1e7 ? TimeSpan.FromSeconds(Math.Max(0, total - Done) / Rate) : null;

    public void Report(long done, string? note)
    {
        var now = Elapsed;
        Done = done;
        Note = note ?? Note;
        // A resumed stage starts far from zero; what was done before this run is no speed.
        _first ??= (now, done);
        if (_past.Count == 0 || now - _lastKept >= s_step)
        {
            _past.Enqueue((now, done));
            _lastKept = now;
        }

        while (_past.Count > 2 && now - _past.Peek().At > s_window)
            _past.Dequeue();
        var (at, before) = _past.Peek();
        if (now > at)
            Rate = Math.Max(0, (done - before) / (now - at).TotalSeconds);
    }

    /// <summary>What is known, in reading order: percentage, counts, rate, time left, note.</summary>
    public string StatusText(string separator)
    {
        string?[] parts =
        [
            total > 0 ? $"{Math.Floor(Fraction * 100):0} %" : null,
            total > 0 ? $"{Done:#,0}/{total:#,0} {unit}" : $"{Done:#,0} {unit}",
            RateText(Rate),
            Left is { } left ? $"{TimeText(left)} left" : null,
            Note,
        ];
        return string.Join(separator, parts.Where(p => !string.IsNullOrEmpty(p)));
    }

    /// <summary>A length of time: 0:07, 12:30, 3:05:00.</summary>
    public static string TimeText(TimeSpan time)
    {
        long seconds = (long)Math.Round(time.TotalSeconds);
        return seconds < 3600 ? $"{seconds / 60}:{seconds % 60:00}" : $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}";
    }

    /// <summary>The closing line of a stage.</summary>
    public string Closing(string? summary)
    {
        string text = $"{name}: {Done:#,0} {unit} in {TimeText(Elapsed)}";
        if (RateText(MeanRate) is { Length: > 0 } rate)
            text += $" ({rate})";
        return string.IsNullOrEmpty(summary) ? text : $"{text}, {summary}";
    }

    // 312 crops/s, 0.4 epochs/s
    private string RateText(double rate) => rate > 0 ? $"{NumberText.Brief(rate)} {unit}/s" : "";
}
