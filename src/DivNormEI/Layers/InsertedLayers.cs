using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// The layers behind one module, its host: a child of the host that is called <c>inserted</c>, with the layers as its children <c>0</c>, <c>1</c>, ... in the
/// order in which they run. A hook on the host puts their output in the place of the host's.
/// </summary>
/// <remarks>
/// Marked as having no parameters, which it has through its layers: TorchSharp lets only such children into a ReLU, a pooling, ... Neither these nor TorchSharp's
/// convolutions hand <c>to</c> on to their children, so the layers follow the dtype and device of their surroundings by themselves, before each pass and
/// before anybody sees their parameters.
/// </remarks>
internal sealed class InsertedLayers : nn.Module, IParameterLessModule
{
    /// <summary>What it is called among the children of its host.</summary>
    public const string ChildName = "inserted";

    private readonly nn.Module host;
    private readonly nn.Module? surroundings;
    private readonly Sequential? row;
    private readonly Action unhook;
    private (DeviceType, int, ScalarType)? followed;

    private InsertedLayers(ModulePlace place, nn.Module? surroundings)
        : base(nameof(InsertedLayers))
    {
        host = place.Module;
        this.surroundings = surroundings;
        row = ModelTree.PlainSequential(place.Parent);
        host.register_module(ChildName, this);
        unhook = OutputHook.Add(host, Pass);
        train(host.training);
    }

    /// <summary>What stands behind a module already, or an empty row of layers there.</summary>
    public static InsertedLayers Behind(ModulePlace place, nn.Module? surroundings) => Of(place.Module) ?? new InsertedLayers(place, surroundings);

    /// <summary>What stands behind a module; null where nothing does.</summary>
    public static InsertedLayers? Of(nn.Module host) => host.named_children().Select(child => child.module).OfType<InsertedLayers>().FirstOrDefault();

    /// <summary>Puts a layer behind those that there are.</summary>
    /// <returns>Its name among the children.</returns>
    public string Append(nn.Module<Tensor, Tensor> layer)
    {
        string key = $"{(named_children().Any() ? int.Parse(named_children().Last().name) + 1 : 0)}";
        register_module(key, layer);
        layer.train(host.training);
        followed = null;
        Follow();
        return key;
    }

    /// <summary>Takes a layer out; with the last one, all trace of the insertion goes from the host.</summary>
    public void Remove(string key)
    {
        register_module(key, null!);
        if (named_children().Any())
            return;
        unhook();
        Dispose();
        host.register_module(ChildName, this); // TorchSharp removes a child by registering a disposed one in its place
    }

    /// <summary>Brings the layers to the dtype and device of their surroundings, where these have changed.</summary>
    public void Follow()
    {
        if (surroundings is null || ModelTree.OwnTensor(surroundings) is not { } tensor)
            return;
        var now = (tensor.device_type, tensor.device_index, tensor.dtype);
        if (now == followed)
            return;
        followed = now;
        foreach (var (_, layer) in named_children())
            Move(layer, tensor.device, tensor.dtype);
    }

    /// <summary>Converts a layer, unless it is all of this device and dtype.</summary>
    public static void Move(nn.Module layer, Device device, ScalarType dtype)
    {
        var tensors = layer.parameters().Concat<Tensor>(layer.buffers()).Where(tensor => tensor.is_floating_point());
        if (tensors.Any(tensor => tensor.dtype != dtype || tensor.device_type != device.type || tensor.device_index != device.index))
            layer.to(device, dtype);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
    {
        Follow();
        return base.named_parameters(recurse);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
    {
        Follow();
        return base.named_buffers(recurse, include_nonpersistent);
    }

    /// <summary>None but the layers: the host is no child of this.</summary>
    protected override void RegisterComponents()
    {
    }

    private Tensor Pass(Tensor given)
    {
        Follow();
        var output = given;
        foreach (var (_, layer) in named_children())
            output = ((nn.Module<Tensor, Tensor>)layer).call(output);
        if (!ReferenceEquals(output, given) && row is not null && !ReferenceEquals(row[row.Count - 1], host))
            given.Dispose(); // as a Sequential does with whatever passes between its modules; it sees only what comes out of the layers
        return output.requires_grad ? output.clone() : output; // a layer's gradient may need its output, which an in-place ReLU behind a convolution would change
    }
}
