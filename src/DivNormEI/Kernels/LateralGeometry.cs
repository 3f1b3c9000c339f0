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
internal sealed class LateralGeometry
{
    /// <summary>Floats between bins.</summary>
    private const int BinPadding = 32;

    /// <summary>Tiles worked on at once: beyond this the weight spectra are read seldom enough, and a bin's matrices would leave L2.</summary>
    private const int MostTiles = 128;

    private readonly int[] selfConjugateBins;

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
        selfConjugateBins = [0, tileHeight / 2, Bins - 1 - (tileHeight / 2), Bins - 1];

        InputTile = PairBlocks * 4 * lanes;
        OutputTile = OutputBlocks * 4 * lanes;
        WeightBin = (2L * WeightPlane) + BinPadding;

        TileRows = shape.Batch * Vertical.Count;
        long perTile = (long)Bins * (InputTile + OutputTile) * sizeof(float);
        long tiles = Math.Clamp((memoryBudget - WeightBytes) / perTile, 1, MostTiles);
        RowsAtOnce = (int)Math.Clamp(tiles / Horizontal.Count, 1, TileRows);
        if (RowsAtOnce > Vertical.Count)
            RowsAtOnce -= RowsAtOnce % Vertical.Count;
        Blocks = (TileRows + RowsAtOnce - 1) / RowsAtOnce;
        TilesAtOnce = RowsAtOnce * Horizontal.Count;
        InputBin = ((long)TilesAtOnce * InputTile) + BinPadding;
        OutputBin = ((long)TilesAtOnce * OutputTile) + BinPadding;
        Addressable = Bins * Math.Max(Math.Max(InputBin, OutputBin), WeightBin) <= int.MaxValue;

        RowStride = (tileWidth * 2 * lanes) + 16;
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

    /// <summary>Rows of tiles worked on at once; whole images if it is one image or more.</summary>
    public int RowsAtOnce { get; }

    /// <summary>No image is split among blocks.</summary>
    public bool WholeImages => RowsAtOnce % Vertical.Count == 0;

    public int TilesAtOnce { get; }

    /// <summary>Blocks of <see cref="RowsAtOnce"/> tile rows.</summary>
    public int Blocks { get; }

    /// <summary>All offsets fit the 32-bit tables.</summary>
    public bool Addressable { get; }

    /// <summary>Floats from a row of a tile to the next, [column][re, im][L] and some against cache conflicts.</summary>
    public int RowStride { get; }

    /// <summary>Tile rows of a block.</summary>
    public (int First, int Count) RowsOf(int block) =>
        (block * RowsAtOnce, Math.Min(RowsAtOnce, TileRows - (block * RowsAtOnce)));

    /// <summary>The bins whose two frequencies are one and the same: 0 or T/2 on both axes. Those of kx = 0 come first, those of kx = Tx / 2 last.</summary>
    public ReadOnlySpan<int> SelfConjugateBins => selfConjugateBins;

    public bool IsSelfConjugate(int bin) => Array.IndexOf(selfConjugateBins, bin) >= 0;
}
