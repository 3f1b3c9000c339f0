using System.Globalization;
using System.Text;
using DivNorm.Interop;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Experiments.Tuning;
using DivNorm.Layers;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments;

/// <summary>One layer of a network.</summary>
/// <param name="Name">Its name in the network and in the state dict.</param>
/// <param name="Kind">Its class.</param>
/// <param name="Output">Shape of what it gives for one input, without the batch; null where it is not called.</param>
/// <param name="Parameters">Numbers that are trained, those of the layers within it too.</param>
/// <param name="CanInsert">Whether a layer can be inserted behind it.</param>
/// <param name="Obstacle">Why not; null where it can.</param>
public sealed record ModelLayer(string Name, string Kind, IReadOnlyList<long>? Output, long Parameters, bool CanInsert, string? Obstacle);

/// <summary>One tensor of a file.</summary>
/// <param name="Name">Its whole name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="DType">Its element type as the safetensors format spells it.</param>
/// <param name="Numbers">How many elements it has.</param>
public sealed record FileTensor(string Name, IReadOnlyList<long> Shape, string DType, long Numbers);

/// <summary>The tensors of a file whose names differ after their last dot only: those of one module.</summary>
/// <param name="Name">The beginning that they share; empty for names without a dot.</param>
/// <param name="Numbers">How many elements they have.</param>
/// <param name="Tensors">The tensors, in the order of the file.</param>
public sealed record FileModule(string Name, long Numbers, IReadOnlyList<FileTensor> Tensors);

/// <summary>What a model file holds: schema <c>divnormei.layers/1</c>.</summary>
/// <param name="Schema">Always <see cref="SchemaName"/>.</param>
/// <param name="Model">The file's name.</param>
/// <param name="Network">What the network is, in words; null where the file holds none that this program can build.</param>
/// <param name="Input">Shape of the input that <see cref="ModelLayer.Output"/> is for, without the batch; null without a network.</param>
/// <param name="Layers">The layers of the network in the order in which they answer, those that do not last; null without a network.</param>
/// <param name="Tensors">The file's tensors by module; null with a network.</param>
/// <param name="Problem">Why a file that has the names of VGG-16 was not read as one; null for every other.</param>
public sealed record ModelLayers(
    string Schema, string Model, string? Network, IReadOnlyList<long>? Input, IReadOnlyList<ModelLayer>? Layers, IReadOnlyList<FileModule>? Tensors, string? Problem)
{
    /// <summary>The schema's name.</summary>
    public const string SchemaName = "divnormei.layers/1";

    private const int StimulusSide = 48;

    /// <summary>Lists what a file holds: the layers of a network that this program can build from it, else its tensors.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="UserInputException">The file cannot be read, or says that it is a network of this program and does not fit it.</exception>
    public static ModelLayers Of(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (Classifier.Is(file))
        {
            using var classifier = Classifier.Load(path);
            using var image = zeros(1, 3, classifier.Model.Options.InputSize, classifier.Model.Options.InputSize);
            return OfNetwork(file, $"VGG-9, {classifier.Arm}: {RecognitionArms.Describe(classifier.Arm)}; {classifier.ClassIds.Count} classes", image.shape, classifier.Model.InsertionPoints(image));
        }

        string? problem = null;
        if (TunedNetwork.Knows(file))
        {
            try
            {
                using var network = TunedNetwork.Load(path);
                return OfNetwork(file, network.Description, [1, 1, StimulusSide, StimulusSide], network.Points(StimulusSide));
            }
            catch (UserInputException error) when (!SavedModel.Is(file))
            {
                problem = error.Message; // the names alone spoke for VGG-16
            }
        }

        var modules = file.Tensors
            .Select(tensor => new FileTensor(tensor.Name, tensor.Shape, tensor.DType, tensor.Shape.Aggregate(1L, (product, size) => product * size)))
            .GroupBy(tensor => tensor.Name[..Math.Max(tensor.Name.LastIndexOf('.'), 0)])
            .Select(module => new FileModule(module.Key, module.Sum(tensor => tensor.Numbers), [.. module]));
        return new ModelLayers(SchemaName, Path.GetFileName(path), null, null, null, [.. modules], problem);
    }

    /// <summary>The list as a person reads it.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        if (Layers is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Model}: {Network}; input {Shape(Input!)}\n");
            var rows = Layers.Select(layer => new[]
            {
                layer.Name, layer.Kind, layer.Output is null ? "-" : Shape(layer.Output), Count(layer.Parameters), layer.CanInsert ? "yes" : $"no: {layer.Obstacle}",
            });
            Append(text, [["name", "kind", "output", "parameters", "takes a layer behind it"], .. rows], countColumn: 3);
            return text.ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"{Model}: no network that this program builds; {Tensors!.Sum(module => module.Tensors.Count)} tensors, {Count(Tensors!.Sum(module => module.Numbers))} numbers\n");
        if (Problem is not null)
            text.Append(CultureInfo.InvariantCulture, $"not read as VGG-16: {Problem}\n");
        List<string[]> lines = [["module", "tensor", "shape", "dtype", "numbers"]];
        foreach (var module in Tensors!)
        {
            string name = module.Name.Length == 0 ? "-" : Printable(module.Name);
            lines.AddRange(module.Tensors.Select(tensor => new[] { name, Printable(tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..]), Shape(tensor.Shape), tensor.DType, Count(tensor.Numbers) }));
        }

        Append(text, lines, countColumn: 4);
        return text.ToString();
    }

    private static ModelLayers OfNetwork(SafetensorsFile file, string network, long[] input, IReadOnlyList<InsertionPoint> points) => new(
        SchemaName,
        Path.GetFileName(file.Name),
        network,
        input[1..],
        [.. points.Select(point => new ModelLayer(point.Name, point.Type, point.OutputShape?.Skip(1).ToArray(), point.Parameters, point.Obstacle is null, point.Obstacle))],
        null,
        null);

    private static void Append(StringBuilder text, List<string[]> rows, int countColumn)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            text.Append("  ").AppendJoin("  ", row.Select((cell, column) => column == countColumn ? cell.PadLeft(widths[column]) : cell.PadRight(column == row.Length - 1 ? 0 : widths[column]))).Append('\n');
    }

    private static string Shape(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private static string Count(long numbers) => numbers.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A file may call its tensors anything; a terminal is not to be told more than the name.</summary>
    private static string Printable(string name) => name.Any(char.IsControl) ? SafetensorsHeader.Quote(name) : name;
}
