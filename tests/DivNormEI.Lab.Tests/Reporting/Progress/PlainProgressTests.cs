using DivNorm.Lab.Reporting.Progress;
using Xunit;

namespace DivNorm.Lab.Tests.Reporting.Progress;

public sealed class PlainProgressTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    private string[] Lines => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void Lines_ComeAtMostEveryFiveSeconds_WithRateAndTimeLeft()
    {
        using var progress = new PlainProgress(_output, _clock);
        progress.Stage("training", 1000, "crops");
        for (int i = 0; i <= 120; i++)
        {
            progress.Report(i * 5, "loss 12.3");
            _clock.Advance(0.1);
        }

        progress.Done("PSNR 25.4 dB");
        Assert.Equal(
            [
                "training: 1,000 crops",
                "training: 25 %, 250/1,000 crops, 50 crops/s, 0:15 left, loss 12.3",
                "training: 50 %, 500/1,000 crops, 50 crops/s, 0:10 left, loss 12.3",
                "training: 600 crops in 0:12 (49.6 crops/s), PSNR 25.4 dB",
            ],
            Lines);
    }

    [Fact]
    public void Resumed_CountsSpeedFromWhereItStarted()
    {
        using var progress = new PlainProgress(_output, _clock);
        progress.Stage("training", 10_000, "crops");
        progress.Report(9_000);
        _clock.Advance(10);
        progress.Report(9_100);
        Assert.Contains("91 %, 9,100/10,000 crops, 10 crops/s, 1:30 left", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void RecentSpeed_TellsTheTimeLeft()
    {
        using var progress = new PlainProgress(_output, _clock);
        progress.Stage("training", 100_000, "crops");
        long done = 0;
        for (int second = 0; second < 200; second++)
        {
            progress.Report(done);
            done += second < 100 ? 1 : 100;
            _clock.Advance(1);
        }

        progress.Report(done);
        Assert.Contains("100 crops/s", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownTotal_HasNoPercentageAndNoEnd()
    {
        using var progress = new PlainProgress(_output, _clock);
        progress.Stage("reading", 0, "files");
        progress.Report(0);
        _clock.Advance(6);
        progress.Report(12);
        Assert.Equal(["reading", "reading: 12 files, 2 files/s"], Lines);
    }

    [Fact]
    public void NextStage_EndsTheLast_AndErrorsLeaveNoClosingLine()
    {
        Assert.Throws<InvalidDataException>(new Action(() =>
        {
            using var progress = new PlainProgress(_output, _clock);
            progress.Report(5);
            progress.Stage("first", 1, "steps");
            progress.Stage("second", 1, "steps");
            progress.Message("note");
            throw new InvalidDataException();
        }));
        Assert.Equal(["first: 1 steps", "first: 0 steps in 0:00", "second: 1 steps", "note"], Lines);
    }

    [Theory]
    [InlineData(0.4, "0:00")]
    [InlineData(59.6, "1:00")]
    [InlineData(754, "12:34")]
    [InlineData(11_100, "3:05:00")]
    public void Times_AreWrittenAsClocksDo(double seconds, string expected) => Assert.Equal(expected, RateMeter.TimeText(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Quiet_IsSilent()
    {
        var before = Console.Out;
        try
        {
            Console.SetOut(_output);
            using var progress = RunProgress.Create(quiet: true);
            progress.Stage("training", 10, "crops");
            progress.Report(10);
            progress.Message("note");
            progress.Done();
        }
        finally
        {
            Console.SetOut(before);
        }

        Assert.Empty(_output.ToString());
    }
}
