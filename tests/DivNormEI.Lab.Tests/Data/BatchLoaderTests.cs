using DivNorm.Lab.Data;
using TorchSharp;
using Xunit;

namespace DivNorm.Lab.Tests.Data;

public sealed class BatchLoaderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(4, 8)]
    public void Batches_ComeInOrder_WithoutTheUnreadable(int workers, int ahead)
    {
        using var scope = torch.NewDisposeScope();
        var images = new Numbered(23, broken: [4, 10, 11]);
        int[] order = [.. Enumerable.Range(0, 23).Reverse()];
        using var loader = new BatchLoader(images, order, 5, 2, Number, 0, ahead, workers);
        var seen = new List<long>();
        var batches = new List<int>();
        while (loader.Next() is var (inputs, labels, batch))
        {
            long[] mine = labels.data<long>().ToArray();
            Assert.Equal([mine.Length, 3, 2, 2], inputs.shape);
            Assert.Equal(mine.SelectMany(label => Enumerable.Repeat((float)label, 12)), inputs.data<float>().ToArray());
            seen.AddRange(mine);
            batches.Add(batch);
        }

        Assert.Equal(order.Where(i => i is not (4 or 10 or 11)).Select(i => (long)i), seen);
        Assert.Equal([0, 1, 2, 3, 4], batches);
    }

    [Fact]
    public void Loader_BeginsAtAnyBatch_AndPassesOverEmptyOnes()
    {
        using var scope = torch.NewDisposeScope();
        using var loader = new BatchLoader(new Numbered(9, broken: [3, 4, 5]), [.. Enumerable.Range(0, 9)], 3, 2, Number, 1);
        var only = loader.Next();
        Assert.Equal(2, only!.Value.Batch);
        Assert.Null(loader.Next());
        using var ended = new BatchLoader(new Numbered(9, broken: []), [.. Enumerable.Range(0, 9)], 3, 2, Number, 3);
        Assert.Null(ended.Next());
    }

    [Fact]
    public void Loader_ReadsNoFurtherAheadThanItMay()
    {
        using var scope = torch.NewDisposeScope();
        var images = new Numbered(100, broken: []);
        using (var loader = new BatchLoader(images, [.. Enumerable.Range(0, 100)], 10, 2, Number, 0, 3, 4))
        {
            loader.Next();
            Assert.True(SpinWait.SpinUntil(() => images.Reads == 40, TimeSpan.FromSeconds(30)), $"{images.Reads} images read");
        }

        // its threads have ended, and one batch taken gave room for one more than the three: none for a fifth
        Assert.Equal(40, images.Reads);
    }

    [Fact]
    public void Failure_ReachesTheTaker()
    {
        using var loader = new BatchLoader(new Numbered(9, broken: []), [.. Enumerable.Range(0, 9)], 3, 2, (_, _, _, _) => throw new InvalidDataException("no such pixel"));
        Assert.Contains("no such pixel", Assert.Throws<InvalidOperationException>(() => loader.Next()).Message, StringComparison.Ordinal);
    }

    private static void Number(RgbImage image, int index, ImageScaler scaler, Span<float> planes) => planes.Fill(image.Pixels.Span[0]);

    /// <summary>Images whose every byte is their number, as is their label.</summary>
    private sealed class Numbered(int count, int[] broken) : ILabeledImages
    {
        private int reads;

        public int Count => count;

        public int Reads => Volatile.Read(ref reads);

        public int Label(int index) => index;

        public RgbImage? Read(int index)
        {
            Interlocked.Increment(ref reads);
            return broken.Contains(index) ? null : new RgbImage(1, 1, new[] { (byte)index, (byte)index, (byte)index });
        }
    }
}
