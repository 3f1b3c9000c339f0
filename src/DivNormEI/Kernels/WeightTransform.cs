using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// Between kernels [out, in, k, k] and weight spectra. The two kernels of a pair travel as u = (a + i b) / (2 Ty Tx), where a and b
/// multiply the pair's real and imaginary plane: w_exc and -w_inh of one channel with two sources; with one source the merged kernels
/// w_exc - w_inh of two channels. Lanes are L output channels. The factor undoes the unscaled inverse and the sum over +-k.
/// </summary>
internal sealed unsafe class WeightTransform<TLane>(LateralGeometry geometry, SpectrumOffsets offsets, TileTransform<TLane> tiles)
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Runs of output channels worked on at once: their spectra lie side by side, 256 bytes a bin with lanes of 16.</summary>
    private const int RunsAtOnce = 4;

    private readonly LateralShape shape = geometry.Shape;
    private readonly float scale = 0.5f / (geometry.Vertical.Size * geometry.Horizontal.Size);

    /// <summary>One unit for each pair and each <see cref="RunsAtOnce"/> runs of L output channels.</summary>
    public int Units => geometry.Pairs * Groups;

    /// <summary>Floats of scratch a call needs: tiles, a transform's scratch, and the taps of a run.</summary>
    public int ScratchFloats => (RunsAtOnce * tiles.TileFloats) + tiles.WorkFloats + (TLane.Count * TapRow);

    /// <summary>Floats from an output channel's kernel to the next in the tap scratch.</summary>
    private int TapRow => (((shape.Kernel * shape.Kernel) + 3) & ~3) + 4;

    private int Runs => geometry.Columns / TLane.Count;

    private int Groups => (Runs + RunsAtOnce - 1) / RunsAtOnce;

    /// <summary>Transforms a unit's kernels into <paramref name="spectra"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(int unit, float* excitation, float* inhibition, float* spectra, float* scratch)
    {
        (int pair, int firstRun, int runs) = Place(unit);
        (int channel, int partner) = Channels(pair);
        float* work = scratch + (RunsAtOnce * tiles.TileFloats);
        new Span<float>(scratch, runs * tiles.TileFloats).Clear();
        for (int run = 0; run < runs; run++)
        {
            float* tile = scratch + (run * tiles.TileFloats);
            int first = (firstRun + run) * TLane.Count, outputs = Math.Clamp(shape.Channels - first, 0, TLane.Count);
            if (outputs == 0)
                continue;
            AddTaps(excitation, shape.ExcitationKernel, first, outputs, channel, scale, tile, work);
            if (shape.SharedSource)
            {
                AddTaps(inhibition, shape.InhibitionKernel, first, outputs, channel, -scale, tile, work);
                AddTaps(excitation, shape.ExcitationKernel, first, outputs, partner, scale, tile + TLane.Count, work);
                AddTaps(inhibition, shape.InhibitionKernel, first, outputs, partner, -scale, tile + TLane.Count, work);
            }
            else
            {
                AddTaps(inhibition, shape.InhibitionKernel, first, outputs, channel, -scale, tile + TLane.Count, work);
            }
            for (int y = 0; y < shape.Kernel; y++)
                tiles.ForwardRow(tile, y, work);
        }
        float* target = spectra + (pair * geometry.Columns) + (firstRun * TLane.Count);
        tiles.StoreColumns(scratch, runs, target, TLane.Count, offsets.Weight, geometry.WeightPlane, work);
        MirrorSelfConjugateBins(target, runs);
    }

    /// <summary>The gradients of a unit's kernels from the spectra of du; writes every tap of its output channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Inverse(int unit, float* spectra, float* excitation, float* inhibition, float* scratch)
    {
        (int pair, int firstRun, int runs) = Place(unit);
        (int channel, int partner) = Channels(pair);
        float* work = scratch + (RunsAtOnce * tiles.TileFloats);
        float* taps = work + tiles.WorkFloats;
        tiles.LoadColumns(
            spectra + (pair * geometry.Columns) + (firstRun * TLane.Count), runs, TLane.Count, offsets.Weight, geometry.WeightPlane, scratch, work);
        for (int run = 0; run < runs; run++)
        {
            float* tile = scratch + (run * tiles.TileFloats);
            int first = (firstRun + run) * TLane.Count, outputs = Math.Clamp(shape.Channels - first, 0, TLane.Count);
            if (outputs == 0)
                continue;
            for (int y = 0; y < shape.Kernel; y++)
                tiles.InverseRow(tile, y, work);
            StoreTaps(tile, scale, taps, excitation, shape.ExcitationKernel, first, outputs, channel);
            if (shape.SharedSource)
            {
                StoreTaps(tile, -scale, taps, inhibition, shape.InhibitionKernel, first, outputs, channel);
                StoreTaps(tile + TLane.Count, scale, taps, excitation, shape.ExcitationKernel, first, outputs, partner);
                StoreTaps(tile + TLane.Count, -scale, taps, inhibition, shape.InhibitionKernel, first, outputs, partner);
            }
            else
            {
                StoreTaps(tile + TLane.Count, -scale, taps, inhibition, shape.InhibitionKernel, first, outputs, channel);
            }
        }
    }

    private (int Pair, int FirstRun, int Runs) Place(int unit)
    {
        int firstRun = unit % Groups * RunsAtOnce;
        return (unit / Groups, firstRun, Math.Min(RunsAtOnce, Runs - firstRun));
    }

    /// <summary>The input channels of a pair; with one source, the second may not exist.</summary>
    private (int Channel, int Partner) Channels(int pair)
    {
        if (!shape.SharedSource)
            return (pair, pair);
        int channel = (pair / TLane.Count * 2 * TLane.Count) + (pair % TLane.Count);
        return (channel, channel + TLane.Count);
    }

    /// <summary>The product reads both slots of every bin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MirrorSelfConjugateBins(float* target, int runs)
    {
        nint mirror = (nint)geometry.Pairs * geometry.Columns;
        foreach (int bin in geometry.SelfConjugateBins)
        {
            float* re = target + (bin * geometry.WeightBin);
            float* im = re + geometry.WeightPlane;
            for (int i = 0; i < runs * TLane.Count; i += TLane.Count)
            {
                TLane.Store(TLane.Load(re + i), re + mirror + i);
                TLane.Store(TLane.Load(im + i), im + mirror + i);
            }
        }
    }

    /// <summary>Adds a kernel, centred in the larger one, to the corner of the tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTaps(float* weights, int side, int first, int outputs, int channel, float factor, float* tile, float* copy)
    {
        if (channel >= shape.Channels)
            return;
        int area = side * side, margin = (shape.Kernel - side) / 2;
        nint stride = (nint)shape.Channels * area;
        float* source = weights + (first * stride) + ((nint)channel * area);
        TLane* columns = stackalloc TLane[4];
        TLane by = TLane.Broadcast(factor);
        for (int tap = 0; tap < area; tap += 4)
        {
            int count = Math.Min(4, area - tap);
            float* from = source + tap;
            nint step = stride;
            if (count < 4 || outputs < TLane.Count)
            {
                new Span<float>(copy, 4 * TLane.Count).Clear();
                for (int o = 0; o < outputs; o++)
                {
                    for (int i = 0; i < count; i++)
                        copy[(4 * o) + i] = from[(o * stride) + i];
                }
                from = copy;
                step = 4;
            }
            TLane.LoadColumns(from, step, out columns[0], out columns[1], out columns[2], out columns[3]);
            for (int i = 0; i < count; i++)
            {
                float* target = At(tile, (tap + i) / side, (tap + i) % side, margin);
                TLane.Store(TLane.MulAdd(by, columns[i], TLane.Load(target)), target);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StoreTaps(float* tile, float factor, float* taps, float* gradient, int side, int first, int outputs, int channel)
    {
        if (channel >= shape.Channels)
            return;
        int area = side * side, margin = (shape.Kernel - side) / 2;
        TLane* columns = stackalloc TLane[4];
        TLane by = TLane.Broadcast(factor);
        for (int tap = 0; tap < area; tap += 4)
        {
            for (int i = 0; i < 4; i++)
                columns[i] = tap + i < area ? TLane.Load(At(tile, (tap + i) / side, (tap + i) % side, margin)) * by : default;
            TLane.StoreColumns(columns[0], columns[1], columns[2], columns[3], taps + tap, TapRow);
        }
        for (int o = 0; o < outputs; o++)
        {
            float* target = gradient + ((((nint)(first + o) * shape.Channels) + channel) * area);
            new Span<float>(taps + (o * TapRow), area).CopyTo(new Span<float>(target, area));
        }
    }

    private float* At(float* tile, int y, int x, int margin) =>
        tile + ((y + margin) * geometry.RowStride) + ((x + margin) * 2 * TLane.Count);
}
