using DivNorm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Physiology;

/// <summary>
/// Named layers of a network, listened to through forward hooks. A pass ends as soon as every layer has answered: what lies behind the last of them
/// costs no time, and need not fit stimuli of this size.
/// </summary>
internal sealed class HookedNetwork : IResponseSource
{
    private const int MostNamesListed = 100;

    private readonly nn.Module<Tensor, Tensor> network;
    private readonly nn.Module<Tensor, Tensor>[] modules;
    private Action<int, Tensor>? read;
    private int answered;
    private bool[] heard = [];

    /// <exception cref="UserInputException">The network has no layer of a name, or the layer does not turn one tensor into one tensor.</exception>
    internal HookedNetwork(nn.Module<Tensor, Tensor> network, IReadOnlyList<string> layers)
    {
        this.network = network;
        Layers = [.. layers];
        modules = [.. layers.Select(Find)];
    }

    public IReadOnlyList<string> Layers { get; }

    public (Device Device, ScalarType Type) Input
    {
        get
        {
            Tensor? weights = network.parameters().Concat(network.buffers()).FirstOrDefault(tensor => tensor.is_floating_point());
            return weights is null ? (CPU, ScalarType.Float32) : (weights.device, weights.dtype);
        }
    }

    public IDisposable Open() => new Session(this);

    public void Present(Tensor input, Action<int, Tensor> read)
    {
        this.read = read;
        answered = 0;
        heard = new bool[modules.Length];
        try
        {
            network.call(input);
            string silent = Layers[Array.IndexOf(heard, false)];
            throw new UserInputException($"Layer '{silent}' did not run in a forward pass of the network (or its forward was used in place of call, which runs no hooks); name another layer.");
        }
        catch (AllHeardException)
        {
            // the way out of the forward pass once there is nothing left to listen to
        }
        finally
        {
            this.read = null;
        }
    }

    private nn.Module<Tensor, Tensor> Find(string name)
    {
        nn.Module? found = name.Length == 0 ? network : network.named_modules().FirstOrDefault(child => child.name == name).module;
        if (found is nn.Module<Tensor, Tensor> module)
            return module;
        if (found is not null)
            throw new UserInputException($"Layer '{name}' does not turn one tensor into one tensor, and cannot be recorded from.");
        string[] names = [.. network.named_modules().Where(child => child.module is nn.Module<Tensor, Tensor>).Select(child => child.name)];
        string list = string.Join(", ", names.Take(MostNamesListed)) + (names.Length > MostNamesListed ? $" and {names.Length - MostNamesListed} more" : string.Empty);
        throw new UserInputException($"The network has no layer '{name}'; its layers are {(names.Length == 0 ? "none but itself (an empty name)" : list)}.");
    }

    private void Hear(int layer, Tensor answer)
    {
        if (heard[layer])
            return; // a layer that runs more than once in a pass is read at its first run
        read!(layer, answer);
        heard[layer] = true;
        if (++answered == modules.Length)
            throw new AllHeardException();
    }

    private sealed class AllHeardException : Exception;

    /// <summary>Hooks and eval mode, undone at the end.</summary>
    private sealed class Session : IDisposable
    {
        private readonly List<Action> undo = [];

        internal Session(HookedNetwork source)
        {
            undo.Add(new EvalMode(source.network).Dispose);
            for (int i = 0; i < source.modules.Length; i++)
            {
                int layer = i;
                var hook = source.modules[i].register_forward_hook((_, _, answer) =>
                {
                    source.Hear(layer, answer);
                    return answer;
                });
                undo.Add(hook.remove);
            }
        }

        public void Dispose()
        {
            foreach (Action action in undo)
                action();
            undo.Clear();
        }
    }
}
