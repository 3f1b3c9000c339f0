using System.Runtime.CompilerServices;

namespace DivNorm.Kernels;

/// <summary>
/// Between maps and spectra: the 2-D transform of one tile for the L channel pairs of one block, lanes across channels, so that no
/// butterfly needs a shuffle. Rows first, while they are transposed from channel planes into lanes, then columns, straight to
/// (or from) the scattered bins. Scratch: the tile [row][column][re, im][L], a transform's scratch, and a row of planes.
/// </summary>
internal sealed unsafe class TileTransform<TLane>
    where TLane : unmanaged, ILane<TLane>
{
    /// <summary>Rows fetched into L1 ahead of the one at work.</summary>
    private const int RowsAhead = 2;

    private readonly LateralGeometry geometry;
    private readonly Fourier<TLane> vertical;
    private readonly Fourier<TLane> horizontal;
    private readonly int* columns;
    private readonly int* rows;
    private readonly int width;
    private readonly int height;
    private readonly int mapWidth;
    private readonly nint plane;

    public TileTransform(LateralGeometry geometry, SpectrumOffsets offsets)
    {
        this.geometry = geometry;
        columns = offsets.Columns;
        rows = offsets.Rows;
        width = geometry.Horizontal.Size;
        height = geometry.Vertical.Size;
        mapWidth = geometry.Shape.Width;
        plane = (nint)geometry.Shape.Height * mapWidth;
        vertical = Fourier<TLane>.Of(height);
        horizontal = Fourier<TLane>.Of(width);
        PlaneRowStride = width + 16;
        ScratchFloats = TileFloats + WorkFloats + (2 * TLane.Count * PlaneRowStride);
    }

    /// <summary>Floats of scratch a call needs.</summary>
    public int ScratchFloats { get; }

    /// <summary>Floats of a tile.</summary>
    public int TileFloats => height * geometry.RowStride;

    /// <summary>Floats of scratch that <see cref="StoreColumns"/>, <see cref="LoadColumns"/> and the row transforms need.</summary>
    public int WorkFloats => Math.Max(vertical.ScratchFloats, horizontal.ScratchFloats);

    /// <summary>Floats from a channel's row to the next in the row scratch.</summary>
    private int PlaneRowStride { get; }

    /// <summary>Reads a window of the planes, zero outside, and stores its spectrum past the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(in PlanePair planes, in TileWindow window, float* spectrum, int* binOffsets, float* scratch)
    {
        float* tile = scratch;
        float* work = tile + TileFloats;
        for (int y = 0; y < height; y++)
        {
            float* row = tile + (y * geometry.RowStride);
            if (y < window.Top || y >= window.Bottom)
            {
                new Span<float>(row, width * 2 * TLane.Count).Clear();
                continue;
            }
            nint offset = ((nint)(window.OriginY + y) * mapWidth) + window.OriginX;
            if (y + RowsAhead < window.Bottom)
            {
                FetchRow(planes.Re + offset + (RowsAhead * mapWidth), planes.ReCount, window);
                FetchRow(planes.Im + offset + (RowsAhead * mapWidth), planes.ImCount, window);
            }
            LoadRow(planes.Re + offset, planes.ReCount, window, row, work);
            LoadRow(planes.Im + offset, planes.ImCount, window, row + TLane.Count, work);
            horizontal.Run(row, columns, TLane.Count, row, columns, TLane.Count, work);
        }
        StoreColumns(tile, 1, spectrum, 0, binOffsets, TLane.Count, work);
    }

    /// <summary>
    /// Transforms the columns of tiles whose rows are transformed to their spectra: tile i to spectrum + i * step, the imaginary parts
    /// <paramref name="imaginary"/> floats further. Spectra that lie side by side are written at about the same time.
    /// Stores pass the caches only where real and imaginary parts fill whole lines: half a line written so costs more than it saves.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void StoreColumns(float* tiles, int count, float* spectrum, nint step, int* binOffsets, nint imaginary, float* work)
    {
        bool wholeLines = TLane.Count * sizeof(float) >= Prefetcher.Line || imaginary == TLane.Count;
        for (int kx = 0; kx < width; kx++)
        {
            int* bins = binOffsets + (kx * height);
            float* column = tiles + columns[kx];
            for (int i = 0; i < count; i++, column += TileFloats)
            {
                if (wholeLines)
                    vertical.RunStreaming(column, rows, TLane.Count, spectrum + (i * step), bins, imaginary, work);
                else
                    vertical.Run(column, rows, TLane.Count, spectrum + (i * step), bins, imaginary, work);
            }
        }
    }

    /// <summary>Transforms back the columns of spectra that lie side by side, as <see cref="StoreColumns"/> leaves them. The inverse is the transform with parts swapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LoadColumns(float* spectrum, int count, nint step, int* binOffsets, nint imaginary, float* tiles, float* work)
    {
        for (int kx = 0; kx < width; kx++)
        {
            int* bins = binOffsets + (kx * height);
            float* column = tiles + columns[kx] + TLane.Count;
            for (int i = 0; i < count; i++, column += TileFloats)
            {
                if (kx + 1 < width)
                    Fetch(spectrum + (i * step), bins + height, imaginary);
                vertical.Run(spectrum + (i * step) + imaginary, bins, -imaginary, column, rows, -TLane.Count, work);
            }
        }
    }

    /// <summary>Transforms back row <paramref name="y"/> of the tile, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float* InverseRow(float* tile, int y, float* work)
    {
        float* row = tile + (y * geometry.RowStride);
        horizontal.Run(row + TLane.Count, columns, -TLane.Count, row + TLane.Count, columns, -TLane.Count, work);
        return row;
    }

    /// <summary>Transforms row <paramref name="y"/> of the tile, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForwardRow(float* tile, int y, float* work)
    {
        float* row = tile + (y * geometry.RowStride);
        horizontal.Run(row, columns, TLane.Count, row, columns, TLane.Count, work);
    }

    /// <summary>Transforms a spectrum back and hands the window's rows to the planes through <paramref name="store"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Inverse<TStore>(float* spectrum, int* binOffsets, in PlanePair planes, in TileWindow window, TStore store, float* scratch)
        where TStore : struct, IRowStore<TLane>
    {
        float* tile = scratch;
        float* work = tile + TileFloats;
        float* planeRows = work + WorkFloats;
        LoadColumns(spectrum, 1, 0, binOffsets, TLane.Count, tile, work);
        int first = window.Left & ~3, count = window.Right - window.Left;
        for (int y = window.Top; y < window.Bottom; y++)
        {
            float* row = InverseRow(tile, y, work);
            for (int x = first; x < window.Right; x += 4)
            {
                ToPlanes(row + (x * 2 * TLane.Count), planeRows + x);
                ToPlanes(row + (x * 2 * TLane.Count) + TLane.Count, planeRows + (TLane.Count * PlaneRowStride) + x);
            }
            nint offset = ((nint)(window.OriginY + y) * mapWidth) + window.OriginX + window.Left;
            for (int c = 0; c < planes.ReCount; c++)
                store.Store(planeRows + (c * PlaneRowStride) + window.Left, planes.Re + offset + (c * plane), count, c);
            for (int c = 0; c < planes.ImCount; c++)
                store.Store(planeRows + ((TLane.Count + c) * PlaneRowStride) + window.Left, planes.Im + offset + (c * plane), count, TLane.Count + c);
        }
    }

    /// <summary>A column that is to be read next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fetch(float* spectrum, int* bins, nint imaginary)
    {
        for (int ky = 0; ky < height; ky++)
        {
            Prefetcher.FetchNear(spectrum + bins[ky]);
            Prefetcher.FetchNear(spectrum + bins[ky] + imaginary);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ToPlanes(float* columns, float* planeRow)
    {
        int step = 2 * TLane.Count;
        TLane.StoreColumns(TLane.Load(columns), TLane.Load(columns + step), TLane.Load(columns + (2 * step)), TLane.Load(columns + (3 * step)), planeRow, PlaneRowStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchRow(float* source, int count, in TileWindow window)
    {
        for (int c = 0; c < count; c++, source += plane)
        {
            for (int x = window.Left; x < window.Right; x += Prefetcher.Line / sizeof(float))
                Prefetcher.FetchNear(source + x);
        }
    }

    /// <summary>Four columns at a time; those at the window's edges, and all where lanes are missing, through a small zeroed copy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadRow(float* source, int count, in TileWindow window, float* row, float* work)
    {
        int step = 2 * TLane.Count;
        for (int x = 0; x < width; x += 4, row += 4 * step)
        {
            TLane c0, c1, c2, c3;
            int from = Math.Max(window.Left - x, 0), to = Math.Min(window.Right - x, 4);
            if (from >= to || count == 0)
            {
                c0 = c1 = c2 = c3 = default;
            }
            else if (from == 0 && to == 4 && count == TLane.Count)
            {
                TLane.LoadColumns(source + x, plane, out c0, out c1, out c2, out c3);
            }
            else
            {
                CopyColumns(source + x, count, from, to, work);
                TLane.LoadColumns(work, 4, out c0, out c1, out c2, out c3);
            }
            TLane.Store(c0, row);
            TLane.Store(c1, row + step);
            TLane.Store(c2, row + (2 * step));
            TLane.Store(c3, row + (3 * step));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CopyColumns(float* source, int count, int from, int to, float* copy)
    {
        for (int c = 0; c < count; c++, source += plane, copy += 4)
            Lane128.Store(Lane128.LoadBetween(source, from, to), copy);
        for (int c = count; c < TLane.Count; c++, copy += 4)
            Lane128.Store(default, copy);
    }
}
