using Spectre.Console;
using Spectre.Console.Rendering;

namespace DivNorm.Lab.Reporting.Progress;

/// <summary>Progress as a bar that moves, with rate and time left, on a terminal; each stage leaves one line behind.</summary>
public sealed class TerminalProgress : IRunProgress
{
    private readonly Lock _lock = new();
    private readonly Lock _meterLock = new();
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _clock;
    private RateMeter? _stage;
    private TaskCompletionSource? _end;
    private Task? _display;

    /// <summary>Shows progress on a console.</summary>
    /// <param name="console">The console; interactive and able to redraw.</param>
    /// <param name="clock">Tells the time.</param>
    public TerminalProgress(IAnsiConsole console, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(console);
        ArgumentNullException.ThrowIfNull(clock);
        _console = console;
        _clock = clock;
        Console.CancelKeyPress += ShowCursor;
    }

    /// <inheritdoc/>
    public void Stage(string name, long total, string unit)
    {
        lock (_lock)
        {
            End(closing: true, null);
            var stage = new RateMeter(name, total, unit, _clock);
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _stage = stage;
            _end = end;
            _display = Task.Run(() => Show(stage, end.Task));
        }
    }

    /// <inheritdoc/>
    public void Report(long done, string? note = null)
    {
        lock (_lock)
            if (_stage is { } stage)
                lock (_meterLock)
                    stage.Report(done, note);
    }

    /// <inheritdoc/>
    public void Done(string? summary = null)
    {
        lock (_lock)
            End(closing: true, summary);
    }

    /// <inheritdoc/>
    public void Message(string text)
    {
        lock (_lock)
            _console.WriteLine(text);
    }

    /// <summary>Takes the bar away and gives the cursor back; a stage under way has no closing line, as it was not done.</summary>
    public void Dispose()
    {
        lock (_lock)
            End(closing: false, null);
        Console.CancelKeyPress -= ShowCursor;
    }

    private void End(bool closing, string? summary)
    {
        if (_stage is not { } stage)
            return;
        _end!.SetResult();
        try
        {
            _display!.GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The terminal has gone away, or another live display has it. The work is not to be lost over that.
        }

        if (closing)
            _console.WriteLine(stage.Closing(summary));
        _stage = null;
    }

    private Task Show(RateMeter stage, Task end) => _console.Progress()
        .AutoClear(true)
        .HideCompleted(false)
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn { Width = 30 },
            new FiguresColumn(this, stage))
        .StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(stage.Name), maxValue: 1);
            task.IsIndeterminate = stage.Total <= 0;
            while (!end.IsCompleted)
            {
                lock (_meterLock)
                    task.Value = Math.Min(stage.Fraction, 0.9999);
                await Task.WhenAny(end, Task.Delay(100)).ConfigureAwait(false);
            }
        });

    // The bar hides the cursor; a run that Ctrl-C ends at once must not leave the terminal without one.
    private void ShowCursor(object? sender, ConsoleCancelEventArgs e) => _console.Cursor.Show(true);

    /// <summary>Percentage, counts, rate, time left and the note, in one column.</summary>
    private sealed class FiguresColumn(TerminalProgress owner, RateMeter stage) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            lock (owner._meterLock)
                return new Text(stage.StatusText("  "));
        }
    }
}
