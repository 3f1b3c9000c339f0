using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

/// <summary>Not beside other tests: they share the pool.</summary>
[CollectionDefinition(nameof(NativePoolTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(NativePoolTests))]
public sealed unsafe class NativePoolTests
{
    [Fact]
    public void Block_IsAligned_AndDeadOnceDisposed()
    {
        NativeBlock block = NativePool.Rent(3 << 20);
        Assert.Equal(0, (nint)block.Pointer % 4096);
        Assert.True(block.Bytes >= (3 << 20) * sizeof(float));
        block.Pointer[(3 << 20) - 1] = 1;
        block.Dispose();
        block.Dispose();
        Assert.Throws<ObjectDisposedException>(() => (nint)block.Pointer);
    }

    [Fact]
    public void Memory_StaysFlat_OverManySteps()
    {
        var shape = new LateralShape(4, 24, 30, 30, 9, 7, false);
        var data = new LateralCase(shape, seed: 1);
        LateralPlan plan = LateralPlanTests.Plan(shape, "portable");
        for (int i = 0; i < 3; i++)
            data.Step(plan, 2);
        long before = NativeBlock.Held;
        for (int i = 0; i < 60; i++)
            data.Step(plan, 2);
        Assert.InRange(NativeBlock.Held, 1, before); // blocks that other tests have left may be freed meanwhile
    }
}
