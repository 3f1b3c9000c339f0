namespace DivNorm.Models;

/// <summary>
/// How a set of VGG-16 weights names its convolutions and wants its pictures. The two are trained apart: one's weights under the
/// other's convention still answer, wrongly.
/// </summary>
public enum Vgg16Convention
{
    /// <summary>
    /// Caffe's and Keras's: <c>conv1_1</c>, <c>conv1_2</c>, ...; pictures are blue, green, red in 0 to 255, minus the means
    /// (103.939, 116.779, 123.68) of ImageNet (Simonyan and Zisserman 2014, the published weights).
    /// </summary>
    Caffe,

    /// <summary>
    /// torchvision's: <c>features.0</c>, <c>features.2</c>, ...; pictures are red, green, blue in 0 to 1, minus (.485, .456, .406),
    /// divided by (.229, .224, .225).
    /// </summary>
    Torchvision,
}

/// <summary>The names and constants of each convention.</summary>
internal static class Vgg16Conventions
{
    private static readonly double[] CaffeMean = [103.939, 116.779, 123.68];
    private static readonly double[] TorchvisionMean = [0.485, 0.456, 0.406];
    private static readonly double[] TorchvisionDeviation = [0.229, 0.224, 0.225];

    /// <summary>Names of the first four convolutions: state-dict names without <c>.weight</c> and <c>.bias</c>.</summary>
    internal static IReadOnlyList<string> Names(Vgg16Convention convention) => convention switch
    {
        Vgg16Convention.Caffe => ["conv1_1", "conv1_2", "conv2_1", "conv2_2"],
        Vgg16Convention.Torchvision => ["features.0", "features.2", "features.5", "features.7"],
        _ => throw new ArgumentOutOfRangeException(nameof(convention), convention, "the convention is Caffe or Torchvision."),
    };

    /// <summary>Whether the first channel is blue, not red.</summary>
    internal static bool BlueFirst(Vgg16Convention convention) => convention == Vgg16Convention.Caffe;

    /// <summary>What a value in [0, 1] is multiplied by, in the order of the weights' channels.</summary>
    internal static double[] Scale(Vgg16Convention convention) =>
        convention == Vgg16Convention.Caffe ? [255, 255, 255] : Array.ConvertAll(TorchvisionDeviation, deviation => 1 / deviation);

    /// <summary>What is then added, in the order of the weights' channels.</summary>
    internal static double[] Shift(Vgg16Convention convention) =>
        convention == Vgg16Convention.Caffe
            ? Array.ConvertAll(CaffeMean, mean => -mean)
            : [.. TorchvisionMean.Zip(TorchvisionDeviation, (mean, deviation) => -mean / deviation)];

    /// <summary>The picture that the convention maps to zero: red, green, blue in [0, 1].</summary>
    internal static double[] MeanColor(Vgg16Convention convention) =>
        convention == Vgg16Convention.Caffe ? [CaffeMean[2] / 255, CaffeMean[1] / 255, CaffeMean[0] / 255] : TorchvisionMean;
}
