using System.Runtime.InteropServices;
using DivNorm.Kernels;
using TorchSharp;

namespace DivNorm.Layers;

/// <summary>
/// The spectra of a layer's lateral weights, kept between passes while the weights stay the same. Weights can change in place
/// without a trace, so the numbers themselves are compared, a pass over memory that costs a hundredth of a transform. Any number of
/// threads may ask at once; spectra in use outlive their place in the cache.
/// </summary>
internal sealed class SpectraCache : IDisposable
{
    private readonly Lock gate = new();
    private CachedSpectra? cached;

    /// <summary>The spectra of these weights for a plan; dispose after use.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="excitation">w_exc, contiguous float32 on the CPU.</param>
    /// <param name="inhibition">w_inh, likewise.</param>
    public ISpectraLease Lease(LateralPlan plan, torch.Tensor excitation, torch.Tensor inhibition)
    {
        ReadOnlySpan<float> exc = Span(excitation), inh = Span(inhibition);
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

        var fresh = CachedSpectra.Of(plan, exc.ToArray(), inh.ToArray());
        fresh.Acquire(); // one for the caller, one for the cache
        lock (gate)
        {
            cached?.Dispose();
            cached = fresh;
        }

        return fresh;
    }

    /// <summary>Forgets the spectra kept.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            cached?.Dispose();
            cached = null;
        }
    }

    private static unsafe ReadOnlySpan<float> Span(torch.Tensor tensor) => new(TensorMemory.Pointer(tensor), checked((int)tensor.numel()));

    /// <summary>Spectra with the weights that they were made of, and a count of who holds them. Disposing gives one hold back.</summary>
    private sealed class CachedSpectra(WeightSpectra spectra, float[] excitation, float[] inhibition) : ISpectraLease
    {
        private int holders = 1;

        public WeightSpectra Spectra { get; } = spectra;

        /// <summary>Spectra of a copy of the weights, which another thread may be changing: what is remembered is what was transformed.</summary>
        public static unsafe CachedSpectra Of(LateralPlan plan, float[] excitation, float[] inhibition)
        {
            fixed (float* exc = excitation, inh = inhibition)
                return new CachedSpectra(plan.Transform(exc, inh, torch.get_num_threads()), excitation, inhibition);
        }

        public bool MadeOf(ReadOnlySpan<float> exc, ReadOnlySpan<float> inh) => Same(excitation, exc) && Same(inhibition, inh);

        public void Acquire() => Interlocked.Increment(ref holders);

        public void Dispose()
        {
            if (Interlocked.Decrement(ref holders) == 0)
                Spectra.Dispose();
        }

        // bits, not values: NaN equals itself here, and the comparison is a plain one of memory
        private static bool Same(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));
    }
}

/// <summary>Spectra on loan.</summary>
internal interface ISpectraLease : IDisposable
{
    /// <summary>The spectra, valid until the lease is disposed.</summary>
    WeightSpectra Spectra { get; }
}
