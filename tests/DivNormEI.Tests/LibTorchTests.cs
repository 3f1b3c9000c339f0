using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Tests;

/// <summary>
/// The native library that the build chose works, mended (src/DivNormEI.Build) or not: arithmetic, threads, gradients, and the C++
/// streams and exceptions, which are what an unsuitable libstdc++ would break first.
/// </summary>
public sealed class LibTorchTests
{
    [Fact]
    public void Sum_IsExact() => Assert.Equal(6f, ones(2, 3).sum().item<float>());

    [Fact]
    public void Convolution_AndItsGradient_MatchTheClosedForm()
    {
        using Tensor input = arange(36, float32).reshape(1, 1, 6, 6);
        using Tensor kernel = ones([1, 1, 3, 3], requires_grad: true);

        using Tensor output = nn.functional.conv2d(input, kernel);
        output.sum().backward();

        // The first window is rows 0-2 of columns 0-2; the gradient at (0, 0) sums rows 0-3 of columns 0-3.
        Assert.Equal(0 + 1 + 2 + 6 + 7 + 8 + 12 + 13 + 14, output[0, 0, 0, 0].item<float>());
        Assert.Equal(Enumerable.Range(0, 4).Sum(row => Enumerable.Range(0, 4).Sum(column => (6 * row) + column)), kernel.grad![0, 0, 0, 0].item<float>());
    }

    [Fact]
    public void Module_SurvivesAFile_AndAStream()
    {
        string path = Path.GetTempFileName();
        try
        {
            using Generator generator = new(seed: 1);
            using var saved = nn.Linear(4, 3);
            using (no_grad())
                saved.weight!.copy_(rand([3, 4], generator: generator));

            saved.save(path);
            using MemoryStream written = new();
            saved.save(written);
            using MemoryStream stream = new(written.ToArray());
            using var fromFile = nn.Linear(4, 3);
            fromFile.load(path);
            using var fromStream = nn.Linear(4, 3);
            fromStream.load(stream);

            Assert.Equal(saved.weight!.data<float>().ToArray(), fromFile.weight!.data<float>().ToArray());
            Assert.Equal(saved.weight!.data<float>().ToArray(), fromStream.weight!.data<float>().ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Tensor_SurvivesLibTorchsOwnFormat()
    {
        string path = Path.GetTempFileName();
        try
        {
            using Tensor saved = arange(10, float64);

            // Native serialisation goes over C++ streams.
            save(saved, path);
            using Tensor loaded = load(path);

            Assert.Equal(saved.data<double>().ToArray(), loaded.data<double>().ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void NativeErrors_ArriveAsExceptionsWithTheirText()
    {
        using Tensor left = ones(2, 3);
        using Tensor right = ones(4, 5);

        Exception error = Assert.ThrowsAny<Exception>(() => left.mm(right));

        Assert.Contains("2x3 and 4x5", error.Message, StringComparison.Ordinal);
    }
}
