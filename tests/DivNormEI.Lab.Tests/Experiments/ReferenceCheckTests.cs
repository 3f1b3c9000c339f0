using DivNorm.Lab.Experiments;
using DivNorm.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments;

public sealed class ReferenceCheckTests : IDisposable
{
    private static readonly ReferenceMaker Small = new([2, 3, 6, 5], 3, 5, 3);

    private readonly TemporaryFolder folder = new();

    private string Path => folder["reference.safetensors"];

    public static TheoryData<string, ScalarType> Golden
    {
        get
        {
            var data = new TheoryData<string, ScalarType>();
            foreach (var name in new[] { "tiny-paper", "paper-64", "signed-input", "authors-code" })
            {
                data.Add(name, ScalarType.Float32);
                data.Add(name, ScalarType.Float64);
            }

            return data;
        }
    }

    /// <summary>N, C, H, W, the three kernels, biases, excitation from Yn, epsilon.</summary>
    public static TheoryData<long[], int[], bool, bool, double> Layers => new()
    {
        { [2, 3, 6, 5], [5, 9, 7], false, false, 0 },
        { [1, 1, 7, 1], [1, 1, 1], false, false, 0 },
        { [4, 2, 1, 1], [5, 9, 7], false, false, 0 },
        { [8, 5, 1, 1], [1, 3, 1], true, true, 0 },
        { [3, 16, 2, 9], [7, 3, 11], true, false, 0 },
        { [1, 6, 12, 10], [3, 5, 5], false, true, 0 },
        { [2, 4, 8, 8], [9, 1, 3], true, true, 1e-3 },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void GoldenFile_Passes(string name, ScalarType type)
    {
        var path = SharedFolder.PathOrSkip($"golden/{name}.safetensors");
        var report = ReferenceCheck.Run([path], new CheckOptions { DType = type });
        var file = Assert.Single(report.Files);
        Assert.True(report.ExitCode == 0, Text(report));
        Assert.Equal(name == "authors-code" ? 17 : 15, file.Tensors.Count);
        Assert.Empty(file.Ignored);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void FileOfAnotherImplementation_Passes(long[] shape, int[] kernels, bool bias, bool fromNormalized, double epsilon)
    {
        new ReferenceMaker(shape, kernels[0], kernels[1], kernels[2]) { Bias = bias, FromNormalized = fromNormalized, Epsilon = epsilon }
            .Write(Path);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var report = ReferenceCheck.Run([Path], new CheckOptions { DType = type });
            Assert.True(report.ExitCode == 0, Text(report));
            Assert.Equal(bias ? 17 : 15, report.Files[0].Tensors.Count);
        }
    }

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(2, 1, true)]
    [InlineData(1, 2, true)]
    public void TwoValuesAChannel_PassInFloat64(long n, long width, bool bias)
    {
        (new ReferenceMaker([n, 3, 1, width], 3, 5, 3) { Bias = bias, FromNormalized = bias }).Write(Path);
        var report = ReferenceCheck.Run([Path], new CheckOptions { DType = ScalarType.Float64 });
        Assert.True(report.ExitCode == 0, Text(report));
    }

    [Fact]
    public void SingleValueAChannel_PassesInEvalMode()
    {
        new ReferenceMaker([1, 3, 1, 1]).Write(Path);
        Assert.Equal(0, ReferenceCheck.Run([Path]).ExitCode);
    }

    [Fact]
    public void MissingMetadataAndBatchNorm_TakeTheirDefaults()
    {
        Small.Write(Path, (tensors, metadata) =>
        {
            metadata.Clear();
            var integrated = tensors["integrated"];
            ReferenceMaker.KeepOnlyInputs(tensors);
            tensors["output_eval"] = (integrated / Math.Sqrt(1 + 1e-5)).clamp(min: 0);
        });
        var report = ReferenceCheck.Run([Path]);
        Assert.True(report.ExitCode == 0, Text(report));
        Assert.Equal("output_eval", Assert.Single(report.Files[0].Tensors).Name);
    }

    [Theory]
    [InlineData("normalized")]
    [InlineData("excitation")]
    [InlineData("inhibition")]
    [InlineData("integrated")]
    [InlineData("output_eval")]
    [InlineData("output_train")]
    [InlineData("bn_running_mean_after")]
    [InlineData("bn_running_var_after")]
    [InlineData("grad_input")]
    [InlineData("grad_w_div")]
    [InlineData("grad_w_exc")]
    [InlineData("grad_w_inh")]
    [InlineData("grad_sigma")]
    [InlineData("grad_bn_weight")]
    [InlineData("grad_bn_bias")]
    [InlineData("grad_b_exc")]
    [InlineData("grad_b_inh")]
    public void PerturbedReference_FailsAlone(string name)
    {
        (Small with { Bias = true }).Write(Path, (tensors, _) =>
        {
            var changed = tensors[name].clone();
            var largest = tensors[name == "grad_b_exc" || name == "grad_b_inh" ? "grad_output" : name].abs().max().ToDouble();
            changed.view(-1)[0] += 1e-3 * largest;
            tensors[name] = changed;
        });
        var report = ReferenceCheck.Run([Path]);
        Assert.Equal(1, report.ExitCode);
        Assert.Equal(name, Assert.Single(report.Files[0].Tensors, tensor => !tensor.Passed).Name);
        Assert.Equal(0, ReferenceCheck.Run([Path], new CheckOptions { Tolerance = 2e-3 }).ExitCode);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void NotANumberInTheReference_Fails(double value)
    {
        Small.Write(Path, (tensors, _) => tensors["output_eval"].view(-1)[0] = value);
        var report = ReferenceCheck.Run([Path], new CheckOptions { Tolerance = 1e9 });
        Assert.Equal(1, report.ExitCode);
        Assert.False(report.Files[0].Tensors.Single(tensor => tensor.Name == "output_eval").Passed);
    }

    [Fact]
    public void NotANumberFromTheLayer_Fails()
    {
        Small.Write(Path, (tensors, _) => tensors["input"].view(-1)[0] = double.NaN);
        Assert.Equal(1, ReferenceCheck.Run([Path], new CheckOptions { Tolerance = 1e9 }).ExitCode);
    }

    [Fact]
    public void ZeroReference_IsComparedAbsolutely()
    {
        Small.Write(Path, (tensors, _) => tensors["output_eval"].zero_());
        var check = ReferenceCheck.Run([Path]).Files[0].Tensors.Single(tensor => tensor.Name == "output_eval");
        Assert.Equal(0, check.Scale);
        Assert.False(check.Passed);
        Assert.InRange(check.Error, 0.01, 100);
    }

    [Fact]
    public void UnknownTensorsAndMetadata_AreIgnored_AndNamed()
    {
        Small.Write(Path, (tensors, metadata) =>
        {
            tensors["notes"] = ones(2, dtype: ScalarType.Int32);
            metadata["author"] = "somebody";
        });
        var report = ReferenceCheck.Run([Path]);
        Assert.Equal(0, report.ExitCode);
        Assert.Equal(["notes"], report.Files[0].Ignored);
        Assert.Contains("ignored: 'notes'", Text(report), StringComparison.Ordinal);
    }

    [Fact]
    public void BadFile_DoesNotKeepTheOthersFromBeingChecked_AndWins()
    {
        File.WriteAllText(folder["bad"], "not a safetensors file");
        Small.Write(folder["good"]);
        Small.Write(folder["wrong"], (tensors, _) => tensors["sigma"].mul_(1.1));

        var report = ReferenceCheck.Run([folder["bad"], folder["wrong"], folder["missing"], folder["good"]]);

        Assert.Equal(2, report.ExitCode);
        Assert.Equal([false, false, false, true], report.Files.Select(file => file.Passed));
        Assert.Contains("no such file", report.Files[2].Problem, StringComparison.Ordinal);
        var text = Text(report);
        Assert.Contains($"{folder["bad"]}{Environment.NewLine}  bad file: ", text, StringComparison.Ordinal);
        Assert.Contains("FAIL", text, StringComparison.Ordinal);
        Assert.EndsWith($"1 passed, 1 failed, 2 bad{Environment.NewLine}", text, StringComparison.Ordinal);
        Assert.Equal(1, ReferenceCheck.Run([folder["wrong"], folder["good"]]).ExitCode);
    }

    [Fact]
    public void BadOptions_AreNamed()
    {
        Assert.Throws<ArgumentException>(() => ReferenceCheck.Run([]));
        var tolerance = Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceCheck.Run([Path], new CheckOptions { Tolerance = -1 }));
        Assert.Contains("Tolerance is -1; it must be 0 or greater", tolerance.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => ReferenceCheck.Run([Path], new CheckOptions { DType = ScalarType.Float16 }));
    }

    [Fact]
    public void Check_LeaksNoTensor()
    {
        (Small with { Bias = true }).Write(Path);
        ReferenceCheck.Run([Path]);
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        var before = statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 5; i++)
            ReferenceCheck.Run([Path]);
        Assert.Equal(before, statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => folder.Dispose();

    private static string Text(CheckReport report)
    {
        var text = new StringWriter();
        ReferenceCheck.Print(report, text);
        return text.ToString();
    }
}
