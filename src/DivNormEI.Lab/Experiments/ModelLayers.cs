using System.Globalization;
using System.Text;
using DivNorm.Interop;
using DivNorm.Interop.Onnx;
using DivNorm.Lab.Experiments.Export;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Lab.Reporting;
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
/// <param name="Network">What it is, in words; null where the file holds nothing that this program can build.</param>
/// <param name="Input">Shape of the input that <see cref="ModelLayer.Output"/> is for, without the batch; null where there are no layers.</param>
/// <param name="Layers">The layers of the network in the order in which they answer, those that do not last; empty without a network, and for a DivNormEI layer alone.</param>
/// <param name="Tensors">By module, the tensors of the file that are in none of these layers.</param>
/// <param name="Problem">Why a file that has the names of VGG-16 was not read as one; null for every other.</param>
public sealed record ModelLayers(
    string Schema, string Model, string? Network, IReadOnlyList<long>? Input, IReadOnlyList<ModelLayer> Layers, IReadOnlyList<FileModule> Tensors, string? Problem)
{
    /// <summary>The schema's name.</summary>
    public const string SchemaName = "divnormei.layers/1";

    private const int LowResolutionSide = 12; // of the paper's crops
    private const int StimulusSide = 48;

    /// <summary>Lists what a file holds: the layers of a network that this program can build from it, and the tensors that are in none of them.</summary>
    /// <param name="path">A safetensors or a PyTorch file.</param>
    /// <exception cref="UserInputException">The file cannot be read, or says that it is a network of this program and does not fit it.</exception>
    public static ModelLayers Of(string path)
    {
        using var file = TensorFile.Open(path);
        if (SavedModel.Is(file) || Classifier.Is(file))
        {
            using var model = ModelFile.Load(path);
            using var input = model.SampleInputs(new OnnxExportOptions { Batch = 1, Height = LowResolutionSide, Width = LowResolutionSide }, seed: 0).First();
            return OfNetwork(file, model.Description, model.Model, input);
        }

        string? problem = null;
        if (Vgg16File.MayBe(file))
        {
            try
            {
                using var vgg = Vgg16File.Load(path);
                using var stimulus = zeros(1, 1, StimulusSide, StimulusSide);
                return OfNetwork(file, $"VGG-16 ({vgg.Convention}), the first {vgg.Layers.Count} convolution{(vgg.Layers.Count == 1 ? "" : "s")}", vgg, stimulus);
            }
            catch (UserInputException error)
            {
                problem = error.Message;
            }
        }

        if (!StoredLayer.IsAll(file))
            return new ModelLayers(SchemaName, Path.GetFileName(path), null, null, [], Modules(file.Tensors), problem);
        using var layer = ModelFile.Load(path);
        return new ModelLayers(SchemaName, Path.GetFileName(path), layer.Description, null, [], Modules(file.Tensors), null);
    }

    /// <summary>The list as JSON.</summary>
    public string ToJson() => JsonResults.Serialize(this, ExperimentJson.Default.ModelLayers);

    /// <summary>The list as a person reads it.</summary>
    public string ToText()
    {
        var text = new StringBuilder($"{Model}: {Network ?? "no network that this program builds"}");
        text.Append(Input is null ? $"; {TensorCount()}\n" : $"; input {Shape(Input)}\n");
        if (Problem is not null)
            text.Append(CultureInfo.InvariantCulture, $"not read as VGG-16: {Problem}\n");
        if (Layers.Count > 0)
        {
            var rows = Layers.Select(layer => new[]
            {
                layer.Name, layer.Kind, layer.Output is null ? "-" : Shape(layer.Output), Count(layer.Parameters), layer.CanInsert ? "yes" : $"no: {layer.Obstacle}",
            });
            Append(text, [["name", "kind", "output", "parameters", "takes a layer behind it"], .. rows], countColumn: 3);
            if (Tensors.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"in the file besides: {TensorCount()}\n");
        }

        if (Tensors.Count == 0)
            return text.ToString();
        List<string[]> lines = [["module", "tensor", "shape", "dtype", "numbers"]];
        foreach (var module in Tensors)
        {
            string name = module.Name.Length == 0 ? "-" : MessageText.OneLine(module.Name); // a file may call its tensors anything
            lines.AddRange(module.Tensors.Select(tensor => new[] { name, MessageText.OneLine(Split(tensor.Name).Own), Shape(tensor.Shape), tensor.DType, Count(tensor.Numbers) }));
        }

        Append(text, lines, countColumn: 4);
        return text.ToString();
    }

    private static ModelLayers OfNetwork(TensorFile file, string description, nn.Module<Tensor, Tensor> network, Tensor input)
    {
        var layers = network.InsertionPoints(input)
            .Select(point => new ModelLayer(point.Name, point.Type, point.OutputShape?.Skip(1).ToArray(), point.Parameters, point.Obstacle is null, point.Obstacle));
        var read = network.state_dict();
        var rest = file.Tensors.Where(tensor => !read.ContainsKey(tensor.Name));
        return new ModelLayers(SchemaName, Path.GetFileName(file.Name), description, input.shape[1..], [.. layers], Modules(rest), null);
    }

    private static FileModule[] Modules(IEnumerable<TensorEntry> tensors) =>
    [
        .. tensors
            .Select(tensor => new FileTensor(tensor.Name, tensor.Shape, tensor.DType, tensor.Shape.Aggregate(1L, (product, size) => product * size)))
            .GroupBy(tensor => Split(tensor.Name).Module)
            .Select(module => new FileModule(module.Key, module.Sum(tensor => tensor.Numbers), [.. module])),
    ];

    private static (string Module, string Own) Split(string name)
    {
        int dot = name.LastIndexOf('.');
        return (name[..Math.Max(dot, 0)], name[(dot + 1)..]);
    }

    private static void Append(StringBuilder text, List<string[]> rows, int countColumn)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            var cells = row.Select((cell, column) => column == countColumn ? cell.PadLeft(widths[column]) : column == row.Length - 1 ? cell : cell.PadRight(widths[column]));
            text.Append("  ").AppendJoin("  ", cells).Append('\n');
        }
    }

    private static string Shape(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private static string Count(long numbers) => numbers.ToString("#,0", CultureInfo.InvariantCulture);

    private string TensorCount()
    {
        int tensors = Tensors.Sum(module => module.Tensors.Count);
        return $"{tensors} tensor{(tensors == 1 ? "" : "s")}, {Count(Tensors.Sum(module => module.Numbers))} numbers";
    }
}
