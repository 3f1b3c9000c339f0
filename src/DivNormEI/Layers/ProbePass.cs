using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>What one module gave in a probe pass.</summary>
/// <param name="Order">How many modules had given something before.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Shape">The shape of what it gave first.</param>
/// <param name="Type">Its dtype.</param>
/// <param name="Device">Where it lay.</param>
/// <param name="Steady">Whether every call gave as many channels as the first.</param>
internal sealed record ProbeAnswer(int Order, int Calls, long[] Shape, ScalarType Type, Device Device, bool Steady);

/// <summary>
/// One forward pass that shows what every module of a model gives, and leaves no trace: it runs in eval mode and without gradients, and modes, buffers and
/// the CPU's random generator are put back afterwards.
/// </summary>
internal static class ProbePass
{
    /// <summary>Runs the pass.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pass">Calls the model once.</param>
    /// <returns>What those modules gave that ran through <c>call</c> and turn tensors into one tensor.</returns>
    /// <exception cref="ArgumentException">The pass failed.</exception>
    public static IReadOnlyDictionary<nn.Module, ProbeAnswer> Run(nn.Module model, Action pass)
    {
        var answers = new Dictionary<nn.Module, ProbeAnswer>(ReferenceEqualityComparer.Instance);
        var undo = new List<Action>();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var buffers = model.named_buffers().Select(buffer => (buffer.name, Value: buffer.buffer.clone())).ToList();
        var random = get_rng_state();
        using (new EvalMode(model))
        {
            try
            {
                foreach (var module in model.modules().Append(model).Where(OutputHook.Fits).Distinct(ReferenceEqualityComparer.Instance).Cast<nn.Module>())
                    undo.Add(OutputHook.Add(module, output => Hear(module, output)));
                pass();
            }
            catch (Exception error)
            {
                throw new ArgumentException($"The probe pass failed: {error.Message.Split('\n')[0]}", nameof(pass), error);
            }
            finally
            {
                undo.ForEach(remove => remove());
                set_rng_state(random);
                foreach (var (name, before) in buffers)
                {
                    if (model.get_buffer(name) is { } now && !now.equal(before).all().item<bool>())
                        now.copy_(before);
                }
            }
        }

        return answers;

        Tensor Hear(nn.Module module, Tensor output)
        {
            answers[module] = answers.TryGetValue(module, out var before)
                ? before with { Calls = before.Calls + 1, Steady = before.Steady && Channels(output.shape) == Channels(before.Shape) }
                : new ProbeAnswer(answers.Count, 1, output.shape, output.dtype, output.device, Steady: true);
            return output;
        }
    }

    private static long? Channels(long[] shape) => shape.Length == 4 ? shape[1] : null;
}
