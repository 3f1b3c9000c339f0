using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>Something that answers stimuli with one tensor a layer.</summary>
internal interface IResponseSource
{
    /// <summary>Names of the layers.</summary>
    IReadOnlyList<string> Layers { get; }

    /// <summary>Where stimuli must be, and of which type.</summary>
    (Device Device, ScalarType Type) Input { get; }

    /// <summary>Makes ready for a recording; disposing the result leaves everything as it was.</summary>
    IDisposable Open();

    /// <summary>Presents a batch and hands every layer's answer on while it lives. Called between Open and its end.</summary>
    /// <param name="input">The batch.</param>
    /// <param name="read">Is given the index of a layer and its answer, once a layer.</param>
    void Present(Tensor input, Action<int, Tensor> read);
}

/// <summary>A function from stimuli to one tensor a layer.</summary>
internal sealed class FunctionSource(Func<Tensor, IReadOnlyList<Tensor>> model, IReadOnlyList<string> layers) : IResponseSource, IDisposable
{
    public IReadOnlyList<string> Layers => layers;

    public (Device Device, ScalarType Type) Input => (CPU, ScalarType.Float32);

    public IDisposable Open() => this;

    public void Present(Tensor input, Action<int, Tensor> read)
    {
        IReadOnlyList<Tensor> answers = model(input);
        if (answers.Count != layers.Count)
            throw new ArgumentException($"The model gave {answers.Count} stages, but {layers.Count} are named: {string.Join(", ", layers)}.");
        for (int layer = 0; layer < layers.Count; layer++)
            read(layer, answers[layer]);
    }

    public void Dispose()
    {
    }
}
