namespace DivNorm.Filters;

/// <summary>
/// One filter of a Gabor bank as the authors' code defines it:
/// <c>0.5 exp(-(x^2 + y^2) / (2 (size/4)^2)) cos(2 pi cycles x_theta / size + phase)</c> with <c>x_theta = x cos(theta) + y sin(theta)</c>,
/// x to the right (columns) and y down (rows), both 0 at the central pixel. The mean (DC) is kept.
/// </summary>
/// <param name="Size">Side in pixels; odd, so that there is a central pixel.</param>
/// <param name="Orientation">theta in radians: the direction along which the carrier varies, so 0 is a filter of vertical stripes.</param>
/// <param name="CyclesPerFilter">Cycles of the carrier over the side of the filter.</param>
/// <param name="Phase">Phase of the carrier at the central pixel, radians; 0 is even-symmetric with a bright centre.</param>
public sealed record GaborFilter(int Size, double Orientation, double CyclesPerFilter, double Phase)
{
    /// <summary>Spatial frequency of the carrier, cycles/pixel.</summary>
    public double SpatialFrequency => CyclesPerFilter / Size;

    /// <summary>The kernel, row-major, Size x Size values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is even or not positive, or the frequency is negative or over Nyquist.</exception>
    public double[] Render()
    {
        Validate();
        int half = Size / 2;
        double sigma = Size / 4.0;
        double cosine = Math.Cos(Orientation), sine = Math.Sin(Orientation);
        double[] kernel = new double[Size * Size];
        for (int row = 0; row < Size; row++)
        {
            for (int column = 0; column < Size; column++)
            {
                double x = column - half, y = row - half;
                double envelope = 0.5 * Math.Exp(-(x * x + y * y) / (2 * sigma * sigma));
                double carrier = Math.Cos(2 * Math.PI * SpatialFrequency * (x * cosine + y * sine) + Phase);
                kernel[row * Size + column] = envelope * carrier;
            }
        }

        return kernel;
    }

    internal void Validate()
    {
        if (Size < 1 || Size % 2 == 0)
            throw new ArgumentOutOfRangeException(nameof(Size), Size, "A Gabor filter's size must be odd and positive, so that it has a central pixel.");
        if (!(SpatialFrequency >= 0 && SpatialFrequency <= 0.5))
        {
            throw new ArgumentOutOfRangeException(
                nameof(CyclesPerFilter),
                CyclesPerFilter,
                $"Cycles per filter must be from 0 to {Size / 2.0} for a filter of {Size} pixels (Nyquist: 0.5 cycles/pixel).");
        }

        if (!double.IsFinite(Orientation) || !double.IsFinite(Phase))
            throw new ArgumentOutOfRangeException(nameof(Orientation), "Orientation and phase must be finite numbers (radians).");
    }
}
