using System.Text.Json.Nodes;
using SkiaSharp;
using Xunit;

namespace DivNorm.Cli.Tests;

/// <summary><c>upscale</c> as a user starts it, with a network that <c>run contrast</c> has trained a little.</summary>
public sealed class UpscaleCommandTests : IClassFixture<UpscaleCommandTests.TrainedNetwork>, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public UpscaleCommandTests(TrainedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        model = network.File;
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Images_OfAnySizeAndKind_BecomeFourTimesAsLarge_AndBadOnesAreNamed()
    {
        string colour = Picture("colour.jpg", 13, 21), grey = Picture("grey.png", 17, 1, SKColorType.Gray8), clear = Picture("clear.png", 9, 7, alpha: 60), one = Picture("one.png", 1, 1);
        File.WriteAllBytes(folder["cut.jpg"], File.ReadAllBytes(colour)[..^60]);
        var (code, output, error) = Upscale(colour, folder["cut.jpg"], grey, folder["missing.png"], clear, one, "--out", folder.At("out", "deep"));
        Assert.Equal(2, code);
        Assert.Contains("colour-x4.png", output, StringComparison.Ordinal);
        string[] lines = error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("divnormei: Image ", line, StringComparison.Ordinal));
        Assert.Contains("cut.jpg is corrupt or cut short", lines[0], StringComparison.Ordinal);
        Assert.Contains("missing.png cannot be read", lines[1], StringComparison.Ordinal);
        Assert.Equal(["clear-x4.png", "colour-x4.png", "grey-x4.png", "one-x4.png"], Directory.GetFiles(folder.At("out", "deep")).Select(Path.GetFileName).Order());
        foreach (var (name, width, height, type) in ((string, int, int, SKColorType)[])
            [("colour", 52, 84, SKColorType.Rgba8888), ("grey", 68, 4, SKColorType.Gray8), ("clear", 36, 28, SKColorType.Rgba8888), ("one", 4, 4, SKColorType.Rgba8888)])
        {
            using var codec = SKCodec.Create(folder.At("out", "deep", name + "-x4.png"));
            Assert.Equal((width, height, type == SKColorType.Gray8), (codec.Info.Width, codec.Info.Height, codec.Info.ColorType == SKColorType.Gray8));
            Assert.Equal(name == "clear" ? SKAlphaType.Unpremul : SKAlphaType.Opaque, codec.Info.AlphaType);
        }

        // chroma is interpolated, so that a picture of one hue keeps it; alpha, which is the same everywhere here, stays
        var (pixels, _) = Pixels(folder.At("out", "deep", "clear-x4.png"));
        Assert.All(pixels, pixel => Assert.Equal(60, pixel.Alpha));
    }

    [Fact]
    public void Hue_StaysWhereOnlyLumaChanges()
    {
        string image = folder["hue.png"];
        using (SKBitmap bitmap = new(12, 10, SKColorType.Rgba8888, SKAlphaType.Opaque))
        {
            for (int i = 0; i < 120; i++)
                bitmap.SetPixel(i % 12, i / 12, new SKColor((byte)(100 + 5 * (i % 12)), (byte)(60 + 5 * (i % 12)), (byte)(90 + 5 * (i % 12)))); // R - G and B - G are 40 and 30 everywhere
            Encode(bitmap, image);
        }

        Assert.Equal(0, Upscale(image).ExitCode);
        var (pixels, width) = Pixels(folder["hue-x4.png"]);
        Assert.Equal((48, 48 * 40), (width, pixels.Length));
        var kept = pixels.Where(p => p is { Red: > 0 and < 255, Green: > 0 and < 255, Blue: > 0 and < 255 }).ToList();
        Assert.True(kept.Count > 1000);
        Assert.All(kept, p => Assert.InRange(p.Red - p.Green, 38, 42));
        Assert.All(kept, p => Assert.InRange(p.Blue - p.Green, 28, 32));
    }

    [Fact]
    public void Reduced_ComparesWithTheOriginal_ToTheFiguresOfThePictureWritten()
    {
        string image = Picture("photo.png", 67, 50, SKColorType.Gray8);
        var (code, output, error) = Upscale(image, "--reduce", "--figures", "json", "--out", folder["back.png"]);
        Assert.Equal((0, string.Empty), (code, error));
        var results = JsonNode.Parse(output)!;
        Assert.Equal(("divnormei-authors", "crops"), ((string?)results["layer"], (string?)results["view"]));
        var scaled = Assert.Single(results["images"]!.AsArray())!;
        Assert.Equal((64, 48, folder["back.png"]), ((int)scaled["width"]!, (int)scaled["height"]!, (string?)scaled["output"]));
        var quality = scaled["quality"]!;
        Assert.True(JsonNode.DeepEquals(quality, results["mean"]));
        foreach (string method in (string[])["network", "bicubic", "bilinear"])
            Assert.InRange((double)quality[method]!["ssim"]!, -1, 1);

        // 67x50 gives up a column on its left and two on its right, and a row at either end
        var (written, width) = Pixels(folder["back.png"]);
        var (original, full) = Pixels(image);
        double error2 = written.Select((pixel, i) => Math.Pow((pixel.Red - original[(i / width + 1) * full + i % width + 1].Red) / 255.0, 2)).Average();
        Assert.Equal(-10 * Math.Log10(error2), (double)quality["network"]!["psnr"]!, 0.1); // the file is rounded to 8 bits, the figure is not

        var (_, text, _) = Upscale(image, image.Replace("photo", "missing", StringComparison.Ordinal), "--reduce", "--quiet", "--out", folder["again"]);
        Assert.Matches(@"^\S+photo\.png: network \d+\.\d\d dB, SSIM -?\d\.\d{3}; bicubic \d+\.\d\d dB, SSIM -?\d\.\d{3}; bilinear \d+\.\d\d dB, SSIM -?\d\.\d{3}\n$", text);
    }

    [Fact]
    public void Target_GivesThePsnrOfItsClosedForm()
    {
        // interpolation keeps a blank image as it is: against a blank original 51 levels brighter its error is .2 everywhere
        Blank("low.png", 8, 100);
        Blank("full/low.jpg", 34, 151); // two pixels more a side are cut off
        var (code, output, _) = Upscale(folder["low.png"], "--target", folder["full"], "--figures", "json");
        Assert.Equal(0, code);
        var quality = JsonNode.Parse(output)!["images"]![0]!["quality"]!;
        Assert.Equal(-20 * Math.Log10(0.2), (double)quality["bicubic"]!["psnr"]!, 0.2); // JPEG may be a level off
        Assert.Equal((double)quality["bicubic"]!["psnr"]!, (double)quality["bilinear"]!["psnr"]!, 1e-4);

        Blank("full/low.jpg", 36, 151);
        Refused("36x36 is not 4 times 8x8", folder["low.png"], "--target", folder["full"]);
        Blank("small.png", 3, 9);
        Refused("too few to be made 4 times smaller", folder["small.png"], "--reduce");

        void Blank(string name, int side, byte level)
        {
            using SKBitmap bitmap = new(side, side, SKColorType.Gray8, SKAlphaType.Opaque);
            bitmap.Erase(new SKColor(level, level, level));
            Encode(bitmap, folder.At(name.Split('/')));
        }
    }

    [Fact]
    public void Tiles_ChangeNoPixelByMoreThanRounding()
    {
        string image = Picture("photo.png", 59, 45);
        foreach (string view in (string[])["whole", "crops"])
        {
            Assert.Equal(0, Upscale(image, "--view", view, "--out", folder[view + "-large.png"]).ExitCode);
            Assert.Equal(0, Upscale(image, "--view", view, "--tile", "8", "--out", folder[view + "-small.png"]).ExitCode);
            var (large, _) = Pixels(folder[view + "-large.png"]);
            var (small, _) = Pixels(folder[view + "-small.png"]);
            Assert.Equal(large.Length, small.Length);
            Assert.All(large.Zip(small), pair => Assert.InRange(Math.Max(Math.Abs(pair.First.Red - pair.Second.Red), Math.Abs(pair.First.Green - pair.Second.Green)), 0, 1));
        }
    }

    [Fact]
    public void BadUse_IsOneLine_AndWritesNothing()
    {
        string a = Picture("a.png", 8, 8), also = Picture("a.jpg", 8, 8), clear = Picture("clear.png", 8, 8, alpha: 100);
        Refused("would both become", a, also);
        Refused("would replace an image that is read", a, "--out", a);
        Refused("it is transparent in places", clear, "--format", "jpg");
        Refused("--tile is '7'; it must be a whole number, 8 to 4096.", a, "--tile", "7");
        Refused("--tile is '1e2'; it must be a whole number", a, "--tile", "1e2");
        Refused("--quality is '0'; it must be a whole number, 1 to 100.", a, "--quality", "0");
        Refused("'tiff'", a, "--format", "tiff");
        Refused("'7'", a, "--view", "7");
        Refused("--reduce compares with the images themselves", a, "--reduce", "--target", also);
        Refused("the folder cannot be made", a, "--out", Path.Combine(also, "below"));
        var (code, _, error) = Command.Run("upscale", a, "--model", a);
        Assert.Equal(2, code);
        OneLine(error);
        Assert.DoesNotContain(folder.FileNames, name => name.Contains("-x4", StringComparison.Ordinal) || name.Contains(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Interrupted_LeavesNothingHalfWritten()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a signal cannot be sent to one process there");
        string small = Picture("a.png", 4, 4), large = Picture("b.png", 1500, 1500);
        using var stopped = Command.Start("upscale", small, large, "--model", model, "--out", folder["out"]);
        while (!Directory.Exists(folder["out"]) || !Directory.EnumerateFiles(folder["out"]).Any(file => Path.GetFileName(file).StartsWith("b-x4.png.tmp", StringComparison.Ordinal)))
        {
            Assert.False(stopped.HasExited, "it ended before the large picture was begun");
            Thread.Sleep(5);
        }

        stopped.Interrupt();
        var (code, _, error) = stopped.Wait();
        Assert.Equal(130, code);
        Assert.Contains("stopped; 1 of 2 images are scaled", error, StringComparison.Ordinal);
        Assert.Equal(["a-x4.png"], Directory.EnumerateFiles(folder["out"]).Select(Path.GetFileName));
    }

    private (int ExitCode, string Output, string Error) Upscale(params string[] arguments) => Command.Run(["upscale", "--model", model, .. arguments]);

    private void Refused(string expected, params string[] arguments)
    {
        var (code, _, error) = Upscale(arguments);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        OneLine(error);
    }

    private static void OneLine(string error)
    {
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("divnormei: ", error, StringComparison.Ordinal);
    }

    /// <summary>A smooth picture; with an alpha below 255, of that everywhere.</summary>
    private string Picture(string name, int width, int height, SKColorType type = SKColorType.Rgba8888, byte alpha = byte.MaxValue)
    {
        using SKBitmap bitmap = new(width, height, type, alpha == byte.MaxValue ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        for (int i = 0; i < width * height; i++)
        {
            int x = i % width, y = i / width;
            byte level = (byte)(128 + 60 * Math.Sin(x / 5.0) + 60 * Math.Cos(y / 7.0));
            bitmap.SetPixel(x, y, new SKColor(level, type == SKColorType.Gray8 ? level : (byte)(level / 2), type == SKColorType.Gray8 ? level : (byte)(255 - level), alpha));
        }

        Encode(bitmap, folder[name]);
        return folder[name];
    }

    private static void Encode(SKBitmap bitmap, string path)
    {
        using var file = File.Create(path);
        bitmap.Encode(file, Path.GetExtension(path) == ".png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 100);
    }

    private static (SKColor[] Pixels, int Width) Pixels(string path)
    {
        using var codec = SKCodec.Create(path);
        using SKBitmap bitmap = SKBitmap.Decode(codec, new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        return (bitmap.Pixels, bitmap.Width);
    }

    /// <summary>A network trained once for all of these tests.</summary>
    public sealed class TrainedNetwork : IDisposable
    {
        private const string Tiny = """
            {
              "crops": 256, "batchSize": 8, "cropSize": 48, "validationCrops": 8, "recordingStride": 8, "phases": 1,
              "proceduralTrainImages": 3, "proceduralValidationImages": 2, "proceduralImageSize": 64
            }
            """;

        private readonly TemporaryFolder folder = new();

        public TrainedNetwork()
        {
            System.IO.File.WriteAllText(folder["config.json"], Tiny);
            Assert.Equal(0, Command.Run("run", "contrast", "--config", folder["config.json"], "--variant", "authors", "--out", folder["out"], "--quiet").ExitCode);
        }

        /// <summary>The network's file.</summary>
        public string File => folder.At("out", "models", "authors.safetensors");

        public void Dispose() => folder.Dispose();
    }
}
