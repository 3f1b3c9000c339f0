using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>A model in eval mode until it is disposed; then every module of it is back in the mode that it was in.</summary>
internal sealed class EvalMode : IDisposable
{
    private readonly List<(nn.Module Module, bool Training)> modes;

    /// <summary>Switches a model to eval mode.</summary>
    public EvalMode(nn.Module model)
    {
        // parents before their children: setting a parent's mode sets its children's too
        List<nn.Module> all = [model, .. model.named_modules().Select(child => child.module)];
        modes = all.TrueForAll(module => !module.training) ? [] : all.ConvertAll(module => (module, module.training));
        model.eval();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (module, training) in modes)
            module.train(training);
    }
}
