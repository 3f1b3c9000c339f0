using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary>A command loads what it needs: libtorch takes longer to load than everything else that a light command does.</summary>
public sealed class StartupTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    [InlineData("run", "recognition", "--help")]
    [InlineData("stimuli", "grating", "--help")]
    [InlineData("metrics", "CURVES.csv")]
    public void LightCommands_LoadNoNativeLibraryOfAnyPackage(params string[] arguments)
    {
        string curves = folder["CURVES.csv"];
        File.WriteAllText(curves, "unit,contrast,orientation_deg,response\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"a,1,{i * 15},{1 + Math.Cos(i * Math.PI / 6)}\n")));
        var loaded = LoadedFiles([.. arguments.Select(argument => argument == "CURVES.csv" ? curves : argument)]);
        Assert.NotEmpty(loaded);
        Assert.DoesNotContain(loaded, IsNativeOfAPackage);
    }

    [Fact]
    public void Doctor_LoadsLibtorch_AndNothingForPictures()
    {
        var natives = LoadedFiles("doctor").Where(IsNativeOfAPackage).ToList();
        Assert.Contains(natives, file => file.Contains("torch_cpu", StringComparison.Ordinal));
        Assert.DoesNotContain(natives, file => file.Contains("Skia", StringComparison.Ordinal));
    }

    private static bool IsNativeOfAPackage(string file) => file.StartsWith(Path.Combine(AppContext.BaseDirectory, "runtimes"), StringComparison.Ordinal);

    private string[] LoadedFiles(params string[] arguments)
    {
        string list = folder["loaded"];
        var (code, _, error) = Command.RunWith(
            new Dictionary<string, string> { ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location, [StartupHook.FileVariable] = list }, arguments);
        Assert.Equal((0, string.Empty), (code, error));
        return File.ReadAllLines(list);
    }
}
