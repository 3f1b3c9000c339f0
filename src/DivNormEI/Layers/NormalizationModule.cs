using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// What the normalisation models beside <see cref="DivNormEI"/> share: [N, C, H, W] to the same shape and dtype, any N, H and W;
/// a checked input; one dispose scope a forward pass; and weights whose constraint holds wherever they can be seen.
/// </summary>
public abstract class NormalizationModule : nn.Module<Tensor, Tensor>, IBoundedReach
{
    private readonly string layer;
    private readonly Device device;
    private readonly ScalarType type;
    private readonly List<IDisposable> held = [];

    private protected NormalizationModule(string name, long channels, Device? device, ScalarType? dtype)
        : base(name)
    {
        LayerCheck.Channels(channels);
        layer = name;
        Channels = channels;
        this.device = device ?? get_default_device();
        type = LayerCheck.Type(name, dtype);
    }

    /// <summary>C, the number of channels.</summary>
    public long Channels { get; }

    /// <inheritdoc/>
    public abstract int Reach { get; }

    /// <summary>The layer's equation. Call the layer with <c>call</c>.</summary>
    /// <param name="input">[N, C, H, W], of the layer's dtype and device.</param>
    /// <returns>[N, C, H, W].</returns>
    /// <exception cref="ArgumentException">The input's shape, dtype or device does not fit the layer.</exception>
    public sealed override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        CheckInput(input);
        Project();
        return Normalize(input).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
    {
        Project();
        return base.state_dict(destination, prefix);
    }

    /// <inheritdoc/>
    public sealed override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
    {
        Project();
        return base.named_parameters(recurse);
    }

    /// <inheritdoc/>
    public sealed override IEnumerable<Parameter> parameters(bool recurse = true)
    {
        Project();
        return base.parameters(recurse);
    }

    /// <inheritdoc/>
    protected sealed override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var one in held)
                one.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>A weight whose dtype and device an input must share; null for a layer without weights.</summary>
    private protected abstract Tensor? Weight { get; }

    /// <summary>The layer's equation on a checked input, inside a dispose scope.</summary>
    private protected abstract Tensor Normalize(Tensor input);

    /// <summary>Brings weights back into their range, where the range is not built into what they are made of.</summary>
    private protected virtual void Project()
    {
    }

    private protected void CheckInput(Tensor input) => LayerCheck.Input(layer, Channels, input, Weight);

    /// <summary>A parameter of the layer's dtype and device that outlives the dispose scope it is made in.</summary>
    private protected Parameter Own(Tensor start, bool learned = true)
    {
        using var _ = no_grad();
        return (Parameter)new Parameter(start.to(type).to(device), requires_grad: learned).DetachFromDisposeScope();
    }

    /// <summary>The weight, back in its range: what a property hands out.</summary>
    private protected Parameter Projected(Parameter parameter)
    {
        Project();
        return parameter;
    }

    /// <summary>Something disposed with the layer: a scalar made on the fly could be finalised while libtorch still reads it.</summary>
    private protected T Hold<T>(T one)
        where T : IDisposable
    {
        held.Add(one);
        return one;
    }
}
