using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Upscaling;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments.Upscaling;

public sealed class UpscaleJobsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Pictures_AreNamedAfterTheirImages_BesideThemOrInAFolder()
    {
        string a = Touch("in", "a.b.jpg"), b = Touch("in", "c.png");
        Assert.Equal([folder.At("in", "a.b-x4.png"), folder.At("in", "c-x4.png")], Outputs([a, b], null, null));
        Assert.Equal([folder.At("out", "a.b-x4.webp")], Outputs([a], folder["out"], PictureFormat.WebP));
        Assert.Equal(["plain-x4.jpg"], Outputs(["plain.png"], null, PictureFormat.Jpg));
    }

    [Fact]
    public void OneImage_MayHaveAFile_WhoseEndingNamesTheFormat()
    {
        string a = Touch("a.png");
        var (jobs, format) = Plan([a], folder["big.JPEG"]);
        Assert.Equal((folder["big.JPEG"], PictureFormat.Jpg), (Assert.Single(jobs).Output, format));
        Refused("does not fit --format png", [a], folder["big.jpg"], PictureFormat.Png);
        Refused("pictures are written as .png, .jpg, .webp", [a], folder["big.bmp"]);
        Refused("is one file, and there are 2 images", [a, Touch("b.png")], folder["big.jpg"]);
        Directory.CreateDirectory(folder["folder.png"]);
        Assert.Equal([folder.At("folder.png", "a-x4.png")], Outputs([a], folder["folder.png"], null));
    }

    [Fact]
    public void Folder_StandsForItsImages_ByName()
    {
        Touch("in", "b.png");
        Touch("in", "a.jpg");
        Touch("in", "notes.txt");
        Assert.Equal([folder.At("in", "a.jpg"), folder.At("in", "b.png")], Plan([folder["in"]], null).Jobs.Select(job => job.Image));
        Directory.CreateDirectory(folder["empty"]);
        Refused("holds no JPEG, PNG, BMP or WebP images", [folder["empty"]], null);
    }

    [Fact]
    public void NothingIsOverwritten_ThatIsRead()
    {
        string a = Touch("a.png"), scaled = Touch("a-x4.png");
        Refused("would replace an image that is read", [a, scaled], null);
        Refused("would replace an image that is read", [a], null, target: scaled);
        Refused("would replace an image that is read", [a], a);
        if (OperatingSystem.IsWindows())
            return; // links need rights there
        File.CreateSymbolicLink(folder["link.png"], a);
        Refused("would replace an image that is read", [a], folder["link.png"]);
        Directory.CreateSymbolicLink(folder["elsewhere"], folder.FullName);
        Refused("would replace an image that is read", [a], folder.At("elsewhere", "a.png"));
        Refused("would replace an image that is read", [folder.At("elsewhere", "a.png")], folder["link.png"]);
    }

    [Fact]
    public void LinksInACircle_ArePlannedAsAnyFile()
    {
        if (OperatingSystem.IsWindows())
            return; // links need rights there
        File.CreateSymbolicLink(folder["one.png"], folder["other.png"]);
        File.CreateSymbolicLink(folder["other.png"], folder["one.png"]);
        Assert.Equal(folder["one-x4.png"], Assert.Single(Plan([folder["one.png"]], null).Jobs).Output); // reading it says what is wrong
    }

    [Fact]
    public void TwoImages_NeverBecomeOneFile()
    {
        string jpg = Touch("a.jpg"), png = Touch("a.png");
        Refused("a.jpg and ", [jpg, png], null);
        Refused("would both become ", [jpg, jpg], folder["out"]);
        Refused("would both become ", [Touch("x", "a.jpg"), Touch("y", "a.jpg")], folder["out"]);
    }

    [Fact]
    public void Target_IsOneFile_OrFoundByNameInAFolder()
    {
        string a = Touch("a.png"), b = Touch("b.png"), original = Touch("full", "a.jpg");
        Assert.Equal(original, Plan([a], null, target: original).Jobs[0].Target);
        Assert.Equal(original, Plan([a], null, target: folder["full"]).Jobs[0].Target);
        Refused("holds no image called b, the original of ", [a, b], null, target: folder["full"]);
        Refused("is no folder, and there are 2 images", [a, b], null, target: original);
        Touch("full", "a.png");
        Refused("a.jpg and a.png could both be the original of ", [a], null, target: folder["full"]);
    }

    private string Touch(params string[] parts)
    {
        string path = folder.At(parts);
        File.WriteAllText(path, string.Empty);
        return path;
    }

    private static (IReadOnlyList<UpscaleJob> Jobs, PictureFormat Format) Plan(string[] images, string? output, PictureFormat? format = null, string? target = null) =>
        UpscaleJobs.Plan(new UpscalePlaces(images, output, format, target));

    private static string[] Outputs(string[] images, string? output, PictureFormat? format) => [.. Plan(images, output, format).Jobs.Select(job => job.Output)];

    private static void Refused(string why, string[] images, string? output, PictureFormat? format = null, string? target = null)
    {
        string message = Assert.Throws<UserInputException>(() => Plan(images, output, format, target)).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
