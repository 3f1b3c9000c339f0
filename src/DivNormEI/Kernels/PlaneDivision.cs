using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// The divisive stage plane by plane, lanes along x. A plane's squares are copied once into a bordered buffer
/// [H + kh - 1 rows][W + kw - 1 columns], both rounded up and zero-filled, so that sums need neither masks nor bounds; only loads from
/// and stores to the maps are partial at the right edge. Sums go four rows at a time, which share the weights.
///
/// Backward, with g the gradient of yn: a = g / d, h = a yn (minus the gradient of d), and
///   dy = 2 y (a - sum over the flipped kernel of w h),  dw[i, j] = -sum of h y^2 shifted by the tap,  dsigma = -2 sigma sum of h.
/// </summary>
internal sealed unsafe class PlaneDivision<TLane> : DivisionKernel
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Rows that are summed at once.</summary>
    private const int Rows = 4;

    /// <summary>Additions into one lane before it is emptied into a double: keeps the sums over large planes exact to float precision.</summary>
    private const int MostAdditions = 64;

    public override void Forward(DivisionShape shape, float* y, float* weights, float* sigma, float epsilon, float* yn, int threads)
    {
        shape.Validate();
        var layout = new Bordered(shape);
        using NativeBlock scratch = NativePool.Rent((long)threads * layout.Floats);
        float* work = scratch.Pointer;
        WorkerPool.Run(threads, shape.Planes, (worker, plane) =>
        {
            int channel = plane % shape.Channels;
            float* squares = work + ((nint)worker * layout.Floats);
            nint offset = (nint)plane * shape.Plane;
            Square(shape, layout, y + offset, squares);
            Divide(shape, layout, squares, weights + (channel * shape.Taps), (sigma[channel] * sigma[channel]) + epsilon, yn + offset);
        });
    }

    public override void Backward(DivisionShape shape, in DivisionGradients arguments, float epsilon, int threads)
    {
        shape.Validate();
        DivisionGradients a = arguments;
        var layout = new Bordered(shape);
        int perWorker = (3 * layout.Floats) + shape.Taps + 16, sums = shape.Taps + 1;
        using NativeBlock scratch = NativePool.Rent((long)threads * perWorker);
        float* work = scratch.Pointer;
        double[] partial = new double[(long)shape.Planes * sums];
        WorkerPool.Run(threads, shape.Planes, (worker, plane) =>
        {
            float* own = work + ((nint)worker * perWorker);
            BackwardPlane(shape, layout, a, epsilon, plane, own, partial.AsSpan(plane * sums, sums));
        });
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int tap = 0; tap < sums; tap++)
            {
                double sum = 0;
                for (int n = 0; n < shape.Batch; n++)
                    sum += partial[((((long)n * shape.Channels) + channel) * sums) + tap];
                if (tap < shape.Taps)
                    a.GradWeights[(channel * shape.Taps) + tap] = (float)-sum;
                else
                    a.GradSigma[channel] = (float)(-2 * a.Sigma[channel] * sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackwardPlane(DivisionShape shape, Bordered layout, DivisionGradients a, float epsilon, int plane, float* scratch, Span<double> sums)
    {
        int channel = plane % shape.Channels;
        nint offset = (nint)plane * shape.Plane;
        float* weights = a.Weights + (channel * shape.Taps);
        float* squares = scratch;
        float* inhibited = squares + layout.Floats;
        float* direct = inhibited + layout.Floats;
        float* flipped = direct + layout.Floats;
        for (int tap = 0; tap < shape.Taps; tap++)
            flipped[tap] = weights[shape.Taps - 1 - tap];

        Square(shape, layout, a.Y + offset, squares);
        SplitGradient(shape, layout, squares, weights, (a.Sigma[channel] * a.Sigma[channel]) + epsilon, a.GradYn + offset, direct, inhibited);
        GradientOfInput(shape, layout, inhibited, direct, flipped, a.Y + offset, a.GradY + offset, a.Add);
        GradientOfWeights(shape, layout, inhibited, squares, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Square(DivisionShape shape, Bordered layout, float* y, float* squares)
    {
        new Span<float>(squares, layout.Floats).Clear();
        float* row = squares + layout.Centre;
        for (int r = 0; r < shape.Height; r++, row += layout.Stride, y += shape.Width)
        {
            int x = 0;
            for (; x + TLane.Count <= shape.Width; x += TLane.Count)
            {
                TLane v = TLane.Load(y + x);
                TLane.Store(v * v, row + x);
            }
            if (x < shape.Width)
            {
                TLane v = TLane.LoadPartial(y + x, shape.Width - x);
                TLane.Store(v * v, row + x);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(DivisionShape shape, Bordered layout, float* squares, float* weights, float constant, float* yn)
    {
        TLane start = TLane.Broadcast(constant);
        TLane* d = stackalloc TLane[Rows];
        for (int y = 0; y < shape.Height; y += Rows)
        {
            int rows = Math.Min(Rows, shape.Height - y);
            for (int x = 0; x < shape.Width; x += TLane.Count)
            {
                int count = Math.Min(TLane.Count, shape.Width - x);
                Sum(shape, layout, squares + (y * layout.Stride) + x, weights, start, d);
                float* centre = squares + layout.Centre + (y * layout.Stride) + x;
                float* target = yn + ((nint)y * shape.Width) + x;
                for (int r = 0; r < rows; r++, centre += layout.Stride, target += shape.Width)
                    Put(TLane.Load(centre) / d[r], target, count);
            }
        }
    }

    /// <summary>a = g / d to <paramref name="direct"/>, h = a yn to <paramref name="inhibited"/>; both zero off the map.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SplitGradient(
        DivisionShape shape, Bordered layout, float* squares, float* weights, float constant, float* gradient, float* direct, float* inhibited)
    {
        new Span<float>(inhibited, layout.Floats).Clear();
        TLane start = TLane.Broadcast(constant);
        TLane* d = stackalloc TLane[Rows];
        for (int y = 0; y < shape.Height; y += Rows)
        {
            int rows = Math.Min(Rows, shape.Height - y);
            for (int x = 0; x < shape.Width; x += TLane.Count)
            {
                int count = Math.Min(TLane.Count, shape.Width - x);
                Sum(shape, layout, squares + (y * layout.Stride) + x, weights, start, d);
                nint centre = layout.Centre + (y * layout.Stride) + x;
                float* g = gradient + ((nint)y * shape.Width) + x;
                for (int r = 0; r < rows; r++, centre += layout.Stride, g += shape.Width)
                {
                    TLane a = Get(g, count) / d[r];
                    TLane.StorePartial(a, direct + centre, count);
                    TLane.StorePartial(a * TLane.Load(squares + centre) / d[r], inhibited + centre, count);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientOfInput(
        DivisionShape shape, Bordered layout, float* inhibited, float* direct, float* flipped, float* input, float* gradient, bool add)
    {
        TLane* t = stackalloc TLane[Rows];
        for (int y = 0; y < shape.Height; y += Rows)
        {
            int rows = Math.Min(Rows, shape.Height - y);
            for (int x = 0; x < shape.Width; x += TLane.Count)
            {
                int count = Math.Min(TLane.Count, shape.Width - x);
                Sum(shape, layout, inhibited + (y * layout.Stride) + x, flipped, default, t);
                float* a = direct + layout.Centre + (y * layout.Stride) + x;
                nint offset = ((nint)y * shape.Width) + x;
                for (int r = 0; r < rows; r++, a += layout.Stride, offset += shape.Width)
                {
                    TLane v = Get(input + offset, count);
                    TLane dy = (v + v) * (TLane.LoadPartial(a, count) - t[r]);
                    Put(add ? dy + Get(gradient + offset, count) : dy, gradient + offset, count);
                }
            }
        }
    }

    /// <summary>For each tap, and at last for no tap, the sum over the plane of h times what the tap sees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientOfWeights(DivisionShape shape, Bordered layout, float* inhibited, float* squares, Span<double> sums)
    {
        sums.Clear();
        int vectors = (shape.Width + TLane.Count - 1) / TLane.Count;
        int rowsAtOnce = Math.Max(1, MostAdditions / vectors);
        for (int top = 0; top < shape.Height; top += rowsAtOnce)
        {
            int rows = Math.Min(rowsAtOnce, shape.Height - top);
            float* h = inhibited + layout.Centre + (top * layout.Stride);
            for (int i = 0; i < shape.KernelHeight; i++)
            {
                float* q = squares + ((top + i) * layout.Stride);
                for (int j = 0; j < shape.KernelWidth; j += 4)
                    FourTaps(layout, h, q + j, rows, vectors, sums.Slice((i * shape.KernelWidth) + j, Math.Min(4, shape.KernelWidth - j)));
            }
            TLane total = default;
            for (int y = 0; y < rows; y++)
            {
                for (int x = 0; x < vectors; x++)
                    total += TLane.Load(h + (y * layout.Stride) + (x * TLane.Count));
            }
            sums[shape.Taps] += TLane.Sum(total);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourTaps(Bordered layout, float* h, float* q, int rows, int vectors, Span<double> sums)
    {
        TLane s0 = default, s1 = default, s2 = default, s3 = default;
        for (int y = 0; y < rows; y++, h += layout.Stride, q += layout.Stride)
        {
            for (int x = 0; x < vectors * TLane.Count; x += TLane.Count)
            {
                TLane v = TLane.Load(h + x);
                s0 = TLane.MulAdd(v, TLane.Load(q + x), s0);
                s1 = TLane.MulAdd(v, TLane.Load(q + x + 1), s1);
                s2 = TLane.MulAdd(v, TLane.Load(q + x + 2), s2);
                s3 = TLane.MulAdd(v, TLane.Load(q + x + 3), s3);
            }
        }
        sums[0] += TLane.Sum(s0);
        if (sums.Length > 1)
            sums[1] += TLane.Sum(s1);
        if (sums.Length > 2)
            sums[2] += TLane.Sum(s2);
        if (sums.Length > 3)
            sums[3] += TLane.Sum(s3);
    }

    /// <summary>start + sum over taps of weight times what the tap sees, for one register of columns in each of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(DivisionShape shape, Bordered layout, float* corner, float* weights, TLane start, TLane* sums)
    {
        TLane s0 = start, s1 = start, s2 = start, s3 = start;
        nint stride = layout.Stride;
        for (int i = 0; i < shape.KernelHeight; i++, corner += stride)
        {
            float* lower = corner + (2 * stride);
            for (int j = 0; j < shape.KernelWidth; j++)
            {
                TLane w = TLane.Broadcast(*weights++);
                s0 = TLane.MulAdd(w, TLane.Load(corner + j), s0);
                s1 = TLane.MulAdd(w, TLane.Load(corner + stride + j), s1);
                s2 = TLane.MulAdd(w, TLane.Load(lower + j), s2);
                s3 = TLane.MulAdd(w, TLane.Load(lower + stride + j), s3);
            }
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Get(float* source, int count) => count == TLane.Count ? TLane.Load(source) : TLane.LoadPartial(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TLane value, float* target, int count)
    {
        if (count == TLane.Count)
            TLane.Store(value, target);
        else
            TLane.StorePartial(value, target, count);
    }

    /// <summary>A plane with a border of half a kernel, rows rounded up to whole registers (and four taps more), and to four rows.</summary>
    private readonly struct Bordered(DivisionShape shape)
    {
        public nint Stride { get; } = ((shape.Width + TLane.Count - 1) / TLane.Count * TLane.Count) + shape.KernelWidth - 1 + 4;

        /// <summary>Offset of the plane's first pixel.</summary>
        public nint Centre => ((shape.KernelHeight / 2) * Stride) + (shape.KernelWidth / 2);

        public int Floats => (int)(((shape.Height + Rows - 1) / Rows * Rows) + shape.KernelHeight - 1) * (int)Stride + TLane.Count;
    }
}
