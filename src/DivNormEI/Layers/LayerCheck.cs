using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>The checks of what a layer is made with and of what it is called with.</summary>
internal static class LayerCheck
{
    /// <summary>Refuses a layer without channels.</summary>
    public static void Channels(long channels)
    {
        if (channels < 1)
            throw new ArgumentOutOfRangeException(nameof(channels), channels, $"channels is {channels}; it must be 1 or more.");
    }

    /// <summary>The type that a layer computes in: what was asked for, else the default.</summary>
    public static ScalarType Type(string layer, ScalarType? dtype)
    {
        var type = dtype ?? get_default_dtype();
        return type is ScalarType.Float32 or ScalarType.Float64
            ? type
            : throw new ArgumentOutOfRangeException(nameof(dtype), type, $"dtype is {type}; {layer} computes in Float32 or Float64.");
    }

    /// <summary>Refuses an input that does not fit a layer of so many channels.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="input">[N, C, H, W] is wanted.</param>
    /// <param name="weight">A weight whose type and device the input must share; null for a layer without weights.</param>
    public static void Input(string layer, long channels, Tensor input, Tensor? weight)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (weight is { IsInvalid: true })
            throw new ObjectDisposedException(layer, $"This {layer} is disposed; it takes no more inputs.");
        if (input.dim() != 4 || input.shape[1] != channels)
            throw new ArgumentException($"{layer} of {channels} channels takes [N, {channels}, H, W]; the input is [{string.Join(", ", input.shape)}].", nameof(input));
        if (input.shape[2] == 0 || input.shape[3] == 0)
            throw new ArgumentException($"{layer} takes maps of one pixel or more; the input is [{string.Join(", ", input.shape)}].", nameof(input));
        if (weight is null)
        {
            if (input.dtype is not (ScalarType.Float32 or ScalarType.Float64))
                throw new ArgumentException($"{layer} computes in Float32 or Float64 and the input is {input.dtype}; convert it with .to(...).", nameof(input));
            return;
        }

        if (input.dtype != weight.dtype)
            throw new ArgumentException($"{layer}'s weights are {weight.dtype} and the input is {input.dtype}; convert one with .to(...).", nameof(input));
        if (input.device_type != weight.device_type || input.device_index != weight.device_index)
            throw new ArgumentException($"{layer}'s weights are on {weight.device} and the input is on {input.device}; move one with .to(...).", nameof(input));
    }
}
