using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Models;

/// <summary>
/// The first layers of VGG-16 (Simonyan and Zisserman 2014, configuration D): up to four 3x3 convolutions of stride 1, zero-padded by 1,
/// each with a ReLU, and a 2x2 maximum pooling between the second and the third. It takes pictures in [0, 1] and applies the
/// input convention of its weights itself.
/// </summary>
/// <remarks>
/// Its state dict has the names of the weights' convention, so that a saved one is read as what it is. The module after the first convolution's ReLU
/// is <c>relu1_1</c> or <c>features.1</c>; the following ones likewise.
/// </remarks>
public sealed class Vgg16FrontEnd : nn.Module<Tensor, Tensor>
{
    /// <summary>Most convolutions that the front end has.</summary>
    public const int MostConvolutions = 4;

    private const int PoolAfter = 2;

    private readonly Sequential layers;
    private readonly Tensor scale;
    private readonly Tensor shift;

    /// <summary>A front end of given weights.</summary>
    /// <param name="convolutions">
    /// Weight [out, in, 3, 3] (cross-correlation) and bias [out] of 1 to 4 convolutions in order, the first with 3 inputs; copied, as float32.
    /// </param>
    /// <param name="convention">Where the weights come from: their names and their input.</param>
    /// <param name="device">Where the module lives; null takes the default device.</param>
    /// <exception cref="ArgumentException">No or too many convolutions, or a shape that does not follow from the one before.</exception>
    public Vgg16FrontEnd(IReadOnlyList<(Tensor Weight, Tensor Bias)> convolutions, Vgg16Convention convention, Device? device = null)
        : base(nameof(Vgg16FrontEnd))
    {
        ArgumentNullException.ThrowIfNull(convolutions);
        Check(convolutions);
        Convention = convention;
        Layers = [.. Vgg16Conventions.Names(convention).Take(convolutions.Count)];
        Channels = (int)convolutions[^1].Weight.shape[0];
        MeanColor = Vgg16Conventions.MeanColor(convention);
        layers = nn.Sequential(Modules(convolutions, convention));
        layers.to(device ??= get_default_device());
        foreach (var tensor in layers.parameters())
            tensor.DetachFromDisposeScope(); // a module made inside a scope outlives it
        scale = PerChannel(Vgg16Conventions.Scale(convention), device);
        shift = PerChannel(Vgg16Conventions.Shift(convention), device);
        register_buffer(nameof(scale), scale, persistent: false);
        register_buffer(nameof(shift), shift, persistent: false);
        if (convention == Vgg16Convention.Torchvision)
        {
            register_module("features", layers);
        }
        else
        {
            foreach (var (name, module) in layers.named_children())
                register_module(name, module);
        }
    }

    /// <summary>Where the weights come from.</summary>
    public Vgg16Convention Convention { get; }

    /// <summary>Names of the convolutions, as in the weights' file.</summary>
    public IReadOnlyList<string> Layers { get; }

    /// <summary>C, the number of maps of the last convolution.</summary>
    public int Channels { get; }

    /// <summary>The uniform picture that the convention maps to zero: red, green, blue in [0, 1], the mean colour of ImageNet.</summary>
    public IReadOnlyList<double> MeanColor { get; }

    /// <summary>Names of the first four convolutions in a file of a convention, without <c>.weight</c> and <c>.bias</c>.</summary>
    /// <param name="convention">The convention.</param>
    public static IReadOnlyList<string> ConvolutionNames(Vgg16Convention convention) => Vgg16Conventions.Names(convention);

    /// <summary>What the first convolution sees: the picture in the channel order, scale and origin of the weights.</summary>
    /// <param name="image">[N, 1, H, W] grey or [N, 3, H, W] red, green, blue, float32 in [0, 1] (not checked).</param>
    /// <returns>[N, 3, H, W].</returns>
    /// <exception cref="ArgumentException">The image has another number of dimensions or channels.</exception>
    public Tensor Prepare(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.dim() != 4 || image.shape[1] is not (1 or 3))
            throw new ArgumentException($"images are [N, 1 or 3, H, W], got [{string.Join(", ", image.shape)}].", nameof(image));
        using var scope = NewDisposeScope();
        var colors = image.shape[1] == 1 ? image.expand(-1, 3, -1, -1) : Vgg16Conventions.BlueFirst(Convention) ? image.flip(1) : image;
        // TorchSharp moves no buffers that are not persistent
        return colors.mul(scale.to(image.device)).Plus_(shift.to(image.device)).MoveToOuterDisposeScope();
    }

    /// <summary>The rectified maps of the last convolution.</summary>
    /// <param name="image">[N, 1, H, W] grey or [N, 3, H, W] red, green, blue, float32 in [0, 1].</param>
    /// <returns>[N, C, H, W], with three or more convolutions [N, C, H / 2, W / 2].</returns>
    /// <exception cref="ArgumentException">As in <see cref="Prepare"/>.</exception>
    public override Tensor forward(Tensor image)
    {
        using var scope = NewDisposeScope();
        return layers.call(Prepare(image)).MoveToOuterDisposeScope();
    }

    private static void Check(IReadOnlyList<(Tensor Weight, Tensor Bias)> convolutions)
    {
        if (convolutions.Count is < 1 or > MostConvolutions)
            throw new ArgumentException($"the front end has 1 to {MostConvolutions} convolutions, got {convolutions.Count}.", nameof(convolutions));
        long inputs = 3;
        for (int i = 0; i < convolutions.Count; i++)
        {
            var (weight, bias) = convolutions[i];
            if (weight.dim() != 4 || !weight.shape.AsSpan(1).SequenceEqual([inputs, 3, 3]) || !bias.shape.AsSpan().SequenceEqual([weight.shape[0]]))
            {
                throw new ArgumentException(
                    $"convolution {i + 1} needs a weight [out, {inputs}, 3, 3] and a bias [out], got [{string.Join(", ", weight.shape)}] and [{string.Join(", ", bias.shape)}].",
                    nameof(convolutions));
            }

            inputs = weight.shape[0];
        }
    }

    /// <summary>Convolution, ReLU, ... under the names of the convention: torchvision's count every module.</summary>
    private static IEnumerable<(string Name, nn.Module<Tensor, Tensor> Module)> Modules(
        IReadOnlyList<(Tensor Weight, Tensor Bias)> convolutions, Vgg16Convention convention)
    {
        int place = 0;
        for (int i = 0; i < convolutions.Count; i++)
        {
            string layer = $"{i / PoolAfter + 1}_{i % PoolAfter + 1}";
            if (i == PoolAfter)
                yield return (Name("pool1"), nn.MaxPool2d(2, 2));
            yield return (Name($"conv{layer}"), Convolution(convolutions[i].Weight, convolutions[i].Bias));
            yield return (Name($"relu{layer}"), nn.ReLU());
        }

        string Name(string caffe)
        {
            string torchvision = $"{place++}";
            return convention == Vgg16Convention.Torchvision ? torchvision : caffe;
        }
    }

    private static Conv2d Convolution(Tensor weight, Tensor bias)
    {
        var convolution = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding: 1, dtype: ScalarType.Float32);
        using var _ = no_grad();
        convolution.weight.copy_(weight);
        convolution.bias!.copy_(bias);
        return convolution;
    }

    private static Tensor PerChannel(double[] values, Device device) =>
        tensor(Array.ConvertAll(values, value => (float)value), [1, 3, 1, 1], device: device).DetachFromDisposeScope();
}
