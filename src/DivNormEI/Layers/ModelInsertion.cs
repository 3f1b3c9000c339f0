using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Inserts a layer behind any named submodule of any model, so that whoever calls the submodule gets what the layer makes of its output. It works through
/// TorchSharp's forward hooks: the submodule must be run through <c>call</c>, not <c>forward</c>. A probe pass finds out whether it is.
/// </summary>
/// <example><code>
/// using var probe = torch.zeros(1, 3, 64, 64);
/// var insertion = model.InsertAfter("layer1.0.conv1", channels => new DivNormEI(channels), probe);
/// </code></example>
public static class ModelInsertion
{
    private const int UnprobedSide = 8;

    /// <summary>Inserts a layer behind a submodule that says itself how many channels it gives: a convolution, a batch norm, a layer of this project.</summary>
    /// <param name="model">The model, which owns the layer from now on.</param>
    /// <param name="name">The submodule's name, as in <c>named_modules</c> and the state dict.</param>
    /// <param name="make">Makes the layer, [N, C, H, W] to the same shape, from C. It is moved to the dtype and device of its surroundings.</param>
    /// <returns>The insertion; its <see cref="Insertion.Undo"/> takes the layer out again.</returns>
    /// <remarks>Without a probe nothing tells whether the submodule is run at all, through <c>call</c>, and once: where it is not, the layer has no effect.</remarks>
    /// <exception cref="ArgumentException">There is no such submodule, nothing can be inserted behind it, or the layer made does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Insertion InsertAfter(this nn.Module model, string name, Func<long, nn.Module<Tensor, Tensor>> make) => Insert(model, name, make, null, everyCall: true);

    /// <inheritdoc cref="InsertAfter(nn.Module, string, Func{long, nn.Module{Tensor, Tensor}}, Tensor, bool)"/>
    public static Insertion InsertAfter(this nn.Module model, string name, Func<long, nn.Module<Tensor, Tensor>> make, Tensor probe) =>
        InsertAfter(model, name, make, probe, everyCall: false);

    /// <summary>Inserts a layer behind a submodule of a model that takes one tensor, after a probe pass.</summary>
    /// <param name="model">The model, which owns the layer from now on.</param>
    /// <param name="name">The submodule's name, as in <c>named_modules</c> and the state dict.</param>
    /// <param name="make">Makes the layer, [N, C, H, W] to the same shape, from C. It is moved to the dtype and device of its surroundings.</param>
    /// <param name="probe">An input of the model, of its dtype and device. It is run once, in eval mode and without gradients, and leaves no trace.</param>
    /// <param name="everyCall">
    /// Whether a submodule that runs several times in a pass is accepted: one layer, with its one set of weights and statistics, then stands behind every call.
    /// </param>
    /// <returns>The insertion; its <see cref="Insertion.Undo"/> takes the layer out again.</returns>
    /// <exception cref="ArgumentException">There is no such submodule, nothing can be inserted behind it, the probe fails, or the layer made does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Insertion InsertAfter(this nn.Module model, string name, Func<long, nn.Module<Tensor, Tensor>> make, Tensor probe, bool everyCall) =>
        Insert(model, name, make, Pass(model, probe), everyCall);

    /// <inheritdoc cref="InsertAfter(nn.Module, string, Func{long, nn.Module{Tensor, Tensor}}, Action, bool)"/>
    public static Insertion InsertAfter(this nn.Module model, string name, Func<long, nn.Module<Tensor, Tensor>> make, Action probe) =>
        InsertAfter(model, name, make, probe, everyCall: false);

    /// <summary>Inserts a layer behind a submodule of any model, after a probe pass.</summary>
    /// <param name="model">The model, which owns the layer from now on.</param>
    /// <param name="name">The submodule's name, as in <c>named_modules</c> and the state dict.</param>
    /// <param name="make">Makes the layer, [N, C, H, W] to the same shape, from C. It is moved to the dtype and device of its surroundings.</param>
    /// <param name="probe">Calls the model once: <c>() => model.call(image, mask)</c>. Run in eval mode and without gradients, it leaves no trace.</param>
    /// <param name="everyCall">
    /// Whether a submodule that runs several times in a pass is accepted: one layer, with its one set of weights and statistics, then stands behind every call.
    /// </param>
    /// <returns>The insertion; its <see cref="Insertion.Undo"/> takes the layer out again.</returns>
    /// <exception cref="ArgumentException">There is no such submodule, nothing can be inserted behind it, the probe fails, or the layer made does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static Insertion InsertAfter(this nn.Module model, string name, Func<long, nn.Module<Tensor, Tensor>> make, Action probe, bool everyCall)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return Insert(model, name, make, probe, everyCall);
    }

    /// <summary>The submodules of a model and whether a layer can be inserted behind each, as far as can be told without a probe; parents before their children.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static IReadOnlyList<InsertionPoint> InsertionPoints(this nn.Module model) => Points(model, null);

    /// <summary>The submodules of a model and whether a layer can be inserted behind each: in the order in which they answer in a probe pass, silent ones last.</summary>
    /// <param name="model">The model.</param>
    /// <param name="probe">An input of the model, of its dtype and device. It is run once, in eval mode and without gradients, and leaves no trace.</param>
    /// <exception cref="ArgumentException">The probe fails.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static IReadOnlyList<InsertionPoint> InsertionPoints(this nn.Module model, Tensor probe) => Points(model, Pass(model, probe));

    /// <summary>The submodules of a model and whether a layer can be inserted behind each: in the order in which they answer in a probe pass, silent ones last.</summary>
    /// <param name="model">The model.</param>
    /// <param name="probe">Calls the model once: <c>() => model.call(image, mask)</c>. Run in eval mode and without gradients, it leaves no trace.</param>
    /// <exception cref="ArgumentException">The probe fails.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public static IReadOnlyList<InsertionPoint> InsertionPoints(this nn.Module model, Action probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return Points(model, probe);
    }

    private static Action Pass(nn.Module model, Tensor probe)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probe);
        return model is nn.Module<Tensor, Tensor> network
            ? () => network.call(probe)
            : throw new ArgumentException($"{model.GetType().Name} does not turn one tensor into one; give a probe that calls it: () => model.call(...).", nameof(probe));
    }

    private static List<InsertionPoint> Points(nn.Module model, Action? pass)
    {
        ArgumentNullException.ThrowIfNull(model);
        var tree = new ModelTree(model);
        var answers = pass is null ? null : ProbePass.Run(model, pass);
        var points = tree.Places.Select(place =>
        {
            var source = ModelTree.Source(place);
            var answer = answers?.GetValueOrDefault(source.Module);
            string? obstacle = Obstacle(source, answers is not null, answer, everyCall: false);
            long? channels = answer is null ? KnownChannels(source.Module) : answer.Steady && answer.Shape.Length == 4 ? answer.Shape[1] : null;
            long parameters = place.Module.parameters().Sum(parameter => parameter.numel());
            var point = new InsertionPoint(place.Name, TypeName(place.Module), answer?.Shape, channels, parameters, answer?.Calls ?? 0, obstacle);
            return (Point: point, answer?.Order, Depth: place.Name.Count(letter => letter == '.'));
        });
        if (answers is not null)
            points = points.OrderBy(one => one.Order ?? int.MaxValue).ThenByDescending(one => one.Order is null ? 0 : one.Depth); // a Sequential answers with its last module, after it
        return [.. points.Select(one => one.Point)];
    }

    private static Insertion Insert(nn.Module model, string name, Func<long, nn.Module<Tensor, Tensor>> make, Action? pass, bool everyCall)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(make);
        var tree = new ModelTree(model);
        var source = ModelTree.Source(tree.Find(name));
        var answer = pass is null ? null : ProbePass.Run(model, pass).GetValueOrDefault(source.Module);
        if (Obstacle(source, pass is not null, answer, everyCall) is { } obstacle)
            throw new ArgumentException($"No layer can be inserted behind '{name}': {obstacle}.", nameof(name));
        long channels = answer?.Shape[1] ?? KnownChannels(source.Module)!.Value;
        var layer = make(channels) ?? throw new ArgumentException($"No layer was made for the {channels} channels of '{name}'.", nameof(make));
        if (model.modules().Contains(layer))
            throw new ArgumentException($"The layer made for '{name}' is in the model already; make a new one for each place.", nameof(make));
        try
        {
            var surroundings = tree.Surroundings(source);
            if ((surroundings is null ? null : ModelTree.OwnTensor(surroundings)) is { } tensor)
                InsertedLayers.Move(layer, tensor.device, tensor.dtype);
            else if (answer is not null)
                InsertedLayers.Move(layer, answer.Device, answer.Type);
            CheckLayer(layer, name, channels, answer);
            foreach (var owned in layer.parameters().Concat<Tensor>(layer.buffers()))
                owned.DetachFromDisposeScope(); // a layer made inside a scope outlives it
            var insertion = new Insertion(InsertedLayers.Behind(source, surroundings), layer, source.Name, channels);
            if (!model.modules().Contains(layer))
            {
                insertion.Undo();
                throw new ArgumentException($"No layer can be inserted behind '{name}': the model does not show what is registered with it; name a module within it.", nameof(name));
            }

            return insertion;
        }
        catch
        {
            layer.Dispose();
            throw;
        }
    }

    /// <summary>What stands against an insertion behind a module, as the end of a sentence; null where nothing does.</summary>
    private static string? Obstacle(ModulePlace place, bool probed, ProbeAnswer? answer, bool everyCall)
    {
        string type = TypeName(place.Module);
        if (!OutputHook.Fits(place.Module))
            return $"{type} does not turn tensors into one tensor{Within(place)}";
        if (place.Module is Sequential)
            return place.Module.named_children().Any() ? $"{type} is derived from Sequential and may have a forward of its own{Within(place)}" : "the Sequential is empty";
        if (place.Module.named_children().Any(child => child.name == InsertedLayers.ChildName && child.module is not InsertedLayers))
            return $"it has a child '{InsertedLayers.ChildName}' of its own";
        if (!probed)
            return KnownChannels(place.Module) is null ? $"{type} does not say how many channels it gives; give a probe" : null;
        return answer switch
        {
            null => "it did not run in the probe pass, or its forward was used in place of call, which runs no hooks",
            { Shape.Length: not 4 } => $"it gives [{string.Join(", ", answer.Shape)}], and a layer takes [N, C, H, W]",
            { Steady: false } => "it runs several times in a pass and gives other channels each time",
            { Calls: > 1 } when !everyCall => $"it runs {answer.Calls} times in a pass; name another module, or have the layer stand behind every call (everyCall)",
            _ => null,
        };
    }

    private static string Within(ModulePlace place)
    {
        string[] children = [.. place.Module.named_children().Select(child => $"{place.Name}.{child.name}").Take(3)];
        return children.Length == 0 ? string.Empty : $"; name a module within it, such as {string.Join(" or ", children)}";
    }

    private static long? KnownChannels(nn.Module module) => module switch
    {
        Conv2d convolution => convolution.out_channels,
        ConvTranspose2d convolution => convolution.out_channels,
        BatchNorm2d norm => norm.num_features,
        InstanceNorm2d norm => norm.num_features,
        DivNormEI layer => layer.Channels,
        NormalizationModule layer => layer.Channels,
        _ => null,
    };

    /// <summary>Runs a layer once on zeros such as it will see.</summary>
    private static void CheckLayer(nn.Module<Tensor, Tensor> layer, string name, long channels, ProbeAnswer? answer)
    {
        var weight = layer.parameters().FirstOrDefault();
        long[] shape = answer?.Shape ?? [1, channels, UnprobedSide, UnprobedSide];
        string takes = $"[{string.Join(", ", shape)}]", made = $"The layer made for the {channels} channels of '{name}'";
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var mode = new EvalMode(layer);
        Tensor output;
        try
        {
            output = layer.call(zeros(shape, answer?.Type ?? weight?.dtype, answer?.Device ?? weight?.device));
        }
        catch (Exception error)
        {
            throw new ArgumentException($"{made} does not take its output {takes}: {error.Message.Split('\n')[0]}", nameof(layer), error);
        }

        if (!output.shape.SequenceEqual(shape))
            throw new ArgumentException($"{made} turns {takes} into [{string.Join(", ", output.shape)}]; it must keep the shape.", nameof(layer));
    }

    private static string TypeName(nn.Module module) => module.GetType().Name.Split('`')[0];
}
