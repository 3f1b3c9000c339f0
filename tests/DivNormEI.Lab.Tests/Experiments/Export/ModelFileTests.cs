using System.Text.Json;
using DivNorm.Cli;
using DivNorm.Interop;
using DivNorm.Interop.Onnx;
using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments.Export;
using DivNorm.Lab.Experiments.Recognition;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Layers;
using DivNorm.Models;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments.Export;

/// <summary>Model files of every kind, exported and run by ONNX Runtime.</summary>
public sealed class ModelFileTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Arms => [.. RecognitionArms.Names];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Arms))]
    public void Classifier_OfAnyArm_IsWhatOnnxRuntimeComputes_WithItsClassesInTheMetadata(string arm)
    {
        // bfloat16 would be a hundred times further off than the tolerance: the exported model and the one it is compared with are Float32
        var metadata = Export(Saved(arm, new RecognitionConfig { InputSize = 32, StoredSize = 36, Width = 3, Hidden = 8, BFloat16 = true, EvaluationCrop = 0.875, Positions = [1, 2] }));
        Assert.Equal((arm, "vgg9", "RGB", "36", "0.875"), (metadata["arm"], metadata["model"], metadata["channels"], metadata["stored_size"], metadata["evaluation_crop"]));
        Assert.Equal(12, JsonSerializer.Deserialize<string[]>(metadata["class_ids"])!.Length);
        Assert.Equal(Names(), JsonSerializer.Deserialize<string[]>(metadata["class_names"])!);
        var transform = new RecognitionConfig().Transform();
        Assert.Equal(transform.Mean, JsonSerializer.Deserialize<double[]>(metadata["mean"])!);
        Assert.Equal(transform.Deviation, JsonSerializer.Deserialize<double[]>(metadata["std"])!);
    }

    [Fact]
    public void Classifier_RefusesAnotherSize_InOneLine()
    {
        using var model = ModelFile.Load(Saved("baseline", new RecognitionConfig { InputSize = 16, StoredSize = 18, Width = 2, Hidden = 4 }));
        var error = Assert.Throws<UserInputException>(() => model.WriteOnnx(folder["x.onnx"], new OnnxExportOptions { Height = 16, Width = 32 }));
        Assert.Equal("the VGG-9 classifier of 12 classes, arm baseline takes images of 16x16 pixels; it cannot be exported for 16x32", error.Message);
        model.WriteOnnx(folder["x.onnx"], new OnnxExportOptions { Height = 16, Width = 16 });
    }

    [Theory]
    [InlineData("divnormei-authors", InputReading.Upscaled)]
    [InlineData("burg", InputReading.LowResolution)]
    public void SuperResolution_IsWhatOnnxRuntimeComputes(string layer, InputReading reading)
    {
        using (var network = new SuperResolutionNet(NormalizationLayers.Find(layer).Create(64, 1), reading))
            SavedModel.Save(folder["model"], network, layer, "{}");
        var metadata = Export(folder["model"]);
        Assert.Equal(("super-resolution", layer, $"{reading}"), (metadata["model"], metadata["layer"], metadata["input"]));
    }

    [Theory]
    [InlineData("divnormei", "input")]
    [InlineData("divnormei-authors", "normalized")]
    [InlineData("divnormei-inhibition", "input")]
    public void LayerAlone_IsWhatOnnxRuntimeComputes(string name, string source)
    {
        using (var layer = NormalizationLayers.Find(name).Create(5, 1))
            ModuleState.SaveModule(layer, folder["model"], new Dictionary<string, string> { ["excitation_source"] = source });
        var metadata = Export(folder["model"]);
        Assert.Equal(("layer", "DivNormEI"), (metadata["model"], metadata["layer"]));
    }

    [Fact]
    public void FixedSizes_AreThoseThatAreSampled()
    {
        using (var layer = new DivNormEI(2))
            ModuleState.SaveModule(layer, folder["model"]);
        using var model = ModelFile.Load(folder["model"]);
        var inputs = model.SampleInputs(new OnnxExportOptions { Batch = 2, Height = 5, Width = 6 }, seed: 1).ToList();
        Assert.Equal([2, 2, 5, 6], Assert.Single(inputs).shape);
        inputs[0].Dispose();
    }

    [Fact]
    public void OtherFiles_AreRefused()
    {
        using var layer = new Gdn(2);
        ModuleState.SaveModule(layer, folder["model"]);
        Assert.Contains("holds no DivNormEI layer", Assert.Throws<UserInputException>(() => ModelFile.Load(folder["model"])).Message, StringComparison.Ordinal);
    }

    private static TexturedShapesOptions Few => new() { Train = 12, Validation = 12, Size = 20, Seed = 1 };

    private static IReadOnlyList<string> Names()
    {
        using var images = TexturedShapes.Generate(Few);
        return images.ClassNames;
    }

    /// <summary>A classifier's file as the recognition experiment writes it.</summary>
    private string Saved(string arm, RecognitionConfig config)
    {
        using var images = TexturedShapes.Generate(Few);
        using var network = new Vgg9(config.Network(arm, images.ClassIds.Count, seed: 1), RecognitionArms.Layer(arm, BlockStart.Paper));
        Classifier.Save(folder["model"], network, arm, images, config, "{}");
        return folder["model"];
    }

    /// <summary>Exports a file, compares, and gives the metadata.</summary>
    private Dictionary<string, string> Export(string path)
    {
        using var model = ModelFile.Load(path);
        model.WriteOnnx(folder["model.onnx"], new OnnxExportOptions());
        using var exported = new OnnxComparison(folder["model.onnx"]);
        int compared = 0;
        foreach (var input in model.SampleInputs(new OnnxExportOptions(), seed: 1))
        {
            using (input)
                Assert.InRange(exported.Error(model.Model, input), 0, Tolerance);
            compared++;
        }

        Assert.True(compared > 1);
        return exported.Metadata.CustomMetadataMap;
    }
}
