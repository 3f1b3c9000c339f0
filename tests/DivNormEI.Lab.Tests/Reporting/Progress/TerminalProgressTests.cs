using System.Text;
using DivNorm.Lab.Reporting.Progress;
using Spectre.Console;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting.Progress;

public sealed class TerminalProgressTests
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private readonly ManualClock _clock = new();

    // the display's thread may still draw once after its end: the writer over this text is never closed
    private readonly StringBuilder _output = new();

    private TerminalProgress Create()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(TextWriter.Synchronized(new StringWriter(_output))),
        });
        console.Profile.Width = 160;
        return new TerminalProgress(console, _clock);
    }

    [Fact]
    public void Stages_ShowFiguresAndLeaveALineEach()
    {
        using (var progress = Create())
        {
            foreach (string name in (string[])["train [a]", "measure"])
            {
                progress.Stage(name, 200, "crops");
                progress.Report(0);
                _clock.Advance(10);
                progress.Report(100, "loss 3.2");
                // The display draws at its own pace, in real time.
                SpinWait.SpinUntil(() => _output.ToString().Contains("loss 3.2", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
                progress.Message("skipped Thumbs.db");
                progress.Done("good");
            }
        }

        string text = _output.ToString();
        Assert.Contains("50 %  100/200 crops  10 crops/s  0:10 left  loss 3.2", text, StringComparison.Ordinal);
        Assert.Contains("skipped Thumbs.db", text, StringComparison.Ordinal);
        Assert.Contains("train [a]: 100 crops in 0:10 (10 crops/s), good", text, StringComparison.Ordinal);
        Assert.Contains("measure: 100 crops in 0:10 (10 crops/s), good", text, StringComparison.Ordinal);
        Assert.True(text.LastIndexOf(ShowCursor, StringComparison.Ordinal) > text.LastIndexOf(HideCursor, StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_PassThrough_AndTheCursorComesBack()
    {
        Assert.Throws<InvalidDataException>(new Action(() =>
        {
            using var progress = Create();
            progress.Stage("train", 10, "crops");
            SpinWait.SpinUntil(() => _output.ToString().Contains(HideCursor, StringComparison.Ordinal), TimeSpan.FromSeconds(20));
            throw new InvalidDataException();
        }));
        string text = _output.ToString();
        Assert.Contains(HideCursor, text, StringComparison.Ordinal);
        Assert.True(text.LastIndexOf(ShowCursor, StringComparison.Ordinal) > text.LastIndexOf(HideCursor, StringComparison.Ordinal));
        Assert.DoesNotContain("crops in", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyThreads_MayReportAtOnce()
    {
        using var progress = Create();
        progress.Stage("train", 4000, "crops");
        Parallel.For(0, 4000, i =>
        {
            progress.Report(i, $"note {i}");
            if (i % 1000 == 0)
                progress.Message($"message {i}");
        });
        progress.Report(4000);
        progress.Done();
        Assert.Contains("train: 4,000 crops", _output.ToString(), StringComparison.Ordinal);
        foreach (int i in (int[])[0, 1000, 2000, 3000])
            Assert.Contains($"message {i}", _output.ToString(), StringComparison.Ordinal);
    }
}
