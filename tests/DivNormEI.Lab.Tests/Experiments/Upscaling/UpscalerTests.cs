using CsCheck;
using DivNorm.Filters;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Experiments.Upscaling;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments.Upscaling;

public sealed class UpscalerTests
{
    private const double Rounding = 1e-5;

    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Whole_IsTheAnswerToTheWholeImage_HoweverItIsTiled(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Network(name);
        using var upscaler = new Upscaler(model, NormalizationLayers.Find(name), trainedCrop: null);
        var image = Image(61, 43);
        var expected = Answer(model, image);
        foreach (int tile in new[] { 8, 23, 100 })
            Close(expected, Upscale(upscaler, image, UpscaleView.Whole, tile));
    }

    [Theory]
    [InlineData("divnormei")]
    [InlineData("divnormei-authors")]
    [InlineData("none")]
    public void Whole_HasNoSeams_AtAnySize(string name)
    {
        using var model = Network(name);
        using var upscaler = new Upscaler(model, NormalizationLayers.Find(name), trainedCrop: null);
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 50], Gen.Int[3, 40]).Sample(
            (height, width, tile) =>
            {
                using var scope = NewDisposeScope();
                var image = Image(height, width);
                Close(Answer(model, image), Upscale(upscaler, image, UpscaleView.Whole, tile));
            },
            iter: 12,
            threads: 1);
        foreach (var (height, width) in ((int, int)[])[(1, 1), (1, 47), (53, 1), (2, 3)])
        {
            using var scope = NewDisposeScope();
            var image = Image(height, width);
            Close(Answer(model, image), Upscale(upscaler, image, UpscaleView.Whole, 5));
        }
    }

    /// <summary>The definition, written out: every crop by itself, its answer weighted and added to the whole.</summary>
    [Theory]
    [InlineData(29, 41)]
    [InlineData(12, 12)]
    [InlineData(30, 5)]
    [InlineData(1, 1)]
    public void Crops_AreTheWeightedMeanOfTheAnswersToEach_HoweverManyAreShownAtOnce(int height, int width)
    {
        const int side = 12;
        using var scope = NewDisposeScope();
        using var model = Network("divnormei");
        using var upscaler = new Upscaler(model, NormalizationLayers.Find("divnormei"), side);
        var image = Image(height, width);
        double[,] sum = new double[4 * height, 4 * width], weights = new double[4 * height, 4 * width];
        int tall = Math.Min(side, height), wide = Math.Min(side, width);
        foreach (int top in Firsts(height, tall))
        {
            foreach (int left in Firsts(width, wide))
            {
                float[] answer = Answer(model, image.slice(2, top, top + tall, 1).slice(3, left, left + wide, 1).contiguous()).data<float>().ToArray();
                for (int y = 0; y < 4 * tall; y++)
                {
                    for (int x = 0; x < 4 * wide; x++)
                    {
                        double weight = Math.Pow(Math.Sin(Math.PI * (y + 0.5) / (4 * tall)) * Math.Sin(Math.PI * (x + 0.5) / (4 * wide)), 2);
                        sum[4 * top + y, 4 * left + x] += weight * answer[y * 4 * wide + x];
                        weights[4 * top + y, 4 * left + x] += weight;
                    }
                }
            }
        }

        double[] expected = [.. from y in Enumerable.Range(0, 4 * height) from x in Enumerable.Range(0, 4 * width) select sum[y, x] / weights[y, x]];
        foreach (int tile in new[] { 5, 16, 64 })
            Close(tensor(expected, [1, 1, 4 * height, 4 * width]), Upscale(upscaler, image, UpscaleView.Crops, tile));

        static IEnumerable<int> Firsts(int length, int size) => Enumerable.Range(0, length).Where(i => i % (side / 2) == 0 && i + size < length).Append(length - size);
    }

    /// <summary>9 pixels of reach ask for crops of 19, a side of 76 in full resolution.</summary>
    [Theory]
    [InlineData(48, UpscaleView.Crops)]
    [InlineData(72, UpscaleView.Crops)]
    [InlineData(76, UpscaleView.Whole)]
    public void NetworkFromItsFile_IsShownWhatItsTrainingAsksFor(int cropSize, UpscaleView view)
    {
        using var folder = new TemporaryFolder();
        using (var model = Network("divnormei"))
            SavedModel.Save(folder["model"], model, "divnormei", $$"""{ "cropSize": {{cropSize}} }""");
        using var upscaler = Upscaler.Load(folder["model"]);
        Assert.Equal((9, cropSize / 4, view, "divnormei"), (upscaler.Reach, upscaler.TrainedCrop, upscaler.DefaultView, upscaler.Layer.Name));
    }

    [Theory]
    [InlineData("""{ "cropSize": "large" }""")]
    [InlineData("""{ "cropSize": 0 }""")]
    [InlineData("[]")]
    [InlineData("of long ago")]
    public void FileThatDoesNotTellItsCrops_ShowsTheWholeImage_AndRefusesCrops(string config)
    {
        using var folder = new TemporaryFolder();
        using (var model = Network("divnormei"))
            SavedModel.Save(folder["model"], model, "divnormei", config);
        using var upscaler = Upscaler.Load(folder["model"]);
        Assert.Equal((null, UpscaleView.Whole), (upscaler.TrainedCrop, upscaler.DefaultView));
        using var image = Image(3, 3);
        Assert.Contains("--view whole", Assert.Throws<UserInputException>(() => Upscale(upscaler, image, UpscaleView.Crops)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Upscale_ReportsEveryPixel_LeavesNoTensorBehind_AndStopsWhenAsked()
    {
        using var model = Network("gdn");
        using var upscaler = new Upscaler(model, NormalizationLayers.Find("gdn"), trainedCrop: 12);
        using var image = Image(20, 30);
        foreach (var view in Enum.GetValues<UpscaleView>())
        {
            Upscale(upscaler, image, view, 7).Dispose();
            var reports = new List<long>();
            long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
            Upscale(upscaler, image, view, 7, reports.Add).Dispose();
            Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
            Assert.Equal(600, reports[^1]);
            Assert.Equal(reports.Order(), reports);
            Assert.Throws<OperationCanceledException>(() => upscaler.Upscale(image, view, 7, cancellation: new CancellationToken(canceled: true)));
        }
    }

    [Fact]
    public void WrongArguments_AreRefused()
    {
        using var model = Network("gdn");
        using var upscaler = new Upscaler(model, NormalizationLayers.Find("gdn"), trainedCrop: 12);
        using Tensor flat = rand(4, 4), colour = rand(1, 3, 4, 4), image = rand(1, 1, 4, 4);
        Assert.Throws<ArgumentException>(() => Upscale(upscaler, flat));
        Assert.Throws<ArgumentException>(() => Upscale(upscaler, colour));
        Assert.Throws<ArgumentOutOfRangeException>(() => Upscale(upscaler, image, tile: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Upscale(upscaler, image, (UpscaleView)7));
    }

    private static Tensor Upscale(Upscaler upscaler, Tensor image, UpscaleView? view = null, int tile = Upscaler.DefaultTile, Action<long>? report = null) =>
        upscaler.Upscale(image, view, tile, report, TestContext.Current.CancellationToken);

    /// <summary>A network whose batch norms have seen images, so that borders differ from what lies within.</summary>
    private static SuperResolutionNet Network(string layer)
    {
        using var _ = no_grad();
        manual_seed(7);
        var model = new SuperResolutionNet(NormalizationLayers.Find(layer).Create(GaborBank.Paper.Filters.Count, seed: 7));
        model.train();
        for (int i = 0; i < 20; i++)
        {
            using var scope = NewDisposeScope();
            model.call(Image(20, 20));
        }

        model.eval();
        return model;
    }

    private static Tensor Image(int height, int width) => rand([1, 1, height, width], generator: new Generator((ulong)(100 * height + width)));

    private static Tensor Answer(SuperResolutionNet model, Tensor image)
    {
        using var _ = no_grad();
        return model.call(image);
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        double difference = (expected.to(float64) - actual.to(float64)).abs().max().item<double>();
        Assert.True(difference <= Rounding, $"largest difference {difference}");
    }
}
