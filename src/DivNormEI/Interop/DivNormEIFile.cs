using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>
/// A DivNormEI layer as a file: its state dict, and in the metadata what the shapes do not say. Reads safetensors and PyTorch files, the layer's own names
/// (<c>w_div</c>, <c>w_exc</c>, ...) and those of the authors' public code (<c>div.weight</c>, <c>e_e.weight</c>, ...), alone or within the state dict of a network.
/// </summary>
public static class DivNormEIFile
{
    /// <summary>Reads a layer.</summary>
    /// <param name="path">A safetensors file or a PyTorch file (<c>.pt</c>, <c>.pth</c>).</param>
    /// <param name="prefix">Where the layer is in a larger state dict (<c>encoder.norm</c>); null finds the only one, empty is one without a prefix.</param>
    /// <returns>
    /// The layer on the CPU, in training mode as a new one is; Float64 if the file has such tensors, else Float32. Channels, kernels, biases and lesions come from the
    /// shapes. The source of E, epsilon, the batch norm's epsilon and momentum and what is held non-negative come from the metadata; where they are silent, the layer's
    /// names mean <see cref="Layers.DivNormEIOptions.Paper"/> and the authors' <see cref="Layers.DivNormEIOptions.AuthorsCode"/>. How the layer started and its kernel
    /// are not in a file. Negative lateral weights become zero.
    /// </returns>
    /// <exception cref="UserInputException">The file cannot be read, holds no such layer or several, or a tensor does not fit.</exception>
    public static Layers.DivNormEI Load(string path, string? prefix = null)
    {
        using var file = TensorFile.Open(path);
        return Load(file, StoredLayer.Find(file, prefix));
    }

    /// <summary>Writes a layer as a safetensors file, whole or not at all, so that <see cref="Load(string, string)"/> gives one that computes the same.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="layer">The layer, on any device.</param>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public static void Save(string path, Layers.DivNormEI layer) => ModuleState.SaveModule(layer, path);

    internal static Layers.DivNormEI Load(TensorFile file, StoredLayer stored)
    {
        var layer = new Layers.DivNormEI(stored.Channels, stored.Options, CPU, stored.Type);
        try
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            var state = layer.state_dict();
            foreach (var (name, entry) in stored.Entries)
                state[name].copy_(file.Read(entry.Name).reshape(state[name].shape));
            return layer;
        }
        catch
        {
            layer.Dispose();
            throw;
        }
    }
}
