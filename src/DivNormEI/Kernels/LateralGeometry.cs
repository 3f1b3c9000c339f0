namespace DivNorm.Kernels;

/// <summary>
/// How the data of a lateral stage lie in memory; immutable, shared by all calls of a plan.
///
/// Pairs. Two real input planes travel as one complex plane z = a + i b: (Y[c], Yn[c]) with two sources, two channels of Yn with one.
/// Pairs are grouped in blocks of L, the lanes of a register; every lane is a channel pair of its own. Output channels are paired
/// likewise: lane l of output block j holds channels 2 L j + l (real) and 2 L j + L + l (imaginary).
///
/// Bins. A Ty x Tx transform has frequencies k and -k which belong together; a bin is such a couple, slot 0 is k and slot 1 is -k
/// (the four k that equal their -k have slot 0 only). Spectra are stored bin by bin, so that a bin is a small matrix product:
///   input   [bin][tile][pair block][slot][re, im][L]
///   output  [bin][tile][output block][slot][re, im][L]
///   weights [bin][re, im][slot][pair][output channel, padded to Columns]
/// Bins are 128 bytes further apart than their content asks for: with power-of-two strides all would fall in the same cache sets.
/// </summary>
internal sealed unsafe class LateralGeometry
{
    /// <summary>Floats between bins.</summary>
    private const int BinPadding = 32;

    /// <summary>Tiles worked on at once: beyond this the weight spectra are read seldom enough, and a bin's matrices would leave L2.</summary>
    private const int MostTiles = 128;

    private readonly NativeBlock tables;

    public LateralGeometry(LateralShape shape, int lanes, int tileHeight, int tileWidth, long memoryBudget)
    {
        Shape = shape;
        Lanes = lanes;
        Vertical = TileAxis.Cut(shape.Height, shape.Radius, tileHeight);
        Horizontal = TileAxis.Cut(shape.Width, shape.Radius, tileWidth);
        int pairWidth = shape.SharedSource ? 2 * lanes : lanes;
        PairBlocks = (shape.Channels + pairWidth - 1) / pairWidth;
        Pairs = ((PairBlocks - 1) * lanes) + Math.Min(lanes, shape.Channels - ((PairBlocks - 1) * pairWidth));
        OutputBlocks = (shape.Channels + (2 * lanes) - 1) / (2 * lanes);
        Bins = (tileHeight * tileWidth / 2) + 2;

        InputTile = PairBlocks * 4 * lanes;
        OutputTile = OutputBlocks * 4 * lanes;
        WeightBin = (2L * WeightPlane) + BinPadding;

        TileRows = shape.Batch * Vertical.Count;
        long perTile = (long)Bins * (InputTile + OutputTile) * sizeof(float);
        long tiles = Math.Clamp((memoryBudget - WeightBytes) / perTile, 1, MostTiles);
        RowsAtOnce = (int)Math.Clamp(tiles / Horizontal.Count, 1, TileRows);
        Blocks = (TileRows + RowsAtOnce - 1) / RowsAtOnce;
        RowsAtOnce = (TileRows + Blocks - 1) / Blocks;
        TilesAtOnce = RowsAtOnce * Horizontal.Count;
        InputBin = ((long)TilesAtOnce * InputTile) + BinPadding;
        OutputBin = ((long)TilesAtOnce * OutputTile) + BinPadding;
        Addressable = Bins * Math.Max(Math.Max(InputBin, OutputBin), WeightBin) <= int.MaxValue;

        RowStride = (tileWidth * 2 * lanes) + 16;
        tables = NativeBlock.Allocate((3L * tileHeight * tileWidth) + tileHeight + tileWidth);
        FillTables();
    }

    public LateralShape Shape { get; }

    /// <summary>L.</summary>
    public int Lanes { get; }

    public TileAxis Vertical { get; }

    public TileAxis Horizontal { get; }

    public int PairBlocks { get; }

    /// <summary>Pairs in use; blocks before the last are full.</summary>
    public int Pairs { get; }

    public int OutputBlocks { get; }

    /// <summary>Output channels padded to whole blocks.</summary>
    public int Columns => OutputBlocks * 2 * Lanes;

    /// <summary>Rows of a weight matrix: both slots of every pair.</summary>
    public int Depth => 2 * Pairs;

    public int Bins { get; }

    /// <summary>Floats of a tile in an input bin.</summary>
    public int InputTile { get; }

    /// <summary>Floats of a tile in an output bin.</summary>
    public int OutputTile { get; }

    /// <summary>Floats from an input bin to the next.</summary>
    public long InputBin { get; }

    /// <summary>Floats from an output bin to the next.</summary>
    public long OutputBin { get; }

    /// <summary>Floats of the real (or imaginary) parts in a weight bin.</summary>
    public int WeightPlane => Depth * Columns;

    /// <summary>Floats from a weight bin to the next.</summary>
    public long WeightBin { get; }

    /// <summary>Floats of all weight spectra; the last rows are read a block at a time, hence the tail.</summary>
    public long WeightFloats => (Bins * WeightBin) + ((long)Lanes * Columns);

    public long WeightBytes => NativeBlock.BytesFor(WeightFloats);

    public long InputFloats => Bins * InputBin;

    public long OutputFloats => Bins * OutputBin;

    /// <summary>Rows of tiles in all images.</summary>
    public int TileRows { get; }

    /// <summary>Rows of tiles worked on at once.</summary>
    public int RowsAtOnce { get; }

    public int TilesAtOnce { get; }

    /// <summary>Blocks of <see cref="RowsAtOnce"/> tile rows.</summary>
    public int Blocks { get; }

    /// <summary>All offsets fit the 32-bit tables.</summary>
    public bool Addressable { get; }

    /// <summary>Floats from a row of a tile to the next, [column][re, im][L] and some against cache conflicts.</summary>
    public int RowStride { get; }

    /// <summary>Offsets of a tile's columns within a row of it.</summary>
    public int* ColumnOffsets => (int*)tables.Pointer;

    /// <summary>Offsets of a tile's rows.</summary>
    public int* RowOffsets => ColumnOffsets + Horizontal.Size;

    /// <summary>Tile rows of a block.</summary>
    public (int First, int Count) RowsOf(int block) =>
        (block * RowsAtOnce, Math.Min(RowsAtOnce, TileRows - (block * RowsAtOnce)));

    /// <summary>For a horizontal frequency, where each vertical frequency lies in an input spectrum.</summary>
    public int* InputOffsets(int kx) => RowOffsets + Vertical.Size + (kx * Vertical.Size);

    /// <summary>As <see cref="InputOffsets"/>, in an output spectrum.</summary>
    public int* OutputOffsets(int kx) => InputOffsets(Horizontal.Size + kx);

    /// <summary>As <see cref="InputOffsets"/>, in a weight spectrum.</summary>
    public int* WeightOffsets(int kx) => InputOffsets((2 * Horizontal.Size) + kx);

    /// <summary>Whether the bin's two frequencies are one and the same.</summary>
    public bool IsSelfConjugate(int bin)
    {
        int edge = (Vertical.Size / 2) + 1; // bins of kx = 0; those of kx = Tx / 2 are as many and come last
        return bin == 0 || bin == edge - 1 || bin == Bins - edge || bin == Bins - 1;
    }

    private void FillTables()
    {
        int height = Vertical.Size, width = Horizontal.Size;
        for (int x = 0; x < width; x++)
            ColumnOffsets[x] = x * 2 * Lanes;
        for (int y = 0; y < height; y++)
            RowOffsets[y] = y * RowStride;
        int bin = 0;
        for (int kx = 0; kx <= width / 2; kx++)
        {
            bool edge = kx == 0 || kx == width / 2;
            for (int ky = 0; ky < (edge ? (height / 2) + 1 : height); ky++, bin++)
            {
                // the mirror image first: a frequency that is its own ends up in slot 0
                Place(bin, 1, (height - ky) % height, (width - kx) % width);
                Place(bin, 0, ky, kx);
            }
        }
    }

    private void Place(int bin, int slot, int ky, int kx)
    {
        InputOffsets(kx)[ky] = (int)((bin * InputBin) + (slot * 2 * Lanes));
        OutputOffsets(kx)[ky] = (int)((bin * OutputBin) + (slot * 2 * Lanes));
        WeightOffsets(kx)[ky] = (int)((bin * WeightBin) + ((long)slot * Pairs * Columns));
    }
}
