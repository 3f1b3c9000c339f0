namespace DivNorm.Kernels;

/// <summary>
/// The divisive stage, Eq. 2: yn = y^2 / d with d = sum over the kernel of w_div y^2 + sigma^2 + epsilon, depthwise and zero-padded.
/// Square, sum and division are one pass over the memory; so are their gradients. Arrays are float32, contiguous [N, C, H, W];
/// w_div is [C, kh, kw], sigma [C]. The results do not depend on the number of threads.
/// </summary>
internal abstract unsafe class DivisionKernel
{
    private static readonly DivisionKernel Avx512 = new PlaneDivision<Lane512>();
    private static readonly DivisionKernel Avx2 = new PlaneDivision<Lane256>();
    private static readonly DivisionKernel Portable = new PlaneDivision<Lane128>();

    /// <summary>The kernel of a path; null for libtorch.</summary>
    public static DivisionKernel? For(SimdPath path) => path switch
    {
        SimdPath.Avx512 => Avx512,
        SimdPath.Avx2 => Avx2,
        SimdPath.Portable => Portable,
        _ => null,
    };

    /// <summary>Writes yn.</summary>
    public abstract void Forward(DivisionShape shape, float* y, float* weights, float* sigma, float epsilon, float* yn, int threads);

    /// <summary>Writes (or adds to) the gradient of y, and writes those of w_div and sigma.</summary>
    public abstract void Backward(DivisionShape shape, in DivisionGradients arguments, float epsilon, int threads);
}

/// <summary>The arrays of the divisive stage's backward pass.</summary>
internal unsafe struct DivisionGradients
{
    /// <summary>Input [N, C, H, W].</summary>
    public float* Y;

    /// <summary>w_div [C, kh, kw].</summary>
    public float* Weights;

    /// <summary>sigma [C].</summary>
    public float* Sigma;

    /// <summary>Gradient of yn [N, C, H, W].</summary>
    public float* GradYn;

    /// <summary>Gradient of y [N, C, H, W].</summary>
    public float* GradY;

    /// <summary>Whether to add to what <see cref="GradY"/> holds (the excitation's gradient).</summary>
    public bool Add;

    /// <summary>Gradient of w_div [C, kh, kw].</summary>
    public float* GradWeights;

    /// <summary>Gradient of sigma [C].</summary>
    public float* GradSigma;
}
