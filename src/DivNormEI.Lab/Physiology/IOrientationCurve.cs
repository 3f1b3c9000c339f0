namespace DivNorm.Lab.Physiology;

/// <summary>A tuning curve read between its samples, on the circle of orientation (180 degrees round).</summary>
internal interface IOrientationCurve
{
    /// <summary>The orientation, in [0, 180), at which the curve is highest.</summary>
    double PeakOrientation { get; }

    /// <summary>The lowest response of the curve.</summary>
    double Minimum { get; }

    /// <summary>The response at any orientation.</summary>
    double At(double orientation);

    /// <summary>
    /// Distance in degrees from an orientation, in the direction of <paramref name="sign"/>, to where the curve first falls to a level;
    /// NaN if it does not within 90 degrees.
    /// </summary>
    double DistanceToFall(double from, double level, int sign);

    /// <summary>Length (over responses' magnitudes) of the mean vector at twice the orientation; 0 is untuned, 1 is one orientation only.</summary>
    double MeanVectorLength();
}
