using System.IO.Compression;
using DivNorm.Interop;
using TorchSharp;

namespace DivNorm.Tests;

/// <summary>A storage of a made PyTorch file: an entry of the archive.</summary>
internal sealed record Storage(string Type, string Key, long Count);

/// <summary>A tensor of a made PyTorch file.</summary>
internal sealed record View(Storage Storage, long Offset, long[] Shape, long[] Strides, bool IsParameter = false)
{
    /// <summary>A row-major tensor that fills its storage.</summary>
    internal static View Of(string type, string key, params long[] shape)
    {
        var strides = new long[shape.Length];
        var count = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
            (strides[i], count) = (count, count * shape[i]);
        return new View(new Storage(type, key, count), 0, shape, strides);
    }
}

/// <summary>Dicts that <c>torch.save</c> pickles as OrderedDict with a <c>_metadata</c> attribute: a module's state dict.</summary>
internal sealed class StateDict : List<(object Key, object? Value)>;

/// <summary>PyTorch files made by hand, valid or not.</summary>
internal static class PyTorchBytes
{
    /// <summary>A file of that value, with a storage of ascending bytes for every tensor in <paramref name="views"/>.</summary>
    internal static byte[] File(object? value, params View[] views) =>
        File(PickleWriter.Write(value), [.. views.Select(view => view.Storage).DistinctBy(storage => storage.Key).Select(storage => ($"data/{storage.Key}", Ascending(storage)))]);

    /// <summary>A file of that pickle and those entries, in the folder <c>archive</c>, stored.</summary>
    internal static byte[] File(byte[] pickle, params (string Name, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries.Prepend(("data.pkl", pickle)).Append(("version", "3\n"u8.ToArray())))
            {
                using var entry = archive.CreateEntry($"archive/{name}", CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Tensors as a state dict with a storage each: float32, float64 or int64.</summary>
    internal static (StateDict State, (string Name, byte[] Content)[] Storages) StateOf(IEnumerable<(string Name, torch.Tensor Tensor)> tensors)
    {
        var (state, storages) = (new StateDict(), new List<(string, byte[])>());
        foreach (var (name, tensor) in tensors)
        {
            var type = tensor.dtype switch
            {
                torch.ScalarType.Float32 => "FloatStorage",
                torch.ScalarType.Float64 => "DoubleStorage",
                _ => "LongStorage",
            };
            state.Add((name, View.Of(type, $"{storages.Count}", tensor.shape)));
            using var scope = torch.NewDisposeScope();
            storages.Add(($"data/{storages.Count}", tensor.detach().contiguous().bytes.ToArray()));
        }

        return (state, [.. storages]);
    }

    /// <summary>Writes tensors as <c>torch.save(state_dict, path)</c> does.</summary>
    internal static void Write(string path, IEnumerable<(string Name, torch.Tensor Tensor)> tensors)
    {
        var (state, storages) = StateOf(tensors);
        System.IO.File.WriteAllBytes(path, File(PickleWriter.Write(state), storages));
    }

    /// <summary>Opens bytes under the name <c>bad.pt</c>.</summary>
    internal static PyTorchFile Open(byte[] bytes) => PyTorchFile.Open(new MemoryStream(bytes), "bad.pt");

    /// <summary>The bytes of a storage: 0, 1, 2, ... in the type's own numbers.</summary>
    internal static byte[] Ascending(Storage storage)
    {
        using var numbers = torch.arange(storage.Count).to(TypeOf(storage.Type));
        return numbers.bytes.ToArray();
    }

    internal static torch.ScalarType TypeOf(string storage) => storage switch
    {
        "FloatStorage" => torch.ScalarType.Float32,
        "DoubleStorage" => torch.ScalarType.Float64,
        "HalfStorage" => torch.ScalarType.Float16,
        "BFloat16Storage" => torch.ScalarType.BFloat16,
        "LongStorage" => torch.ScalarType.Int64,
        "IntStorage" => torch.ScalarType.Int32,
        "ShortStorage" => torch.ScalarType.Int16,
        "CharStorage" => torch.ScalarType.Int8,
        "ByteStorage" => torch.ScalarType.Byte,
        "BoolStorage" => torch.ScalarType.Bool,
        _ => throw new ArgumentException($"no storage {storage}", nameof(storage)),
    };
}
