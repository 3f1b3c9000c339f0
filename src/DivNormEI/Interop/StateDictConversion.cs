using DivNorm.Layers;
using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>Writes the tensors of a PyTorch or safetensors file as a safetensors file.</summary>
public static class StateDictConversion
{
    // Tensors may share a storage, as tied weights do, and each is written out: a small file could ask for a disk full.
    private const int MostTimesLarger = 16;

    /// <summary>Converts a file.</summary>
    /// <param name="source">A safetensors file or a PyTorch file.</param>
    /// <param name="target">The safetensors file to create or replace; its folder must exist.</param>
    /// <param name="layer">
    /// The prefix of a DivNormEI layer to take out of a larger state dict; null writes all tensors under their names, unless they are those of one DivNormEI layer
    /// and nothing else: that is written under the layer's own names.
    /// </param>
    /// <returns>What was written.</returns>
    /// <exception cref="UserInputException">A file cannot be read or written, the target is the source, or the layer is not there.</exception>
    public static ConvertedStateDict Run(string source, string target, string? layer = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        using var file = TensorFile.Open(source);
        if (RealPath.AreSame(source, target))
            throw new UserInputException($"cannot write '{target}': it is the file that is read; give another");
        if (layer is null && !StoredLayer.IsAll(file))
        {
            WriteAll(file, target);
            return new ConvertedStateDict(file.Tensors.Count, null, null);
        }

        var stored = StoredLayer.Find(file, layer);
        using var module = DivNormEIFile.Load(file, stored);
        DivNormEIFile.Save(target, module);
        return new ConvertedStateDict(stored.Entries.Count, module.Channels, module.Options);
    }

    private static void WriteAll(TensorFile file, string target)
    {
        if (file.Find(SafetensorsHeader.MetadataKey) is not null)
            throw new UserInputException($"{file.Name}: a tensor is called '{SafetensorsHeader.MetadataKey}', which safetensors files reserve; rename it");
        Int128 bytes = 0;
        foreach (var entry in file.Tensors)
            bytes += entry.ByteLength;
        if (bytes > MostTimesLarger * (Int128)file.Length)
            throw new UserInputException($"{file.Name}: its tensors share storages and would take {bytes} bytes apart, more than {MostTimesLarger} times the file; save clones of those that are needed");
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(target, [.. file.Tensors.Select(entry => (entry.Name, file.Read(entry.Name)))], file.Metadata);
    }
}

/// <summary>What a conversion has written.</summary>
/// <param name="Tensors">How many tensors.</param>
/// <param name="Channels">The channels of the DivNormEI layer that they are; null if they are none.</param>
/// <param name="Layer">The options of that layer.</param>
public sealed record ConvertedStateDict(int Tensors, long? Channels, DivNormEIOptions? Layer);
