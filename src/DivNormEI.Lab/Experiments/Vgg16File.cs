using System.Text.RegularExpressions;
using DivNorm.Interop;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments;

/// <summary>
/// Reads the first layers of VGG-16 from a safetensors or a PyTorch file. The names tell the input convention: <c>conv1_1.weight</c> is Caffe's and Keras's,
/// <c>features.0.weight</c> torchvision's.
/// </summary>
public static partial class Vgg16File
{
    private static readonly long[][] Shapes = [[64, 3, 3, 3], [64, 64, 3, 3], [128, 64, 3, 3], [128, 128, 3, 3]];

    /// <summary>Places of the convolutions among torchvision's <c>features</c> of VGG-16, the last ones too.</summary>
    private static readonly int[] TorchvisionPlaces = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];

    /// <summary>Whether a file has a first convolution under a name of VGG-16; other networks of torchvision call theirs the same.</summary>
    internal static bool MayBe(TensorFile file) => Enum.GetValues<Vgg16Convention>().Any(convention => file.Find(FirstWeight(convention)) is not null);

    /// <summary>Reads the convolutions that a file has, from the first to the last before a gap.</summary>
    /// <param name="path">The file; tensors of later layers are not read.</param>
    /// <param name="layers">Most convolutions to read, 1 to 4.</param>
    /// <returns>The front end, on the CPU, in eval mode.</returns>
    /// <exception cref="UserInputException">The file cannot be read, or does not hold the weights of a VGG-16.</exception>
    public static Vgg16FrontEnd Load(string path, int layers = Vgg16FrontEnd.MostConvolutions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layers, Vgg16FrontEnd.MostConvolutions);
        using var file = TensorFile.Open(path);
        var convention = Convention(file);
        CheckInput(file, convention);
        using var scope = NewDisposeScope();
        var convolutions = new List<(Tensor, Tensor)>();
        foreach (var (name, shape) in Vgg16FrontEnd.ConvolutionNames(convention).Zip(Shapes).Take(layers))
        {
            if (convolutions.Count > 0 && file.Find($"{name}.weight") is null)
                break;
            convolutions.Add((Read(file, $"{name}.weight", shape), Read(file, $"{name}.bias", shape[..1])));
        }

        var frontEnd = new Vgg16FrontEnd(convolutions, convention, CPU);
        frontEnd.eval();
        return frontEnd;
    }

    private static string FirstWeight(Vgg16Convention convention) => $"{Vgg16FrontEnd.ConvolutionNames(convention)[0]}.weight";

    private static Vgg16Convention Convention(TensorFile file)
    {
        string caffe = FirstWeight(Vgg16Convention.Caffe), torchvision = FirstWeight(Vgg16Convention.Torchvision);
        bool isCaffe = file.Find(caffe) is not null, isTorchvision = file.Find(torchvision) is not null;
        if (isCaffe == isTorchvision)
        {
            throw new UserInputException(
                $"{file.Name}: has {(isCaffe ? "both" : "neither")} '{caffe}' (Caffe's or Keras's VGG-16) {(isCaffe ? "and" : "nor")} '{torchvision}' (torchvision's); give a file with one of them.");
        }

        if (isCaffe)
            return Vgg16Convention.Caffe;
        // The first convolution of vgg11, vgg13, vgg19 and those with batch norm has the same name and shape: what follows tells them apart.
        foreach (var tensor in file.Tensors)
        {
            if (TorchvisionWeight().Match(tensor.Name) is { Success: true } match && !TorchvisionPlaces.Contains(int.Parse(match.Groups[1].ValueSpan)))
                throw new UserInputException($"{file.Name}: has '{tensor.Name}', which torchvision's vgg16 has not; this is another network (vgg16_bn, vgg19, ...). Give the weights of vgg16 itself.");
        }

        return Vgg16Convention.Torchvision;
    }

    /// <summary>A file may say in its metadata how its input is scaled; if that contradicts its names, neither is to be trusted.</summary>
    private static void CheckInput(TensorFile file, Vgg16Convention convention)
    {
        if (!file.Metadata.TryGetValue("input", out string? input))
            return;
        bool says(string order) => input.Contains(order, StringComparison.OrdinalIgnoreCase);
        string expected = convention == Vgg16Convention.Caffe ? "BGR" : "RGB", other = convention == Vgg16Convention.Caffe ? "RGB" : "BGR";
        if (says(other) && !says(expected))
            throw new UserInputException($"{file.Name}: its metadata say that the input is '{input}', but weights of these names take {expected}; rename the tensors to the convention that they were trained with.");
    }

    private static Tensor Read(TensorFile file, string name, long[] shape)
    {
        var tensor = file.Read(name);
        string where = $"{file.Name}: tensor '{name}'";
        if (!tensor.shape.SequenceEqual(shape))
            throw new UserInputException($"{where} has shape [{string.Join(", ", tensor.shape)}]; VGG-16's is [{string.Join(", ", shape)}].");
        if (!tensor.is_floating_point())
            throw new UserInputException($"{where} holds {tensor.dtype}; weights are floating-point numbers.");
        using var values = tensor.to(ScalarType.Float32);
        using var finite = values.isfinite();
        using var all = finite.all();
        if (!all.item<bool>())
            throw new UserInputException($"{where} holds values that are no numbers or infinite.");
        return tensor;
    }

    [GeneratedRegex(@"^features\.(\d{1,4})\.weight$", RegexOptions.CultureInvariant)]
    private static partial Regex TorchvisionWeight();
}
