namespace DivNorm.Kernels;

/// <summary>
/// The tables by which transforms find their elements: columns and rows of a tile, and for each horizontal frequency kx where each
/// vertical frequency ky lies in a spectrum, [kx][ky]. Lives as long as its plan.
/// </summary>
internal sealed unsafe class SpectrumOffsets
{
    private readonly LateralGeometry geometry;
    private readonly NativeBlock tables;

    public SpectrumOffsets(LateralGeometry geometry)
    {
        this.geometry = geometry;
        int height = geometry.Vertical.Size, width = geometry.Horizontal.Size;
        tables = NativeBlock.Allocate((3L * height * width) + height + width);
        Columns = (int*)tables.Pointer;
        Rows = Columns + width;
        Input = Rows + height;
        Output = Input + (height * width);
        Weight = Output + (height * width);
        for (int x = 0; x < width; x++)
            Columns[x] = x * 2 * geometry.Lanes;
        for (int y = 0; y < height; y++)
            Rows[y] = y * geometry.RowStride;
        FillBins(height, width);
    }

    /// <summary>Where the columns of a tile's row lie.</summary>
    public int* Columns { get; }

    /// <summary>Where the rows of a tile lie.</summary>
    public int* Rows { get; }

    /// <summary>Bins of an input spectrum.</summary>
    public int* Input { get; }

    /// <summary>Bins of an output spectrum.</summary>
    public int* Output { get; }

    /// <summary>Bins of a weight spectrum.</summary>
    public int* Weight { get; }

    private void FillBins(int height, int width)
    {
        int bin = 0;
        for (int kx = 0; kx <= width / 2; kx++)
        {
            bool edge = kx == 0 || kx == width / 2;
            for (int ky = 0; ky < (edge ? (height / 2) + 1 : height); ky++, bin++)
            {
                // the mirror image first: a frequency that is its own ends up in slot 0
                Place(bin, 1, ((width - kx) % width * height) + ((height - ky) % height));
                Place(bin, 0, (kx * height) + ky);
            }
        }
    }

    private void Place(int bin, int slot, int at)
    {
        Input[at] = (int)((bin * geometry.InputBin) + (slot * 2 * geometry.Lanes));
        Output[at] = (int)((bin * geometry.OutputBin) + (slot * 2 * geometry.Lanes));
        Weight[at] = (int)((bin * geometry.WeightBin) + ((long)slot * geometry.Pairs * geometry.Columns));
    }
}
