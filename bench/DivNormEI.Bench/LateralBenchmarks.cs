using BenchmarkDotNet.Attributes;
using DivNorm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Bench;

/// <summary>The lateral stage alone, 9x9 and 7x7 kernels: libtorch's two convolutions against ours, forward (weights at hand) and a training step.</summary>
public unsafe class LateralBenchmarks
{
    private readonly Tensor[] maps = new Tensor[6];
    private readonly Tensor[] kernels = new Tensor[4];
    private LateralPlan plan = null!;
    private WeightSpectra spectra = null!;

    /// <summary>Channels, batch, side.</summary>
    [Params("64,16,48", "64,8,56", "64,2,112", "64,32,12")]
    public string Shape { get; set; } = "";

    /// <summary>Whose kernels "ours" are.</summary>
    [Params("avx512", "avx2", "portable")]
    public string Path { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = [.. Shape.Split(',').Select(int.Parse)];
        (int channels, int batch, int side) = (sizes[0], sizes[1], sizes[2]);
        for (int i = 0; i < maps.Length; i++)
            maps[i] = rand(batch, channels, side, side, requires_grad: i < 2);
        for (int i = 0; i < kernels.Length; i++)
            kernels[i] = rand([channels, channels, 9 - (2 * (i % 2)), 9 - (2 * (i % 2))], requires_grad: i < 2);
        var options = new LateralOptions { Path = SimdPaths.Parse(Path, nameof(Path)), AlwaysSpectral = true };
        plan = LateralPlan.For(new LateralShape(batch, channels, side, side, 9, 7, SharedSource: false), options)!;
        spectra = plan.Transform(Data(kernels[0]), Data(kernels[1]), get_num_threads());
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        spectra.Dispose();
        foreach (Tensor tensor in maps.Concat(kernels))
            tensor.Dispose();
    }

    [Benchmark]
    public void LibTorchForward()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        Convolve();
    }

    [Benchmark]
    public void LibTorchStep()
    {
        using DisposeScope scope = NewDisposeScope();
        Convolve().backward([maps[2]]);
    }

    [Benchmark]
    public void OurForward() => Forward(spectra, keep: false);

    [Benchmark]
    public void OurStep()
    {
        int threads = get_num_threads();
        using WeightSpectra fresh = plan.Transform(Data(kernels[0]), Data(kernels[1]), threads);
        using SavedSpectra? saved = Forward(fresh, keep: true);
        var arguments = new BackwardArguments
        {
            GradOutput = Data(maps[2]),
            Y = Data(maps[0]),
            Yn = Data(maps[1]),
            GradY = Data(maps[4]),
            GradYn = Data(maps[5]),
            GradExcitation = Data(kernels[2]),
            GradInhibition = Data(kernels[3]),
        };
        plan.Backward(arguments, fresh, saved, threads);
    }

    private SavedSpectra? Forward(WeightSpectra weights, bool keep) =>
        plan.Forward(new ForwardArguments { Y = Data(maps[0]), Yn = Data(maps[1]), Output = Data(maps[3]), Keep = keep }, weights, get_num_threads());

    private Tensor Convolve() =>
        nn.functional.conv2d(maps[0], kernels[0], padding: [4, 4]) - nn.functional.conv2d(maps[1], kernels[1], padding: [3, 3]);

    private static float* Data(Tensor tensor) => (float*)tensor.storage<float>().data_ptr().ToPointer();
}
