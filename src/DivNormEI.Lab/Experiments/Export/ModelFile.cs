using System.Text.Json.Nodes;
using DivNorm.Interop;
using DivNorm.Interop.Onnx;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Export;

/// <summary>A model of this project from a file, of whatever kind, ready to be exported: in Float32 and in eval mode.</summary>
public sealed class ModelFile : IDisposable
{
    private readonly Dictionary<string, string> metadata;
    private readonly (int Height, int Width)? size; // of its images, where it takes no other
    private readonly Func<long, long, long, Generator, Tensor> sample;
    private string source = string.Empty;

    private ModelFile(
        string description, nn.Module<Tensor, Tensor> model, Dictionary<string, string> metadata, Func<long, long, long, Generator, Tensor> sample, int? side = null)
    {
        (Description, Model, this.metadata, this.sample) = (description, model, metadata, sample);
        size = side is { } one ? (one, one) : null;
        model.eval();
    }

    /// <summary>What it is, in words.</summary>
    public string Description { get; }

    /// <summary>The model.</summary>
    public nn.Module<Tensor, Tensor> Model { get; }

    /// <summary>Builds the model of a file: a super-resolution network, a classifier, or a DivNormEI layer alone.</summary>
    /// <param name="path">A file of <c>run contrast</c>, <c>compare</c> or <c>run recognition</c> (models/*.safetensors), or of a layer: safetensors or PyTorch's.</param>
    /// <exception cref="UserInputException">The file cannot be read, or holds none of these.</exception>
    public static ModelFile Load(string path)
    {
        var model = Read(path);
        model.source = path;
        return model;
    }

    /// <summary>Writes it as ONNX; the metadata say which layer or arm it has and, of a classifier, its classes and how images become its input.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="options">Sizes to fix, and further metadata.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="UserInputException">The file cannot be written or is the model's own, or the model takes images of another size.</exception>
    public OnnxModelInfo WriteOnnx(string path, OnnxExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (RealPath.AreSame(path, source))
            throw new UserInputException($"--to is the model itself ({path}); give another file");
        if (size is { } only && options.Height is not null && only != (options.Height, options.Width))
            throw new UserInputException($"the {Description} takes images of {only.Height}x{only.Width} pixels; it cannot be exported for {options.Height}x{options.Width}");
        var all = new Dictionary<string, string>(metadata);
        foreach (var (key, value) in options.Metadata)
            all[key] = value;
        return OnnxExport.Write(path, Model, options with { Metadata = all });
    }

    /// <summary>Random inputs to compare the exported model with this one on: of the sizes that the options fix, of several where they are free.</summary>
    /// <param name="options">As in <see cref="WriteOnnx"/>.</param>
    /// <param name="seed">Of the inputs.</param>
    /// <returns>Float32; the caller disposes them.</returns>
    public IEnumerable<Tensor> SampleInputs(OnnxExportOptions options, long seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        var sizes = size is { } only ? [only, only]
            : options is { Height: { } height, Width: { } width } ? [(height, width)]
            : ((int Height, int Width)[])[(12, 12), (17, 23), (48, 32)];
        using var generator = new Generator((ulong)seed, CPU);
        for (int i = 0; i < sizes.Length; i++)
            yield return sample(options.Batch ?? i + 1, sizes[i].Height, sizes[i].Width, generator);
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private static ModelFile Read(string path)
    {
        using (var file = TensorFile.Open(path))
        {
            if (SavedModel.Is(file))
                return OfSuperResolution(file);
            if (Classifier.Is(file))
                return OfClassifier(path);
        }

        var layer = DivNormEIFile.Load(path);
        layer.to(ScalarType.Float32);
        return new ModelFile(
            $"DivNormEI layer of {layer.Channels} channels",
            layer,
            [],
            (batch, height, width, generator) => randn([batch, layer.Channels, height, width], generator: generator));
    }

    private static ModelFile OfSuperResolution(TensorFile file)
    {
        var (model, layer) = SavedModel.Load(file);
        return new ModelFile(
            $"super-resolution network with {layer.Title}",
            model,
            new Dictionary<string, string> { ["layer"] = layer.Name, ["input"] = model.Reading.ToString() },
            (batch, height, width, generator) => rand([batch, 1, height, width], generator: generator));
    }

    private static ModelFile OfClassifier(string path)
    {
        var classifier = Classifier.Load(path);
        var (transform, side) = (classifier.Transform, classifier.Model.Options.InputSize);
        return new ModelFile(
            $"VGG-9 classifier of {classifier.ClassIds.Count} classes, arm {classifier.Arm}",
            InFloat32(classifier),
            new Dictionary<string, string>
            {
                ["arm"] = classifier.Arm,
                ["class_ids"] = Json(classifier.ClassIds.Select(id => JsonValue.Create(id))),
                ["class_names"] = Json(classifier.ClassNames.Select(name => JsonValue.Create(name))),
                ["channels"] = "RGB",
                ["mean"] = Json(transform.Mean.Select(value => JsonValue.Create(value))),
                ["std"] = Json(transform.Deviation.Select(value => JsonValue.Create(value))),
                ["stored_size"] = $"{classifier.StoredSize}",
                ["evaluation_crop"] = JsonValue.Create(transform.EvaluationCrop).ToJsonString(),
            },
            (batch, height, width, generator) => randn([batch, 3, height, width], generator: generator),
            side);
    }

    /// <summary>The classifier's network; one that computes in bfloat16 is built again with the same weights in Float32, as the exported one computes.</summary>
    private static Vgg9 InFloat32(Classifier classifier)
    {
        if (!classifier.Model.Options.BFloat16)
            return classifier.Model;
        using (classifier)
        {
            var model = new Vgg9(classifier.Model.Options with { BFloat16 = false }, RecognitionArms.Layer(classifier.Arm, BlockStart.Paper));
            model.load_state_dict(classifier.Model.state_dict());
            return model;
        }
    }

    private static string Json(IEnumerable<JsonNode?> values) => new JsonArray([.. values]).ToJsonString();
}
