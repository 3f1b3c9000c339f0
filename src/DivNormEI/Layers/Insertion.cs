using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// A layer that was inserted into a model: what <see cref="ModelInsertion"/> hands out. The model owns the layer until <see cref="Undo"/>; whoever wants to
/// keep the layer in the model need not keep this.
/// </summary>
public sealed class Insertion : IDisposable
{
    private readonly InsertedLayers row;
    private readonly string key;
    private readonly nn.Module<Tensor, Tensor> layer;
    private bool undone;

    internal Insertion(InsertedLayers row, nn.Module<Tensor, Tensor> layer, string behind, long channels)
    {
        (this.row, this.layer, Behind, Channels) = (row, layer, behind, channels);
        key = row.Append(layer);
    }

    /// <summary>
    /// The submodule that the layer stands behind. A Sequential gives what its last module gives, so that behind <c>layer1</c> is behind <c>layer1.1</c>.
    /// </summary>
    public string Behind { get; }

    /// <summary>The layer's name in the model, and the beginning of its names in the state dict: <c>features.0.inserted.0</c>.</summary>
    public string Name => $"{Behind}.{InsertedLayers.ChildName}.{key}";

    /// <summary>C, the channels that the layer was made for.</summary>
    public long Channels { get; }

    /// <summary>The layer, of the dtype and device of its surroundings.</summary>
    public nn.Module<Tensor, Tensor> Layer
    {
        get
        {
            if (!undone)
                row.Follow();
            return layer;
        }
    }

    /// <summary>Takes the layer out of the model, whose names, parameters and outputs are then what they would be without it. A second call changes nothing.</summary>
    /// <returns>The layer, which from now on is the caller's to dispose.</returns>
    public nn.Module<Tensor, Tensor> Undo()
    {
        if (!undone)
            row.Remove(key);
        undone = true;
        return layer;
    }

    /// <summary>Takes the layer out of the model and disposes it; does nothing after <see cref="Undo"/>.</summary>
    public void Dispose()
    {
        if (!undone)
            Undo().Dispose();
    }
}
