using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// Both gradients of one bin, from G_k, the spectrum of the zero-padded output gradient (real planes, so G_-k = conj(G_k)):
///   inputs   dZ_k = sum over outputs of G_k U_k,        dZ_-k = sum of conj(G_k) U_-k
///   weights  dU_k = sum over tiles of Z_k conj(G_k),    dU_-k = sum of Z_-k G_k
/// The three planes of Z are the forward pass's, those of G are re, im and re - im, and the mixed weights the forward pass's again. A product
/// with one factor conjugated ends as re = t1 + t2, im = t3 - t1 + t2, one without as re = t1 - t2, im = t1 + t2 - t3.
/// The unpacked G is twice the spectrum (halving it would cost instructions); the 1/2 in u and in the weight gradient's scale answer for that.
/// </summary>
internal static unsafe class BinBackward<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Overwrites the input spectra by their gradients; stores the weights' gradient, or adds it to that of earlier blocks of tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        LateralGeometry geometry, BinScratch scratch, int bin, int tiles, float* input, float* weights, float* gradient, float* weightGradient, bool add, ref Prefetcher ahead)
    {
        BinForward<TLane>.PackInputs(geometry, scratch, bin, tiles, input);
        UnpackGradients(geometry, scratch, bin, tiles, gradient);
        for (int slot = 0; slot < 2; slot++)
        {
            Weights(geometry, scratch, slot, tiles, weightGradient, add, ref ahead);
            Inputs(geometry, scratch, slot, tiles, input, weights, ref ahead);
        }
    }

    /// <summary>Spectra of channel pairs a + i b to planes: 2 a_k = P_k + conj(P_-k), 2 i b_k = P_k - conj(P_-k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnpackGradients(LateralGeometry geometry, BinScratch scratch, int bin, int tiles, float* gradient)
    {
        int width = TLane.Count;
        int second = geometry.IsSelfConjugate(bin) ? 0 : 2 * width;
        float* re = scratch.Gradients;
        float* im = re + scratch.GradientPlane;
        float* mixed = im + scratch.GradientPlane;
        for (int tile = 0; tile < tiles; tile++, re += scratch.GradientRow, im += scratch.GradientRow, mixed += scratch.GradientRow)
        {
            for (int o = 0; o < geometry.Columns; o += 2 * width, gradient += 4 * width)
            {
                TLane p = TLane.Load(gradient), q = TLane.Load(gradient + width);
                TLane mirrorRe = TLane.Load(gradient + second), mirrorIm = TLane.Load(gradient + second + width);
                TLane aRe = p + mirrorRe, aIm = q - mirrorIm, bRe = q + mirrorIm, bIm = mirrorRe - p;
                TLane.Store(aRe, re + o);
                TLane.Store(aIm, im + o);
                TLane.Store(aRe - aIm, mixed + o);
                TLane.Store(bRe, re + o + width);
                TLane.Store(bIm, im + o + width);
                TLane.Store(bRe - bIm, mixed + o + width);
            }
        }
    }

    /// <summary>du [pair][output] of a slot, a strip of pairs at a time: rows are pairs, and the sum runs over tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weights(LateralGeometry geometry, BinScratch scratch, int slot, int tiles, float* target, bool add, ref Prefetcher ahead)
    {
        int columns = geometry.Columns, vectors = columns / TLane.Count;
        for (int first = 0; first < geometry.Pairs; first += BinScratch.StripRows)
        {
            int rows = Math.Min(BinScratch.StripRows, geometry.Pairs - first);
            int k = (slot * geometry.Pairs) + first;
            for (int plane = 0; plane < 3; plane++)
            {
                RealGemm<TLane>.Multiply(
                    rows, vectors, tiles, scratch.Inputs + ((nint)plane * scratch.InputPlane) + k, 1, scratch.InputRow,
                    scratch.Gradients + ((nint)plane * scratch.GradientPlane), scratch.GradientRow,
                    scratch.Products + ((nint)plane * scratch.ProductPlane), columns, ref ahead);
            }
            float* t1 = scratch.Products;
            float* t2 = t1 + scratch.ProductPlane;
            float* t3 = t2 + scratch.ProductPlane;
            float* re = target + ((nint)k * columns);
            float* im = re + geometry.WeightPlane;
            for (int i = 0; i < rows * columns; i += TLane.Count)
            {
                Join(TLane.Load(t1 + i), TLane.Load(t2 + i), TLane.Load(t3 + i), conjugated: slot == 0, out TLane r, out TLane s);
                if (add)
                {
                    TLane.Store(TLane.Load(re + i) + r, re + i);
                    TLane.Store(TLane.Load(im + i) + s, im + i);
                }
                else
                {
                    TLane.StoreStreaming(r, re + i);
                    TLane.StoreStreaming(s, im + i);
                }
            }
        }
    }

    /// <summary>dz [tile][pair] of a slot, with the weights transposed to [output][pair].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Inputs(LateralGeometry geometry, BinScratch scratch, int slot, int tiles, float* input, float* weights, ref Prefetcher ahead)
    {
        int columns = scratch.PairColumns, vectors = columns / TLane.Count;
        Transpose(geometry, scratch, weights + ((nint)slot * geometry.Pairs * geometry.Columns), slot);
        for (int plane = 0; plane < 3; plane++)
        {
            RealGemm<TLane>.Multiply(
                tiles, vectors, geometry.Shape.Channels, scratch.Gradients + ((nint)plane * scratch.GradientPlane), scratch.GradientRow, 1,
                scratch.Weights + ((nint)plane * scratch.WeightPlane), columns,
                scratch.Products + ((nint)plane * scratch.ProductPlane), columns, ref ahead);
        }
        float* t1 = scratch.Products;
        float* t2 = t1 + scratch.ProductPlane;
        float* t3 = t2 + scratch.ProductPlane;
        input += slot * 2 * TLane.Count;
        for (int tile = 0; tile < tiles; tile++, t1 += columns, t2 += columns, t3 += columns, input += geometry.InputTile)
        {
            for (int block = 0; block < geometry.PairBlocks; block++)
            {
                int i = block * TLane.Count;
                Join(TLane.Load(t1 + i), TLane.Load(t2 + i), TLane.Load(t3 + i), conjugated: slot == 1, out TLane re, out TLane im);
                TLane.Store(re, input + (4 * i));
                TLane.Store(im, input + (4 * i) + TLane.Count);
            }
        }
    }

    /// <summary>A slot's weights [pair][output] to three planes [output][pair]; lanes without a pair hold garbage that reaches no plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(LateralGeometry geometry, BinScratch scratch, float* weights, int slot)
    {
        int columns = scratch.PairColumns, rowOfWeights = geometry.Columns;
        if (geometry.PairBlocks % 2 != 0)
            ClearSpareBlock(geometry, scratch);
        for (int block = 0; block < geometry.PairBlocks; block++)
        {
            float* source = weights + ((nint)block * TLane.Count * rowOfWeights);
            float* re = scratch.Weights + (block * TLane.Count);
            float* im = re + scratch.WeightPlane;
            float* mixed = im + scratch.WeightPlane;
            for (int o = 0; o < geometry.Shape.Channels; o += 4, re += 4 * columns, im += 4 * columns, mixed += 4 * columns)
            {
                TLane.LoadColumns(source + o, rowOfWeights, out TLane r0, out TLane r1, out TLane r2, out TLane r3);
                TLane.LoadColumns(source + o + geometry.WeightPlane, rowOfWeights, out TLane i0, out TLane i1, out TLane i2, out TLane i3);
                Put(r0, i0, slot, re, im, mixed);
                Put(r1, i1, slot, re + columns, im + columns, mixed + columns);
                Put(r2, i2, slot, re + (2 * columns), im + (2 * columns), mixed + (2 * columns));
                Put(r3, i3, slot, re + (3 * columns), im + (3 * columns), mixed + (3 * columns));
            }
        }
    }

    /// <summary>A panel takes an even number of registers; whatever lay in the spare one might be slow to multiply (subnormals).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ClearSpareBlock(LateralGeometry geometry, BinScratch scratch)
    {
        for (int plane = 0; plane < 3; plane++)
        {
            float* spare = scratch.Weights + ((nint)plane * scratch.WeightPlane) + (geometry.PairBlocks * TLane.Count);
            for (int o = 0; o < geometry.Shape.Channels; o++, spare += scratch.PairColumns)
                TLane.Store(default, spare);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TLane r, TLane i, int slot, float* re, float* im, float* mixed)
    {
        TLane.Store(r, re);
        TLane.Store(i, im);
        TLane.Store(slot == 0 ? r - i : r + i, mixed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Join(TLane t1, TLane t2, TLane t3, bool conjugated, out TLane re, out TLane im)
    {
        re = conjugated ? t1 + t2 : t1 - t2;
        im = conjugated ? t3 - t1 + t2 : t1 + t2 - t3;
    }
}
