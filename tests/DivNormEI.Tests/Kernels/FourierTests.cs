using System.Numerics;
using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed unsafe class FourierTests
{
    public static TheoryData<int> Sizes => [.. FourierSizes.All];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Run_IsTheDiscreteFourierTransform_OnEveryPath(int size)
    {
        if (SimdPaths.Available.Contains(SimdPath.Avx512))
            Check<Lane512>(size);
        if (SimdPaths.Available.Contains(SimdPath.Avx2))
            Check<Lane256>(size);
        Check<Lane128>(size);
    }

    [Fact]
    public void Of_NamesTheLengths_WhenAskedForAnother() =>
        Assert.Contains("16, 20", Assert.Throws<ArgumentOutOfRangeException>(() => FourierSizes.Factors(18)).Message);

    /// <summary>Elements lie in a shuffled order, lanes are independent, and the swapped transform inverts.</summary>
    private static void Check<TLane>(int size)
        where TLane : unmanaged, ILane<TLane>
    {
        int width = TLane.Count;
        var random = new Random(size);
        int[] order = [.. Enumerable.Range(0, size)];
        random.Shuffle(order);
        int[] offsets = [.. order.Select(i => i * 2 * width)], plain = [.. Enumerable.Range(0, size).Select(i => i * 2 * width)];
        float[] source = Arrays.Random(size * 2 * width, random);
        using NativeBlock memory = NativePool.Rent(4L * size * 2 * width);
        float* input = memory.Pointer, output = input + (size * 2 * width), streamed = output + (size * 2 * width), scratch = streamed + (size * 2 * width);
        source.CopyTo(new Span<float>(input, source.Length));
        Fourier<TLane> transform = Fourier<TLane>.Of(size);
        fixed (int* shuffled = offsets, straight = plain)
        {
            transform.Run(input, shuffled, width, output, straight, width, scratch);
            transform.RunStreaming(input, shuffled, width, streamed, straight, width, scratch);
            for (int lane = 0; lane < width; lane++)
            {
                for (int k = 0; k < size; k++)
                {
                    Complex expected = Complex.Zero;
                    for (int n = 0; n < size; n++)
                        expected += new Complex(source[offsets[n] + lane], source[offsets[n] + width + lane]) * Complex.FromPolarCoordinates(1, -2 * Math.PI * n * k / size);
                    Assert.InRange(Complex.Abs(expected - new Complex(output[plain[k] + lane], output[plain[k] + width + lane])), 0, 1e-5);
                    Assert.Equal(output[plain[k] + lane], streamed[plain[k] + lane]);
                }
            }
            transform.Run(output + width, straight, -width, input + width, shuffled, -width, scratch);
        }
        for (int i = 0; i < source.Length; i++)
            Assert.InRange(Math.Abs((input[i] / size) - source[i]), 0, 1e-6);
    }
}
