namespace DivNorm.Kernels;

/// <summary>
/// Where a tile lies on its map: its element (0, 0) is map pixel (OriginY, OriginX), which may lie outside; rows [Top, Bottom) and
/// columns [Left, Right) of the tile, in tile coordinates, are the ones that carry data.
/// </summary>
internal readonly record struct TileWindow(int OriginY, int OriginX, int Top, int Bottom, int Left, int Right)
{
    /// <summary>The inputs of a tile, halo included, as far as they lie on the map.</summary>
    public static TileWindow Input(LateralGeometry geometry, int ty, int tx)
    {
        (int y, int top, int bottom) = Halo(geometry.Vertical, ty);
        (int x, int left, int right) = Halo(geometry.Horizontal, tx);
        return new(y, x, top, bottom, left, right);
    }

    /// <summary>The outputs that a tile yields.</summary>
    public static TileWindow Output(LateralGeometry geometry, int ty, int tx)
    {
        TileAxis v = geometry.Vertical, h = geometry.Horizontal;
        int y = ty * v.Step, x = tx * h.Step;
        return new(y, x, 0, Math.Min(v.Step, v.Length - y), 0, Math.Min(h.Step, h.Length - x));
    }

    private static (int Origin, int From, int To) Halo(TileAxis axis, int tile)
    {
        int origin = (tile * axis.Step) - axis.Radius;
        return (origin, Math.Max(0, -origin), Math.Min(axis.Size, axis.Length - origin));
    }
}
