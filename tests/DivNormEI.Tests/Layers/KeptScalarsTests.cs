using System.Diagnostics;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests.Layers;

/// <summary>A scalar made for one operation can be finalised while libtorch reads it: a pass makes none. The collector runs without a pause here; the test runs alone.</summary>
[Collection(nameof(LayerMemoryTests))]
public sealed class KeptScalarsTests
{
    public static TheoryData<string> Names => [.. NormalizationLayers.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pass_ByLibTorchsOperations_IsTheSame_WhileTheCollectorRuns(string name)
    {
        using var layer = NormalizationLayers.Find(name).Create(2, 1, dtype: ScalarType.Float64); // float64 is libtorch's in any case
        layer.eval();
        using var input = rand(1, 2, 4, 4, dtype: ScalarType.Float64);
        using var _ = no_grad();
        using var expected = layer.call(input);
        bool stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < 200;)
            {
                using var scope = NewDisposeScope();
                Assert.True(layer.call(input).Equals(expected));
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            collector.Join();
        }
    }
}
