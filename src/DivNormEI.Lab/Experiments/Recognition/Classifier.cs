using System.Text.Json;
using DivNorm.Interop;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Training;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>A class and how probable a classifier holds it.</summary>
/// <param name="ClassId">The class's id.</param>
/// <param name="ClassName">What people call it.</param>
/// <param name="Probability">Softmax of the scores.</param>
public sealed record Guess(string ClassId, string ClassName, double Probability);

/// <summary>
/// A trained network with all it needs to be of use: its classes and how images become its input. The file is a safetensors file of the
/// state dict, the rest in its metadata.
/// </summary>
public sealed class Classifier : IDisposable
{
    private const string Kind = "vgg9";

    private Classifier(Vgg9 model, string arm, IReadOnlyList<string> classIds, IReadOnlyList<string> classNames, ImageTransform transform, int storedSize) =>
        (Model, Arm, ClassIds, ClassNames, Transform, StoredSize) = (model, arm, classIds, classNames, transform, storedSize);

    /// <summary>The network, in evaluation mode.</summary>
    public Vgg9 Model { get; }

    /// <summary>The arm that it is, one of <see cref="RecognitionArms.Names"/>.</summary>
    public string Arm { get; }

    /// <summary>Ids of its classes.</summary>
    public IReadOnlyList<string> ClassIds { get; }

    /// <summary>What people call its classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How images become its input.</summary>
    public ImageTransform Transform { get; }

    /// <summary>The short side that images are scaled down to when they are read, before <see cref="Transform"/>.</summary>
    public int StoredSize { get; }

    /// <summary>Whether a file says that it is a classifier.</summary>
    internal static bool Is(TensorFile file) => file.Metadata.GetValueOrDefault("model") == Kind;

    /// <summary>Reads a classifier.</summary>
    /// <param name="path">A model file of the recognition experiment.</param>
    /// <exception cref="UserInputException">The file cannot be read, or holds no classifier.</exception>
    public static Classifier Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (!Is(file))
            throw new UserInputException($"{path}: holds no classifier of this program; give a file from models/ of a recognition run.");
        try
        {
            var options = Read<Vgg9Options>("options");
            options.Validate();
            string arm = file.Metadata.GetValueOrDefault("arm", "");
            if (!RecognitionArms.Names.Contains(arm))
                throw new UserInputException($"{path}: its network is '{arm}'; known are {string.Join(", ", RecognitionArms.Names)}.");
            var (ids, names) = (Read<string[]>("classes"), Read<string[]>("classNames"));
            if (ids.Length != options.Classes || names.Length != options.Classes)
                throw new UserInputException($"{path}: names {ids.Length} classes, and its network has {options.Classes}.");
            var model = new Vgg9(options, RecognitionArms.Layer(arm, BlockStart.Paper));
            try
            {
                ModuleState.LoadModule(model, file);
            }
            catch
            {
                model.Dispose();
                throw;
            }

            model.eval();
            return new Classifier(model, arm, ids, names, Read<ImageTransform>("transform"), Read<int>("storedSize"));
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new UserInputException($"{path}: its metadata cannot be read ({error.Message.Split('\n')[0]}).", error);
        }

        T Read<T>(string key) => file.Metadata.TryGetValue(key, out string? text)
            ? JsonResults.Deserialize<T>(text)
            : throw new UserInputException($"{path}: its metadata has no {key}.");
    }

    /// <summary>The classes that an image most probably shows.</summary>
    /// <param name="path">The image's file.</param>
    /// <param name="most">How many, 1 or more.</param>
    /// <returns>The likeliest first.</returns>
    /// <exception cref="UserInputException">The file cannot be read as an image.</exception>
    public IReadOnlyList<Guess> Classify(string path, int most = 5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var scaler = new ImageScaler();
        var image = scaler.Shrink(ImageFile.ReadRgb(path), StoredSize);
        float[] planes = new float[Transform.Values];
        Transform.Centre(image, scaler, planes);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (values, classes) = Model.call(tensor(planes, [1, 3, Transform.Size, Transform.Size])).softmax(1)[0].topk(Math.Min(most, ClassIds.Count));
        return [.. classes.data<long>().ToArray().Zip(values.data<float>().ToArray(), (at, value) => new Guess(ClassIds[(int)at], ClassNames[(int)at], value))];
    }

    /// <summary>How well it recognises a set of images.</summary>
    /// <param name="images">The images, labelled in the order of <see cref="ClassIds"/>.</param>
    /// <param name="report">Is told the number of images shown.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="UserInputException">No image could be read.</exception>
    public ClassifierScores Evaluate(ILabeledImages images, Action<int>? report = null, CancellationToken cancellation = default) =>
        ClassifierScores.Measure(Model, images, Transform, ClassIds.Count, new ClassificationOptions(), report, cancellation);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    /// <summary>Writes a classifier.</summary>
    internal static void Save(string path, Vgg9 model, string arm, ClassifiedImages data, RecognitionConfig config, string configText) => ModuleState.SaveModule(
        model,
        path,
        new Dictionary<string, string>
        {
            ["model"] = Kind,
            ["arm"] = arm,
            ["options"] = JsonResults.Serialize(model.Options).TrimEnd(),
            ["classes"] = JsonResults.Serialize(data.ClassIds).TrimEnd(),
            ["classNames"] = JsonResults.Serialize(data.ClassNames).TrimEnd(),
            ["inputSize"] = $"{config.InputSize}",
            ["storedSize"] = $"{config.StoredSize}",
            ["transform"] = JsonResults.Serialize(config.Transform()).TrimEnd(),
            ["config"] = configText,
        });
}
