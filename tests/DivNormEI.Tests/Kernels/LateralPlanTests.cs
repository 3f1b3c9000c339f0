using CsCheck;
using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class LateralPlanTests
{
    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Step_AgreesWithTheReference_ForAnyShape(string path) =>
        LateralCase.Any.Sample(
            x =>
            {
                var data = new LateralCase(x.Shape, x.Seed);
                LateralPlan plan = Plan(x.Shape, path);
                Assert.InRange(LateralCase.Worst(data.Step(plan, x.Threads), data.Reference()), 0, Arrays.Tolerance);
            },
            iter: 25);

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Step_AgreesWithTheReference_ForEveryTileSize(string path)
    {
        foreach (bool shared in new[] { false, true })
        {
            var shape = new LateralShape(2, 5, 21, 30, 5, 7, shared);
            var data = new LateralCase(shape, seed: 1);
            double[][] expected = data.Reference();
            foreach (int size in FourierSizes.All)
            {
                int other = FourierSizes.All[(Array.IndexOf(FourierSizes.All, size) + 3) % FourierSizes.All.Length];
                LateralPlan plan = Plan(shape, path, tile: (size, other));
                Assert.InRange(LateralCase.Worst(data.Step(plan, 2), expected), 0, Arrays.Tolerance);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Step_AgreesWithTheReference_InBlocksUnderATinyBudget(string path)
    {
        var shape = new LateralShape(3, 6, 33, 41, 9, 7, false);
        var data = new LateralCase(shape, seed: 2);
        LateralPlan plan = LateralPlan.For(shape, new LateralOptions { Path = Arrays.Path(path), MemoryBudget = 1, AlwaysSpectral = true, Tile = (16, 20) })!;
        Assert.False(plan.KeepsSpectra);
        Assert.InRange(LateralCase.Worst(data.Step(plan, 2), data.Reference()), 0, Arrays.Tolerance);
    }

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Step_GivesTheSameBits_InEveryRunAndForAnyNumberOfThreads(string path)
    {
        var shape = new LateralShape(2, 18, 40, 37, 9, 7, false);
        var data = new LateralCase(shape, seed: 3);
        LateralPlan plan = Plan(shape, path, tile: (24, 20));
        float[][] first = data.Step(plan, 1);
        foreach (int threads in new[] { 1, 2, 2, 3, 5 })
            Assert.Equal(first, data.Step(plan, threads));
        Assert.Equal(first, data.Step(plan, 2, keep: false));
    }

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Forward_IsRightUnderConcurrentCalls_WithSharedSpectra(string path)
    {
        var shape = new LateralShape(2, 9, 24, 24, 5, 5, false);
        var data = new LateralCase(shape, seed: 4);
        LateralPlan plan = Plan(shape, path);
        float[] expected = data.Step(plan, 1)[0];
        fixed (float* y = data.Y, yn = data.Yn, we = data.Excitation, wi = data.Inhibition)
        {
            using WeightSpectra spectra = plan.Transform(we, wi, 2);
            (nint py, nint pyn) = ((nint)y, (nint)yn);
            Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                float[] output = new float[shape.Elements];
                fixed (float* target = output)
                    plan.Forward(new ForwardArguments { Y = (float*)py, Yn = (float*)pyn, Output = target, Keep = i % 2 == 0 }, spectra, 1 + (i % 3))?.Dispose();
                Assert.Equal(expected, output);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Forward_AppliesResidualScaleShiftAndRectification(string path)
    {
        var shape = new LateralShape(2, 19, 18, 13, 3, 5, false);
        var data = new LateralCase(shape, seed: 5);
        var random = new Random(6);
        float[] scale = Arrays.Random(shape.Channels, random), shift = Arrays.Random(shape.Channels, random), output = new float[shape.Elements];
        double[] expected = LateralReference.Forward(shape, data.Y, data.Yn, data.Excitation, data.Inhibition);
        for (int i = 0; i < expected.Length; i++)
        {
            int channel = i / (shape.Height * shape.Width) % shape.Channels;
            expected[i] = Math.Max(0, ((expected[i] + data.Yn[i]) * scale[channel]) + shift[channel]);
        }
        LateralPlan plan = Plan(shape, path);
        fixed (float* y = data.Y, yn = data.Yn, we = data.Excitation, wi = data.Inhibition, s = scale, b = shift, o = output)
        {
            using WeightSpectra spectra = plan.Transform(we, wi, 1);
            plan.Forward(new ForwardArguments { Y = y, Yn = yn, Residual = yn, Scale = s, Shift = b, Rectify = true, Output = o }, spectra, 2);
        }
        Assert.InRange(Arrays.RelativeError(output, expected), 0, Arrays.Tolerance);
        Assert.Contains(0f, output);
    }

    [Theory]
    [MemberData(nameof(Arrays.Paths), MemberType = typeof(Arrays))]
    public void Backward_PassesTheOutputGradientToYn_WhereYnIsTheResidual(string path)
    {
        foreach (bool shared in new[] { false, true })
        {
            var shape = new LateralShape(2, 7, 15, 22, 5, 3, shared);
            var data = new LateralCase(shape, seed: 7);
            double[] expected = data.Reference()[2];
            for (int i = 0; i < expected.Length; i++)
                expected[i] += data.GradOutput[i];
            LateralPlan plan = Plan(shape, path);
            float[] gradY = new float[shape.Elements], gradYn = new float[shape.Elements];
            float[] gradExcitation = new float[data.Excitation.Length], gradInhibition = new float[data.Inhibition.Length];
            fixed (float* y = data.Y, yn = data.Yn, g = data.GradOutput, we = data.Excitation, wi = data.Inhibition, gy = gradY, gyn = gradYn, ge = gradExcitation, gi = gradInhibition)
            {
                using WeightSpectra spectra = plan.Transform(we, wi, 1);
                plan.Backward(
                    new BackwardArguments { GradOutput = g, Y = y, Yn = yn, ResidualIsYn = true, GradY = gy, GradYn = gyn, GradExcitation = ge, GradInhibition = gi },
                    spectra, saved: null, threads: 2);
            }
            Assert.InRange(Arrays.RelativeError(gradYn, expected), 0, Arrays.Tolerance);
        }
    }

    [Fact]
    public void Forward_RefusesSpectraOfAnotherPlan()
    {
        LateralPlan small = Plan(new LateralShape(1, 2, 12, 12, 3, 3, false), "portable", (16, 16));
        LateralPlan large = Plan(new LateralShape(1, 2, 30, 30, 3, 3, false), "portable", (24, 24));
        float* weights = stackalloc float[36];
        using WeightSpectra spectra = small.Transform(weights, weights, 1);
        var error = Assert.Throws<ArgumentException>(() => large.Forward(default, spectra, 1));
        Assert.Contains("spectra for", error.Message);
    }

    [Fact]
    public void Plan_IsOurs_ForTheDefaultShapes_AndLibTorchs_ForOnePixel()
    {
        var options = new LateralOptions { Path = SimdPath.Portable };
        Assert.NotNull(LateralPlan.For(new LateralShape(16, 64, 48, 48, 9, 7, false), options));
        Assert.NotNull(LateralPlan.For(new LateralShape(32, 64, 12, 12, 9, 7, true), options));
        Assert.Null(LateralPlan.For(new LateralShape(1, 64, 1, 1, 3, 3, false), options));
        Assert.Null(LateralPlan.For(new LateralShape(16, 64, 48, 48, 9, 7, false), options with { Path = SimdPath.LibTorch }));
    }

    [Fact]
    public void Plan_IsRefused_WhereNoTransformHoldsTheKernel() =>
        Assert.Null(LateralPlan.For(new LateralShape(1, 2, 80, 80, 67, 3, false), new LateralOptions { Path = SimdPath.Portable, AlwaysSpectral = true }));

    [Theory]
    [InlineData(0, 1, 1, 1, 3, 3)]
    [InlineData(1, 0, 1, 1, 3, 3)]
    [InlineData(1, 1, 0, 1, 3, 3)]
    [InlineData(1, 1, 1, 0, 3, 3)]
    [InlineData(1, 1, 1, 1, 4, 3)]
    [InlineData(1, 1, 1, 1, 3, -1)]
    public void Plan_RefusesBadShapes(int n, int c, int h, int w, int ke, int ki) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LateralPlan.For(new LateralShape(n, c, h, w, ke, ki, false)));

    internal static LateralPlan Plan(LateralShape shape, string path, (int Height, int Width)? tile = null)
    {
        LateralPlan? plan = LateralPlan.For(shape, new LateralOptions { Path = Arrays.Path(path), AlwaysSpectral = true, Tile = tile });
        Assert.NotNull(plan);
        return plan;
    }
}
