namespace DivNorm.Lab.Physiology;

/// <summary>How strongly a response follows the phase of a drifting grating.</summary>
public static class PhaseModulation
{
    /// <summary>
    /// F1/F0: the amplitude of the response's first harmonic over one cycle, 2 |FFT_1| / N, over its mean (Skottun et al. 1991). Over 1 is a simple cell by
    /// convention, under 1 a complex one; a half-rectified sinusoid has pi/2, an unmodulated response 0. No baseline is subtracted.
    /// </summary>
    /// <param name="responses">Responses at N phases equally spaced over one cycle, N at least 3.</param>
    /// <returns>F1/F0, or NaN where the mean is not positive.</returns>
    /// <exception cref="ArgumentException">There are fewer than 3 responses.</exception>
    public static double F1OverF0(ReadOnlySpan<double> responses)
    {
        int count = responses.Length;
        if (count < 3)
            throw new ArgumentException($"F1/F0 needs responses at 3 phases or more, got {count}.", nameof(responses));
        double real = 0, imaginary = 0, sum = 0;
        for (int i = 0; i < count; i++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * i / count);
            real += responses[i] * cosine;
            imaginary += responses[i] * sine;
            sum += responses[i];
        }

        return sum > 0 ? 2 * Math.Sqrt(real * real + imaginary * imaginary) / sum : double.NaN;
    }
}
