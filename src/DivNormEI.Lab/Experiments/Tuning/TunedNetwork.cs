using DivNorm.Filters;
using DivNorm.Interop;
using DivNorm.Lab.Experiments.SuperResolution;
using DivNorm.Layers;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Tuning;

/// <summary>A network from a file, ready to be shown stimuli [B, 1, h, w].</summary>
internal sealed class TunedNetwork : IDisposable
{
    private readonly IDisposable[] owned;

    private TunedNetwork(nn.Module<Tensor, Tensor> network, string description, params IDisposable[] owned)
    {
        (Network, Description, this.owned) = (network, description, owned);
        network.eval();
    }

    /// <summary>The network, in eval mode.</summary>
    public nn.Module<Tensor, Tensor> Network { get; }

    /// <summary>What it is, in words.</summary>
    public string Description { get; }

    /// <summary>
    /// Builds the network of a file: one that <c>run contrast</c> or <c>compare</c> has saved, or the first layers of VGG-16. Stimuli reach a super-resolution
    /// network at its Gabor filters, with a stride of 1, as in those experiments: they are not scaled up first.
    /// </summary>
    /// <exception cref="UserInputException">The file cannot be read, or is neither.</exception>
    public static TunedNetwork Load(string path)
    {
        using var file = TensorFile.Open(path);
        if (SavedModel.Is(file))
        {
            var (model, layer) = SavedModel.Load(file);
            var encoder = new GaborEncoder(GaborBank.Paper, stride: 1);
            var decoder = (nn.Module<Tensor, Tensor>)model.named_children().Single(child => child.name == "decoder").module;
            var stages = nn.Sequential(("encoder", encoder), ("normalization", model.Normalization), ("decoder", decoder));
            return new TunedNetwork(stages, $"super-resolution network with {layer.Title}", encoder, model);
        }

        if (!Vgg16File.MayBe(file))
            throw new UserInputException($"{path}: neither a network saved by 'run contrast' or 'compare' (models/*.safetensors) nor the weights of VGG-16.");
        var vgg = Vgg16File.Load(path);
        return new TunedNetwork(vgg, $"VGG-16 ({vgg.Convention}), {vgg.Layers.Count} convolutions", vgg);
    }

    /// <summary>The layers in the order in which they answer when a stimulus is shown, those that do not last.</summary>
    /// <param name="imageSize">Side of the stimulus, pixels.</param>
    public IReadOnlyList<InsertionPoint> Points(int imageSize)
    {
        using var stimulus = full([1, 1, imageSize, imageSize], 0.5f);
        return Network.InsertionPoints(stimulus);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in owned)
            one.Dispose();
    }
}
