namespace DivNorm.Lab.Physiology;

/// <summary>
/// The reference behaviour of cells of cat V1 as a formula, not data: <c>R(c, d) = c^n / (c50^n + c^n) exp(k (cos 2d - 1))</c> at contrast c
/// and d degrees from the preferred orientation. Contrast and orientation are separable, so that the width does not depend on contrast
/// (Sclar and Freeman 1982, 45 cells of the cat), and the gain saturates after Naka and Rushton, which describes cells of the
/// striate cortex of cat and monkey (Albrecht and Hamilton 1982).
/// </summary>
internal static class CatReference
{
    /// <summary>n: half-squaring (Heeger 1992).</summary>
    internal const double Exponent = 2;

    /// <summary>
    /// c50, contrast of half the saturated response. Chosen, not fitted: about linear up to a contrast of .3, then saturating, as Dean (1981)
    /// describes cells of the cat; the cells of Sclar and Freeman lie on either side of it.
    /// </summary>
    internal const double SemiSaturation = 0.2;

    /// <summary>
    /// Half-width at half the peak, degrees. Chosen, not fitted: somewhat narrower than the macaque's median of about 20 (half of the full
    /// bandwidth of De Valois et al. 1982), since the cat's cells are narrower.
    /// </summary>
    internal const double HalfWidth = 18;

    // The exponential is 1/2 at the half-width.
    private static readonly double Concentration = Math.Log(2) / (1 - Math.Cos(2 * HalfWidth * Math.PI / 180));

    /// <summary>The response, relative to the saturated response at the preferred orientation.</summary>
    /// <param name="contrast">Michelson contrast.</param>
    /// <param name="offset">Degrees from the preferred orientation.</param>
    internal static double Response(double contrast, double offset)
    {
        double driven = Math.Pow(contrast, Exponent);
        return driven / (Math.Pow(SemiSaturation, Exponent) + driven) * Math.Exp(Concentration * (Math.Cos(2 * offset * Math.PI / 180) - 1));
    }
}
