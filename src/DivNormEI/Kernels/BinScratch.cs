namespace DivNorm.Kernels;

/// <summary>
/// One thread's matrices for the work on a bin, as real planes. A complex product (p + i q)(r + i s) is done with three real ones,
/// p r, q s and (p +- q)(r +- s), so every matrix has three planes: real, imaginary, and their sum or difference ("mixed").
/// Row strides are padded off powers of two.
/// </summary>
internal readonly unsafe struct BinScratch
{
    /// <summary>Rows of the weight gradient worked on at once, so that their products stay in L1.</summary>
    public const int StripRows = 12;

    private const int Padding = 16;

    private readonly float* origin;

    public BinScratch(LateralGeometry geometry, float* origin)
    {
        int lanes = geometry.Lanes, tiles = geometry.TilesAtOnce;
        PairColumns = (geometry.PairBlocks + 1) / 2 * 2 * lanes;
        InputRow = ((geometry.Depth + lanes - 1) / lanes * lanes) + lanes + Padding;
        GradientRow = geometry.Columns + Padding;
        InputPlane = tiles * InputRow;
        GradientPlane = tiles * GradientRow;
        ProductPlane = Math.Max(tiles * Math.Max(geometry.Columns, PairColumns), StripRows * geometry.Columns);
        WeightPlane = Math.Max(geometry.WeightPlane, geometry.Columns * PairColumns);
        this.origin = origin;
    }

    /// <summary>Pairs padded to an even number of registers.</summary>
    public int PairColumns { get; }

    /// <summary>Floats from a tile to the next in an input plane [tile][slot][pair].</summary>
    public int InputRow { get; }

    /// <summary>Floats from a tile to the next in a gradient plane [tile][output].</summary>
    public int GradientRow { get; }

    public int InputPlane { get; }

    public int GradientPlane { get; }

    public int ProductPlane { get; }

    /// <summary>Floats of a weight plane, as stored [slot][pair][output] or transposed, one slot, [output][pair].</summary>
    public int WeightPlane { get; }

    /// <summary>The three input planes.</summary>
    public float* Inputs => origin;

    /// <summary>The three planes of the output gradient.</summary>
    public float* Gradients => Inputs + (3L * InputPlane);

    /// <summary>The results of the three real products.</summary>
    public float* Products => Gradients + (3L * GradientPlane);

    /// <summary>Three weight planes (the forward pass needs but the mixed one).</summary>
    public float* Weights => Products + (3L * ProductPlane);

    /// <summary>Floats of all.</summary>
    public long Floats => (3L * InputPlane) + (3L * GradientPlane) + (3L * ProductPlane) + (3L * WeightPlane);
}
