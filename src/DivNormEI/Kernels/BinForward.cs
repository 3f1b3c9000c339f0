using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// The forward product of one bin. With z = a + i b and u = wa + i wb, the correlation's spectrum at k is
///   out_k = sum over pairs of  Z_k conj(U_k) + conj(Z_-k) U_-k            (1/2 and the scale are in u)
/// which takes both real planes of a pair at once. Per tile that is a row of 2 x pairs complex numbers times the bin's weight matrix.
/// Both slots have the same three real products: with p, q the parts of Z and r, s those of U (no signs changed),
///   t1 = p r,  t2 = q s,  t3 = (p + q)(r - s) in slot 0, (p - q)(r + s) in slot 1:  re = t1 + t2,  im = t3 - t1 + t2.
/// </summary>
internal static unsafe class BinForward<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(LateralGeometry geometry, BinScratch scratch, int bin, int tiles, float* input, float* weights, float* output, ref Prefetcher ahead)
    {
        PackInputs(geometry, scratch, bin, tiles, input);
        MixWeights(geometry, weights, scratch.Weights);
        float* imaginary = weights + geometry.WeightPlane;
        int columns = geometry.Columns, vectors = columns / TLane.Count, depth = geometry.Depth;
        float* t1 = scratch.Products;
        float* t2 = t1 + scratch.ProductPlane;
        float* t3 = t2 + scratch.ProductPlane;
        RealGemm<TLane>.Multiply(tiles, vectors, depth, scratch.Inputs, scratch.InputRow, 1, weights, columns, t1, columns, ref ahead);
        RealGemm<TLane>.Multiply(tiles, vectors, depth, scratch.Inputs + scratch.InputPlane, scratch.InputRow, 1, imaginary, columns, t2, columns, ref ahead);
        RealGemm<TLane>.Multiply(tiles, vectors, depth, scratch.Inputs + (2 * scratch.InputPlane), scratch.InputRow, 1, scratch.Weights, columns, t3, columns, ref ahead);
        for (int row = 0; row < tiles * geometry.OutputBlocks; row++, t1 += 2 * TLane.Count, t2 += 2 * TLane.Count, t3 += 2 * TLane.Count, output += 4 * TLane.Count)
            PairOutputs(t1, t2, t3, output);
    }

    /// <summary>Spectra [tile][block][slot][re, im][L] to planes [tile][slot][pair]; the mixed plane is re + im in slot 0, re - im in slot 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackInputs(LateralGeometry geometry, BinScratch scratch, int bin, int tiles, float* input)
    {
        int width = TLane.Count;
        int second = geometry.IsSelfConjugate(bin) ? 0 : 2 * width;
        float* re = scratch.Inputs;
        float* im = re + scratch.InputPlane;
        float* mixed = im + scratch.InputPlane;
        for (int tile = 0; tile < tiles; tile++, re += scratch.InputRow, im += scratch.InputRow, mixed += scratch.InputRow, input += geometry.InputTile)
        {
            // a last block that is not full spills into what is written after it, or into the row's padding
            for (int block = 0, k = 0; block < geometry.PairBlocks; block++, k += width)
            {
                TLane p = TLane.Load(input + (4 * k)), q = TLane.Load(input + (4 * k) + width);
                TLane.Store(p, re + k);
                TLane.Store(q, im + k);
                TLane.Store(p + q, mixed + k);
            }
            for (int block = 0, k = 0; block < geometry.PairBlocks; block++, k += width)
            {
                TLane p = TLane.Load(input + (4 * k) + second), q = TLane.Load(input + (4 * k) + second + width);
                TLane.Store(p, re + geometry.Pairs + k);
                TLane.Store(q, im + geometry.Pairs + k);
                TLane.Store(p - q, mixed + geometry.Pairs + k);
            }
        }
    }

    /// <summary>re - im for slot 0, re + im for slot 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixWeights(LateralGeometry geometry, float* weights, float* mixed)
    {
        int half = geometry.WeightPlane / 2;
        float* imaginary = weights + geometry.WeightPlane;
        for (int i = 0; i < half; i += TLane.Count)
            TLane.Store(TLane.Load(weights + i) - TLane.Load(imaginary + i), mixed + i);
        for (int i = half; i < 2 * half; i += TLane.Count)
            TLane.Store(TLane.Load(weights + i) + TLane.Load(imaginary + i), mixed + i);
    }

    /// <summary>Two output channels a, b become a + i b: slot 0 holds a_k + i b_k, slot 1 conj(a_k) + i conj(b_k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PairOutputs(float* t1, float* t2, float* t3, float* output)
    {
        int width = TLane.Count;
        TLane a1 = TLane.Load(t1), a2 = TLane.Load(t2), b1 = TLane.Load(t1 + width), b2 = TLane.Load(t2 + width);
        TLane aRe = a1 + a2, bRe = b1 + b2;
        TLane aIm = TLane.Load(t3) - a1 + a2, bIm = TLane.Load(t3 + width) - b1 + b2;
        TLane.StoreStreaming(aRe - bIm, output);
        TLane.StoreStreaming(aIm + bRe, output + width);
        TLane.StoreStreaming(aRe + bIm, output + (2 * width));
        TLane.StoreStreaming(bRe - aIm, output + (3 * width));
    }
}
