using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1, 7)]
    [InlineData(3, 1000)]
    [InlineData(4, 0)]
    public void Run_DoesEveryUnitOnce_WithWorkersWithinRange(int threads, int units)
    {
        int[] done = new int[units];
        WorkerPool.Run(threads, units, (worker, unit) =>
        {
            Assert.InRange(worker, 0, threads - 1);
            Interlocked.Increment(ref done[unit]);
        });
        Assert.All(done, d => Assert.Equal(1, d));
    }

    [Fact]
    public void Run_ServesCallersAtOnce() =>
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            long sum = 0;
            WorkerPool.Run(3, 100, (_, unit) => Interlocked.Add(ref sum, unit));
            Assert.Equal(4950, sum);
        });

    [Fact]
    public void Run_NeverGivesTwoThreadsTheSameWorkerNumber()
    {
        int[] inUse = new int[4];
        WorkerPool.Run(4, 2000, (worker, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inUse[worker]));
            Thread.SpinWait(50);
            Interlocked.Decrement(ref inUse[worker]);
        });
    }

    [Fact]
    public void Run_PassesAFailureOn_AndStaysUsable()
    {
        var error = Assert.Throws<InvalidOperationException>(() => WorkerPool.Run(3, 50, (_, unit) =>
        {
            if (unit == 17)
                throw new FormatException("unit 17");
        }));
        Assert.IsType<FormatException>(error.InnerException);
        int count = 0;
        WorkerPool.Run(3, 50, (_, _) => Interlocked.Increment(ref count));
        Assert.Equal(50, count);
    }
}
