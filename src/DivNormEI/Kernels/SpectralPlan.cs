namespace DivNorm.Kernels;

/// <summary>
/// The stages of both passes, block of tiles after block of tiles. Forward: input transforms, a product a bin, inverse transforms.
/// Backward: gradient transforms, both products a bin, overlap-add of the input gradients; weight gradients at the end.
/// </summary>
internal sealed unsafe class SpectralPlan<TLane> : LateralPlan
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Bins a thread takes at once, so that it knows what to prefetch.</summary>
    private const int BinsAtOnce = 8;

    private readonly LateralGeometry geometry;
    private readonly SpectrumOffsets offsets;
    private readonly TileTransform<TLane> tiles;
    private readonly WeightTransform<TLane> weights;
    private readonly long scratchFloats;

    public SpectralPlan(LateralGeometry geometry, SimdPath path, long memoryBudget)
    {
        this.geometry = geometry;
        Path = path;
        offsets = new(geometry);
        tiles = new(geometry, offsets);
        weights = new(geometry, offsets, tiles);
        scratchFloats = (Math.Max(Math.Max(tiles.ScratchFloats, weights.ScratchFloats), new BinScratch(geometry, null).Floats) + 1023) / 1024 * 1024;
        long kept = geometry.Blocks * NativeBlock.BytesFor(geometry.InputFloats);
        KeepsSpectra = kept + NativeBlock.BytesFor(geometry.OutputFloats) + geometry.WeightBytes <= memoryBudget;
    }

    public override LateralShape Shape => geometry.Shape;

    public override SimdPath Path { get; }

    public override SpectraKey SpectraKey => SpectraKey.Of(geometry);

    public override bool KeepsSpectra { get; }

    public override WeightSpectra Transform(float* excitation, float* inhibition, int threads)
    {
        NativeBlock block = NativePool.Rent(geometry.WeightFloats);
        using NativeBlock scratch = Scratch(threads);
        float* spectra = block.Pointer, work = scratch.Pointer;
        WorkerPool.Run(threads, weights.Units, (worker, unit) => weights.Forward(unit, excitation, inhibition, spectra, work + (worker * scratchFloats)));
        GC.KeepAlive(this);
        return new WeightSpectra(SpectraKey, block);
    }

    public override SavedSpectra? Forward(in ForwardArguments arguments, WeightSpectra spectra, int threads)
    {
        Check(spectra);
        ForwardArguments a = arguments;
        bool keep = a.Keep && KeepsSpectra;
        var inputs = new NativeBlock[keep ? geometry.Blocks : 1];
        using NativeBlock outputs = NativePool.Rent(geometry.OutputFloats);
        using NativeBlock scratch = Scratch(threads);
        float* output = outputs.Pointer, work = scratch.Pointer, weight = spectra.Pointer;
        for (int block = 0; block < geometry.Blocks; block++)
        {
            int slot = keep ? block : 0;
            inputs[slot] ??= NativePool.Rent(geometry.InputFloats);
            float* input = inputs[slot].Pointer;
            (int firstRow, int rows) = geometry.RowsOf(block);
            int count = rows * geometry.Horizontal.Count;
            TransformInputs(threads, firstRow, count, a.Y, a.Yn, input, work);
            ForEachBin(threads, (worker, bin, last) =>
            {
                Prefetcher ahead = Ahead(bin, last, input, geometry.InputBin, count * geometry.InputTile, weight);
                BinForward<TLane>.Run(
                    geometry, new BinScratch(geometry, work + (worker * scratchFloats)), bin, count,
                    input + (bin * geometry.InputBin), weight + (bin * geometry.WeightBin), output + (bin * geometry.OutputBin), ref ahead);
            });
            WorkerPool.Run(threads, count * geometry.OutputBlocks, (worker, unit) =>
                StoreOutputs(a, firstRow, unit / geometry.OutputBlocks, unit % geometry.OutputBlocks, output, work + (worker * scratchFloats)));
        }
        GC.KeepAlive(this);
        if (keep)
            return new SavedSpectra(inputs);
        inputs[0].Dispose();
        return null;
    }

    public override void Backward(in BackwardArguments arguments, WeightSpectra spectra, SavedSpectra? saved, int threads)
    {
        Check(spectra);
        BackwardArguments a = arguments;
        NativeBlock[]? kept = saved?.Take();
        using NativeBlock? own = kept is null ? NativePool.Rent(geometry.InputFloats) : null;
        using NativeBlock gradients = NativePool.Rent(geometry.OutputFloats);
        using NativeBlock weightGradients = NativePool.Rent(geometry.WeightFloats);
        using NativeBlock scratch = Scratch(threads);
        float* gradient = gradients.Pointer, weightGradient = weightGradients.Pointer, work = scratch.Pointer, weight = spectra.Pointer;
        if (!geometry.WholeImages)
        {
            WorkerPool.Run(threads, Shape.Batch * geometry.PairBlocks, (_, unit) =>
                ClearRows(a, unit / geometry.PairBlocks, unit % geometry.PairBlocks, 0, Shape.Height));
        }
        for (int block = 0; block < geometry.Blocks; block++)
        {
            float* input = (kept is null ? own! : kept[block]).Pointer;
            (int firstRow, int rows) = geometry.RowsOf(block);
            int count = rows * geometry.Horizontal.Count;
            if (kept is null)
                TransformInputs(threads, firstRow, count, a.Y, a.Yn, input, work);
            WorkerPool.Run(threads, count * geometry.OutputBlocks, (worker, unit) =>
                TransformGradient(a.GradOutput, firstRow, unit / geometry.OutputBlocks, unit % geometry.OutputBlocks, gradient, work + (worker * scratchFloats)));
            bool add = block > 0;
            ForEachBin(threads, (worker, bin, last) =>
            {
                Prefetcher ahead = Ahead(bin, last, input, geometry.InputBin, count * geometry.InputTile, weight);
                BinBackward<TLane>.Run(
                    geometry, new BinScratch(geometry, work + (worker * scratchFloats)), bin, count, input + (bin * geometry.InputBin), weight + (bin * geometry.WeightBin),
                    gradient + (bin * geometry.OutputBin), weightGradient + (bin * geometry.WeightBin), add, ref ahead);
            });
            AddInputGradients(threads, firstRow, rows, a, input, work);
            kept?[block].Dispose();
        }
        WorkerPool.Run(threads, weights.Units, (worker, unit) =>
            weights.Inverse(unit, weightGradient, a.GradExcitation, a.GradInhibition, work + (worker * scratchFloats)));
        if (a.GradShift != null)
            ChannelSums.Run(Shape, a.GradOutput, a.GradShift, threads);
        GC.KeepAlive(this);
    }

    private NativeBlock Scratch(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        return NativePool.Rent(threads * scratchFloats);
    }

    private void Check(WeightSpectra spectra)
    {
        if (spectra.Key != SpectraKey)
            throw new ArgumentException($"spectra for {spectra.Key} given to a plan for {SpectraKey}", nameof(spectra));
    }

    /// <summary>Calls body(worker, bin, end of the worker's run of bins).</summary>
    private void ForEachBin(int threads, Action<int, int, int> body) =>
        WorkerPool.Run(threads, (geometry.Bins + BinsAtOnce - 1) / BinsAtOnce, (worker, unit) =>
        {
            int end = Math.Min(geometry.Bins, (unit + 1) * BinsAtOnce);
            for (int bin = unit * BinsAtOnce; bin < end; bin++)
                body(worker, bin, end);
        });

    /// <summary>The next bin's weights and inputs.</summary>
    private Prefetcher Ahead(int bin, int end, float* input, long inputBin, int inputFloats, float* weight)
    {
        int next = bin + 1 < end ? bin + 1 : bin;
        return new Prefetcher(weight + (next * geometry.WeightBin), 2 * geometry.WeightPlane, input + (next * inputBin), inputFloats);
    }

    private (int Image, int Ty, int Tx) Place(int firstRow, int tile)
    {
        int row = firstRow + (tile / geometry.Horizontal.Count);
        return (row / geometry.Vertical.Count, row % geometry.Vertical.Count, tile % geometry.Horizontal.Count);
    }

    private void TransformInputs(int threads, int firstRow, int count, float* y, float* yn, float* input, float* work) =>
        WorkerPool.Run(threads, count * geometry.PairBlocks, (worker, unit) =>
        {
            int tile = unit / geometry.PairBlocks, block = unit % geometry.PairBlocks;
            (int image, int ty, int tx) = Place(firstRow, tile);
            tiles.Forward(
                PlanePair.OfInputs(geometry, y, yn, image, block), TileWindow.Input(geometry, ty, tx),
                input + ((nint)tile * geometry.InputTile) + (block * 4 * TLane.Count), offsets.Input, work + (worker * scratchFloats));
        });

    private void TransformGradient(float* gradOutput, int firstRow, int tile, int block, float* gradient, float* scratch)
    {
        (int image, int ty, int tx) = Place(firstRow, tile);
        tiles.Forward(
            PlanePair.OfOne(geometry, gradOutput, image, block), TileWindow.Output(geometry, ty, tx),
            gradient + ((nint)tile * geometry.OutputTile) + (block * 4 * TLane.Count), offsets.Output, scratch);
    }

    private void StoreOutputs(in ForwardArguments a, int firstRow, int tile, int block, float* output, float* scratch)
    {
        (int image, int ty, int tx) = Place(firstRow, tile);
        int channel = block * 2 * TLane.Count;
        var store = new EpilogueStore<TLane>(
            a.Residual == null ? 0 : (nint)(a.Residual - a.Output), a.Residual != null,
            a.Scale == null ? null : a.Scale + channel, a.Shift == null ? null : a.Shift + channel, a.Rectify);
        tiles.Inverse(
            output + ((nint)tile * geometry.OutputTile) + (block * 4 * TLane.Count), offsets.Output,
            PlanePair.OfOne(geometry, a.Output, image, block), TileWindow.Output(geometry, ty, tx), store, scratch);
    }

    /// <summary>
    /// Where tiles overlap, the order of additions must not depend on the threads: rows of tiles that touch are done one after the other.
    /// The first to come clear what they and the rows that follow will add to, while it is on its way into the caches.
    /// </summary>
    private void AddInputGradients(int threads, int firstRow, int rows, BackwardArguments a, float* input, float* work)
    {
        int apart = geometry.Vertical.Apart, across = geometry.Horizontal.Count;
        for (int phase = 0; phase < apart; phase++)
        {
            bool clear = phase == 0 && geometry.WholeImages;
            int[] turn = [.. Enumerable.Range(0, rows).Where(r => (firstRow + r) % geometry.Vertical.Count % apart == phase)];
            WorkerPool.Run(threads, turn.Length * geometry.PairBlocks, (worker, unit) =>
            {
                int row = turn[unit / geometry.PairBlocks], block = unit % geometry.PairBlocks;
                (int image, int ty, _) = Place(firstRow, row * across);
                PlanePair target = PlanePair.OfInputs(geometry, a.GradY, a.GradYn, image, block);
                if (clear)
                {
                    (TileAxis axis, int next) = (geometry.Vertical, ty + apart);
                    int top = ty == 0 ? 0 : (ty * axis.Step) - axis.Radius;
                    ClearRows(a, image, block, top, next >= axis.Count ? Shape.Height : (next * axis.Step) - axis.Radius);
                }
                for (int tx = 0; tx < across; tx++)
                {
                    tiles.Inverse(
                        input + ((((nint)row * across) + tx) * geometry.InputTile) + (block * 4 * TLane.Count), offsets.Input,
                        target, TileWindow.Input(geometry, ty, tx), default(AddStore<TLane>), work + (worker * scratchFloats));
                }
            });
        }
    }

    /// <summary>Sets what the overlapping tiles of a block of pairs add to: zero, or with a residual the output gradient.</summary>
    private void ClearRows(BackwardArguments a, int image, int block, int top, int bottom)
    {
        int width = Shape.SharedSource ? 2 * TLane.Count : TLane.Count;
        for (int channel = block * width; channel < Math.Min(Shape.Channels, (block + 1) * width); channel++)
        {
            nint offset = (((((nint)image * Shape.Channels) + channel) * Shape.Height) + top) * Shape.Width;
            int count = (bottom - top) * Shape.Width;
            if (!Shape.SharedSource)
                new Span<float>(a.GradY + offset, count).Clear();
            var target = new Span<float>(a.GradYn + offset, count);
            if (a.ResidualIsYn)
                new Span<float>(a.GradOutput + offset, count).CopyTo(target);
            else
                target.Clear();
        }
    }
}
