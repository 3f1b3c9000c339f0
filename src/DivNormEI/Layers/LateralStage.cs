using System.Runtime.InteropServices;
using DivNorm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// Eq. 3-5, Z~ = Yn + E - I, by the fast kernels: the bridge from tensors to their memory. One for each layer; it keeps the
/// spectra of the weights between calls in eval mode. Any number of threads may run forward passes at once.
/// </summary>
internal sealed unsafe class LateralStage : IDisposable
{
    private readonly Lock gate = new();
    private CachedSpectra? cached;

    /// <summary>The plan for inputs of one shape, or null where libtorch's convolutions are to be used.</summary>
    public static LateralPlan? Plan(ReadOnlySpan<long> input, Tensor excitation, Tensor inhibition, bool sharedSource, LateralOptions options)
    {
        var shape = new LateralShape((int)input[0], (int)input[1], (int)input[2], (int)input[3], (int)excitation.shape[2], (int)inhibition.shape[2], sharedSource);
        return LateralPlan.For(shape, options);
    }

    /// <summary>Z~ for contiguous float32 tensors on the CPU; joined to autograd where a gradient is asked for.</summary>
    public Tensor Integrate(LateralPlan plan, Tensor input, Tensor normalized, in LateralWeights weights, bool keepSpectra)
    {
        bool shared = plan.Shape.SharedSource;
        var excitation = weights.Excitation.contiguous();
        var inhibition = weights.Inhibition.contiguous();
        if (is_grad_enabled() && (input.requires_grad || normalized.requires_grad || excitation.requires_grad || inhibition.requires_grad
            || weights.ExcitationBias is { requires_grad: true } || weights.InhibitionBias is { requires_grad: true }))
        {
            return LateralFunction.apply(plan, shared ? normalized : input, normalized, excitation, inhibition, weights.ExcitationBias!, weights.InhibitionBias!);
        }

        if (!keepSpectra)
        {
            using var own = Transform(plan, excitation, inhibition);
            return Forward(plan, own, input, normalized, weights.ExcitationBias, weights.InhibitionBias, keep: false, out _);
        }

        using var lease = Lease(plan, excitation, inhibition);
        return Forward(plan, lease.Spectra, input, normalized, weights.ExcitationBias, weights.InhibitionBias, keep: false, out _);
    }

    /// <summary>Forgets the spectra kept.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            cached?.Release();
            cached = null;
        }
    }

    internal static WeightSpectra Transform(LateralPlan plan, Tensor excitation, Tensor inhibition) =>
        plan.Transform(Pointer(excitation), Pointer(inhibition), get_num_threads());

    internal static Tensor Forward(
        LateralPlan plan, WeightSpectra spectra, Tensor input, Tensor normalized, Tensor? excitationBias, Tensor? inhibitionBias, bool keep, out SavedSpectra? saved)
    {
        using var scope = NewDisposeScope();
        var y = input.contiguous();
        var yn = normalized.contiguous();
        var output = empty_like(yn);
        using var _ = no_grad();
        var shift = excitationBias is null || inhibitionBias is null ? null : (excitationBias - inhibitionBias).contiguous();
        saved = plan.Forward(
            new ForwardArguments { Y = Pointer(y), Yn = Pointer(yn), Residual = Pointer(yn), Shift = shift is null ? null : Pointer(shift), Output = Pointer(output), Keep = keep },
            spectra,
            get_num_threads());
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The first element of a contiguous float32 tensor on the CPU.</summary>
    internal static float* Pointer(Tensor tensor) => (float*)tensor.storage<float>().data_ptr() + tensor.storage_offset();

    /// <summary>
    /// The spectra of these weights: the ones kept if they were made of the same numbers, else new ones. Weights can change in
    /// place without a trace, so the numbers themselves are compared, a pass over memory that costs a hundredth of a transform.
    /// </summary>
    private CachedSpectra Lease(LateralPlan plan, Tensor excitation, Tensor inhibition)
    {
        var exc = Span(excitation);
        var inh = Span(inhibition);
        CachedSpectra? candidate;
        lock (gate)
        {
            candidate = cached;
            candidate?.Acquire();
        }

        if (candidate is not null)
        {
            if (candidate.Spectra.Key == plan.SpectraKey && candidate.MadeOf(exc, inh))
                return candidate;
            candidate.Dispose();
        }

        var fresh = new CachedSpectra(Transform(plan, excitation, inhibition), exc, inh);
        fresh.Acquire(); // one for the caller, one for the cache
        lock (gate)
        {
            cached?.Release();
            cached = fresh;
        }

        return fresh;
    }

    private static ReadOnlySpan<float> Span(Tensor tensor) => new(Pointer(tensor), checked((int)tensor.numel()));

    /// <summary>Spectra with the weights that they were made of, and a count of who holds them. Disposing gives one hold back.</summary>
    private sealed class CachedSpectra(WeightSpectra spectra, ReadOnlySpan<float> excitation, ReadOnlySpan<float> inhibition) : IDisposable
    {
        private readonly float[] excitation = excitation.ToArray();
        private readonly float[] inhibition = inhibition.ToArray();
        private int holders = 1;

        public WeightSpectra Spectra { get; } = spectra;

        public bool MadeOf(ReadOnlySpan<float> exc, ReadOnlySpan<float> inh) => Same(excitation, exc) && Same(inhibition, inh);

        public void Acquire() => Interlocked.Increment(ref holders);

        public void Release()
        {
            if (Interlocked.Decrement(ref holders) == 0)
                Spectra.Dispose();
        }

        public void Dispose() => Release();

        // bits, not values: NaN equals itself here, and the comparison is a plain one of memory
        private static bool Same(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));
    }
}
