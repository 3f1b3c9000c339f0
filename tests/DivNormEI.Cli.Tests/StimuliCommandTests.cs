using System.Text.Json.Nodes;
using DivNorm.Interop;
using Xunit;

namespace DivNorm.Cli.Tests;

public sealed class StimuliCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Grating_WritesPngSafetensorsAndParameters()
    {
        var (code, output, error) = Command.Run(
            "stimuli", "grating", "--orientation", "0,45,90", "--contrast", ".1,1", "--frequency", ".1", "--size", "48", "--out", folder["set"]);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains("6 stimuli", output, StringComparison.Ordinal);
        Assert.Contains("8-bit", output, StringComparison.Ordinal);
        Assert.Equal(6 + 3, Directory.GetFiles(folder["set"]).Length);
        Assert.Equal(6, Directory.GetFiles(folder["set"], "grating-*.png").Length);
        using var file = SafetensorsFile.Open(folder.At("set", "grating.safetensors"));
        Assert.Equal([6, 1, 48, 48], file.Find("stimuli")!.Shape);
        string[] lines = File.ReadAllLines(folder.At("set", "grating.csv"));
        Assert.Equal("index,file,kind,height_px,width_px,orientation_deg,spatial_frequency_cpp,phase_deg,contrast,mean", lines[0]);
        Assert.Equal("4,grating-004.png,grating,48,48,45,0.1,0,1,0.5", lines[5]);
        JsonNode json = JsonNode.Parse(File.ReadAllText(folder.At("set", "grating.json")))!;
        Assert.Equal((45, 1), ((double)json[4]!["orientation_deg"]!, (double)json[4]!["contrast"]!));
    }

    [Fact]
    public void Sheet_IsOnePicture()
    {
        var (code, output, _) = Command.Run("stimuli", "sheet", "--out", folder["sheet"]);
        Assert.Equal(0, code);
        Assert.Contains("stimuli.png", output, StringComparison.Ordinal);
        Assert.True(new FileInfo(folder.At("sheet", "stimuli.png")).Length > 10_000);
    }

    [Theory]
    [InlineData("frequency is 20 cycles/degree; at 32 pixels/degree it must be 0 to 16", "grating", "--frequency", "20", "--pixels-per-degree", "32")]
    [InlineData("it must be -1 (black) to 0.333333 (white)", "disc", "--contrast", "-1,0.4")]
    [InlineData("'a' is not a number", "grating", "--orientation", "0,a")]
    [InlineData("'round' is none of hard, raised-cosine, gaussian", "patch", "--window", "round")]
    [InlineData("'4y4' is no size", "grating", "--size", "4y4")]
    [InlineData("these values make no stimulus", "crop", "--count", "0")]
    [InlineData("--sigma", "grating", "--sigma", "3")]
    public void Mistakes_AreAnsweredInOneLine_WithExitCode2_AndNothingWritten(string message, params string[] arguments)
    {
        var (code, _, error) = Command.Run(["stimuli", .. arguments, "--out", folder["out"]]);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }
}
