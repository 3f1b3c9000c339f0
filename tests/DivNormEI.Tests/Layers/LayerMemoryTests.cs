using DivNorm.Kernels;
using DivNorm.Layers;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using Layer = DivNorm.Layers.DivNormEI;

namespace DivNorm.Tests.Layers;

/// <summary>What the whole process holds is measured here, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(LayerMemoryTests), DisableParallelization = true)]
[Collection(nameof(LayerMemoryTests))]
public sealed class LayerMemoryTests
{
    private const string Kernel = "portable";

    [Fact]
    public void TenThousandPasses_LeakNothing()
    {
        using var layer = new Layer(2, new DivNormEIOptions { Seed = 1, ExcitationKernel = 3, InhibitionKernel = 3, Kernel = Kernel });
        using var x = rand(2, 2, 9, 9);
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        Steps(layer, x, 500);
        Settle();
        (long tensors, long memory, long resident) = (statistics.ThreadTotalLiveCount, GC.GetTotalMemory(true), Resident());
        Steps(layer, x, 10_000);
        Settle();
        Assert.Equal(tensors, statistics.ThreadTotalLiveCount);
        Assert.InRange(GC.GetTotalMemory(true) - memory, long.MinValue, 1 << 20);
        Assert.InRange(Resident() - resident, long.MinValue, 32L << 20); // 10,000 times one of these maps would be 50 MB
    }

    [Fact]
    public void PassesWithoutABackwardPass_DoNotPileUp()
    {
        using var layer = new Layer(16, new DivNormEIOptions { Seed = 1, Kernel = Kernel });
        using var x = rand(4, 16, 64, 64);
        const int passes = 150; // each keeps over 8 MB
        long start = Resident(), most = 0;
        for (int i = 0; i < passes; i++)
        {
            using var scope = NewDisposeScope();
            layer.call(x);
            most = Math.Max(most, Resident() - start);
        }

        Assert.InRange(most, 0, 800L << 20);
    }

    private static void Steps(Layer layer, Tensor x, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            layer.train(i % 2 == 0);
            layer.call(x).sum().backward();
            layer.zero_grad();
        }
    }

    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        NativePool.Trim();
    }

    private static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
