using DivNorm.Lab.Experiments;
using DivNorm.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments;

/// <summary>Valid safetensors files that are no reference for the layer: each names what is wrong.</summary>
public sealed class ReferenceFileTests : IDisposable
{
    private static readonly ReferenceMaker Small = new([2, 3, 6, 5], 3, 5, 3);

    private readonly TemporaryFolder folder = new();

    private string Path => folder["reference.safetensors"];

    [Theory]
    [InlineData("input")]
    [InlineData("w_div")]
    [InlineData("w_exc")]
    [InlineData("w_inh")]
    [InlineData("sigma")]
    [InlineData("b_exc")]
    [InlineData("b_inh")]
    public void MissingTensor_IsBad(string name)
    {
        (Small with { Bias = true }).Write(Path, (tensors, _) => tensors.Remove(name));
        Assert.StartsWith($"{Path}: {name} is missing", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("input", new long[] { 2, 3, 6 }, "input has shape [2, 3, 6], expected 4 dimensions")]
    [InlineData("input", new long[] { 0, 3, 6, 5 }, "input of shape [0, 3, 6, 5] has no elements")]
    [InlineData("sigma", new long[] { }, "sigma has shape [], expected [3]")]
    [InlineData("sigma", new long[] { 1 }, "sigma has shape [1], expected [3]")]
    [InlineData("w_div", new long[] { 3, 3, 3, 3 }, "w_div has shape [3, 3, 3, 3], expected [3, 1, 3, 3]")]
    [InlineData("w_div", new long[] { 3, 1, 3, 5 }, "w_div has kernels of 3 x 5; the layer's are square, odd, 1 to 63 pixels")]
    [InlineData("w_exc", new long[] { 3, 3, 4, 4 }, "w_exc has kernels of 4 x 4; the layer's are square, odd, 1 to 63 pixels")]
    [InlineData("w_inh", new long[] { 3, 3, 65, 65 }, "w_inh has kernels of 65 x 65; the layer's are square, odd, 1 to 63 pixels")]
    [InlineData("w_inh", new long[] { 3, 3, 5, 5 }, "kernel_inh is '3' in the metadata, and w_inh has kernels of 5 x 5")]
    [InlineData("output_eval", new long[] { 2, 3, 5, 6 }, "output_eval has shape [2, 3, 5, 6], expected [2, 3, 6, 5]")]
    [InlineData("grad_sigma", new long[] { 2 }, "grad_sigma has shape [2], expected [3]")]
    [InlineData("bn_running_var_after", new long[] { 3, 1 }, "bn_running_var_after has shape [3, 1], expected [3]")]
    public void WrongShape_IsBad(string name, long[] shape, string message)
    {
        Small.Write(Path, (tensors, _) => tensors[name] = ones(shape));
        Assert.Equal($"{Path}: {message}", Problem());
    }

    [Theory]
    [InlineData("kernel_div", "5", "kernel_div is '5' in the metadata, and w_div has kernels of 3 x 3")]
    [InlineData("kernel_exc", "five", "kernel_exc is 'five' in the metadata, and w_exc has kernels of 5 x 5")]
    [InlineData("excitation_source", "Y", "excitation_source is 'Y' in the metadata; it must be 'input' or 'normalized'")]
    [InlineData("lateral_bias", "True", "lateral_bias is True in the metadata, and b_exc and b_inh are missing")]
    [InlineData("lateral_bias", "perhaps", "lateral_bias is 'perhaps' in the metadata; it must be 'True' or 'False'")]
    [InlineData("bn_eps", "0", "bn_eps is '0' in the metadata; it must be a number, greater than 0")]
    [InlineData("bn_momentum", "None", "bn_momentum is 'None' in the metadata; it must be a number, 0 to 1")]
    [InlineData("epsilon", "-1", "epsilon is '-1' in the metadata; it must be a number, 0 or greater")]
    [InlineData("eps", "NaN", "eps is 'NaN' in the metadata; it must be a number, 0 or greater")]
    public void WrongMetadata_IsBad(string key, string value, string message)
    {
        Small.Write(Path, (_, metadata) => metadata[key] = value);
        Assert.Equal($"{Path}: {message}", Problem());
    }

    [Fact]
    public void FileWithNothingToCompare_IsBad()
    {
        Small.Write(Path, (tensors, _) => ReferenceMaker.KeepOnlyInputs(tensors));
        Assert.Equal($"{Path}: there is no output or gradient to compare with", Problem());
    }

    [Fact]
    public void GradientsWithoutTheOutputsGradient_AreBad()
    {
        Small.Write(Path, (tensors, _) => tensors.Remove("grad_output"));
        Assert.Equal($"{Path}: grad_input needs grad_output, which is missing", Problem());
    }

    [Fact]
    public void NegativeLateralWeight_IsBad()
    {
        Small.Write(Path, (tensors, _) => tensors["w_inh"].view(-1)[3] = -0.5);
        Assert.Equal($"{Path}: w_inh holds -0.5; lateral weights are never negative", Problem());
    }

    [Fact]
    public void WholeNumbers_AreBad()
    {
        Small.Write(Path, (tensors, _) => tensors["sigma"] = ones(3, dtype: ScalarType.Int32));
        Assert.Equal($"{Path}: sigma is of dtype I32; it must be F64, F32, F16 or BF16", Problem());
    }

    [Fact]
    public void TrainingOutputOfASingleValueAChannel_IsBad()
    {
        new ReferenceMaker([1, 3, 1, 1]).Write(Path, (tensors, _) => tensors["output_train"] = tensors["output_eval"]);
        Assert.Equal($"{Path}: input of shape [1, 3, 1, 1] has one value a channel; batch statistics need two or more", Problem());
    }

    public void Dispose() => folder.Dispose();

    private string? Problem()
    {
        var report = ReferenceCheck.Run([Path]);
        Assert.Equal(2, report.ExitCode);
        return report.Files[0].Problem;
    }
}
