using static TorchSharp.torch;

namespace DivNorm.Interop;

/// <summary>A tensor of a PyTorch file: a view of a storage that lies in the file.</summary>
internal sealed class PyTorchTensor : TensorEntry
{
    private readonly PickleTensor view;
    private readonly long storagePosition;

    private PyTorchTensor(string name, PickleTensor view, long storagePosition)
        : base(name, view.Storage.Type, view.Shape) => (this.view, this.storagePosition) = (view, storagePosition);

    /// <summary>Checks a tensor against the storage that the archive really holds.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="view">What the pickle says of it.</param>
    /// <param name="storage">Where the storage lies; null if it is missing.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="UserInputException">The two do not fit.</exception>
    internal static PyTorchTensor Create(string name, PickleTensor view, (long Position, long Length)? storage, string file)
    {
        var (key, count, bytes) = (MessageText.Quote(view.Storage.Key), view.Storage.Count, view.Storage.Type.Bits / 8);
        if (storage is not { } place)
            throw Error($"storage {key} is missing");
        if (place.Length % bytes != 0 || place.Length / bytes != count)
            throw Error($"storage {key} holds {place.Length} bytes, expected {count} elements of {view.Storage.Type.Name}");
        var shape = $"shape [{string.Join(", ", view.Shape)}]";
        if (view.Shape.Length != view.Strides.Length)
            throw Error($"{shape} and strides [{string.Join(", ", view.Strides)}] differ in number");
        if (SizeInBits(view.Shape, view.Storage.Type.Bits) is not { } bits)
            throw Error($"{shape} overflows");
        if (bits > 0 && view.Offset + Reach(view) >= count)
            throw Error($"{shape} reaches beyond storage {key} of {count} elements");
        // A few bytes could claim terabytes: expanded dimensions repeat elements that are there once.
        if (bits / 8 / bytes > count)
            throw Error($"{shape} repeats elements of storage {key}, which holds {count}; call contiguous() before it is saved");
        return new PyTorchTensor(name, view, place.Position);

        UserInputException Error(string what) => new($"{file}: tensor {MessageText.Quote(name)}: {what}");
    }

    internal override Tensor Read(Stream stream)
    {
        var type = ScalarType!.Value;
        if (ByteLength == 0)
            return empty(view.Shape, type, CPU);
        var (rowMajor, isRowMajor) = (1L, true);
        var strides = new long[view.Shape.Length];
        for (var i = strides.Length - 1; i >= 0; i--)
        {
            // the stride of a single row is never taken, and may be anything
            strides[i] = view.Shape[i] == 1 ? 1 : view.Strides[i];
            isRowMajor &= view.Shape[i] == 1 || view.Strides[i] == rowMajor;
            rowMajor *= view.Shape[i];
        }

        stream.Position = storagePosition + view.Offset * (Type.Bits / 8);
        if (isRowMajor)
            return TensorBytes.Read(stream, view.Shape, type);
        using var span = TensorBytes.Read(stream, [(long)Reach(view) + 1], type);
        using var strided = span.as_strided(view.Shape, strides);
        return strided.contiguous();
    }

    /// <summary>How far the last element lies behind the first.</summary>
    private static Int128 Reach(PickleTensor view)
    {
        Int128 reach = 0;
        for (var i = 0; i < view.Shape.Length; i++)
            reach += (Int128)(view.Shape[i] - 1) * view.Strides[i];
        return reach;
    }
}
