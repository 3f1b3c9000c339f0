namespace DivNorm.Lab.Physiology;

/// <summary>How much a second stimulus takes from the response to the first.</summary>
public static class Suppression
{
    /// <summary>
    /// 1 - together / alone: 0 is no effect, 1 silences the unit, under 0 is facilitation. With a plaid and its preferred component it is the index of
    /// cross-orientation suppression, with a grating with and without its annulus the surround suppression index. No baseline is subtracted.
    /// </summary>
    /// <param name="alone">Response to the preferred stimulus alone.</param>
    /// <param name="together">Response to both.</param>
    /// <returns>The index, or NaN unless the response alone is positive.</returns>
    public static double Index(double alone, double together) => alone > 0 ? 1 - together / alone : double.NaN;
}
