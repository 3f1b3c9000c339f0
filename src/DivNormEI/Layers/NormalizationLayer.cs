using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>A normalisation model that <see cref="NormalizationLayers"/> knows by name.</summary>
public sealed class NormalizationLayer
{
    private readonly Func<long, long, Device?, ScalarType?, nn.Module<Tensor, Tensor>> make;

    internal NormalizationLayer(
        string name, string title, string equation, string citation, Func<long, long, Device?, ScalarType?, nn.Module<Tensor, Tensor>> make)
    {
        (Name, Title, Equation, Citation) = (name, title, equation, citation);
        this.make = make;
    }

    /// <summary>What it is called on a command line: lower case, words joined by hyphens.</summary>
    public string Name { get; }

    /// <summary>What it is called in a table.</summary>
    public string Title { get; }

    /// <summary>What it computes, on one line.</summary>
    public string Equation { get; }

    /// <summary>Where it comes from.</summary>
    public string Citation { get; }

    /// <summary>A fresh layer, [N, C, H, W] to the same shape. The caller owns it.</summary>
    /// <param name="channels">C, 1 or more.</param>
    /// <param name="seed">Of its random start; the same seed, the same weights.</param>
    /// <param name="device">Where its weights live; null takes the default device.</param>
    /// <param name="dtype">Float32 or Float64; null takes the default dtype.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public nn.Module<Tensor, Tensor> Create(long channels, long seed, Device? device = null, ScalarType? dtype = null)
    {
        LayerCheck.Channels(channels);
        return make(channels, seed, device, LayerCheck.Type(Name, dtype));
    }
}
