namespace DivNorm.Lab.Stimuli;

/// <summary>
/// A window through which a grating is seen: 1 where it shows in full, 0 where only the background does. The stimulus is
/// <c>Mean + window (grating - Mean)</c>.
/// </summary>
public sealed record Window
{
    private enum Profile
    {
        Hard,
        RaisedCosine,
        Gaussian,
    }

    private readonly Profile profile;
    private readonly double extent;
    private readonly double edge;

    private Window(Profile profile, double extent, double edge = 0) => (this.profile, this.extent, this.edge) = (profile, extent, edge);

    /// <summary>Centre of the window right of the central pixel, pixels.</summary>
    public double X { get; init; }

    /// <summary>Centre of the window below the central pixel, pixels.</summary>
    public double Y { get; init; }

    /// <summary>A disc with a hard edge: 1 for pixels whose centres lie within half the diameter, else 0.</summary>
    /// <param name="diameter">Pixels, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The diameter is out of range.</exception>
    public static Window Hard(double diameter)
    {
        Check.Positive("Window", "Diameter", diameter, "pixels");
        return new Window(Profile.Hard, diameter);
    }

    /// <summary>
    /// A disc whose edge is half a cosine: 1 up to half an edge within the radius, 0 from half an edge beyond it, one half at the radius.
    /// </summary>
    /// <param name="diameter">Full width at half height, pixels, more than 0.</param>
    /// <param name="edge">Width of the edge, pixels, 0 to the diameter; at the diameter the whole window is one raised cosine.</param>
    /// <exception cref="ArgumentOutOfRangeException">The diameter or the edge is out of range.</exception>
    public static Window RaisedCosine(double diameter, double edge)
    {
        Check.Positive("Window", "Diameter", diameter, "pixels");
        Check.That(edge >= 0 && edge <= diameter, "Window", "Edge", edge, $"0 to {diameter:0.###} pixels (the diameter)");
        return new Window(Profile.RaisedCosine, diameter, edge);
    }

    /// <summary>A Gaussian, exp(-r^2 / (2 sigma^2)).</summary>
    /// <param name="sigma">Standard deviation, pixels, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is out of range.</exception>
    public static Window Gaussian(double sigma)
    {
        Check.Positive("Window", "Sigma", sigma, "pixels");
        return new Window(Profile.Gaussian, sigma);
    }

    /// <summary>What defines the window, named with units.</summary>
    public IReadOnlyList<StimulusParameter> Parameters =>
    [
        new("window", profile switch { Profile.Hard => "hard", Profile.RaisedCosine => "raised-cosine", _ => "gaussian" }),
        new(profile == Profile.Gaussian ? "sigma_px" : "diameter_px", extent),
        .. profile == Profile.RaisedCosine ? [new StimulusParameter("edge_px", edge)] : Array.Empty<StimulusParameter>(),
        new("window_x_px", X),
        new("window_y_px", Y),
    ];

    /// <summary>The window's value at a place relative to the central pixel of the image, 0 to 1.</summary>
    /// <param name="x">Pixels to the right.</param>
    /// <param name="y">Pixels down.</param>
    public double At(double x, double y)
    {
        double squared = (x - X) * (x - X) + (y - Y) * (y - Y);
        if (profile == Profile.Gaussian)
            return Math.Exp(-squared / (2 * extent * extent));
        double radius = extent / 2, distance = Math.Sqrt(squared);
        if (profile == Profile.Hard || edge == 0)
            return distance <= radius ? 1 : 0;
        double part = Math.Clamp((distance - radius) / edge + 0.5, 0, 1);
        return 0.5 * (1 + Math.Cos(Math.PI * part));
    }

    internal void Validate(string stimulus)
    {
        Check.Finite(stimulus, nameof(X), X, "pixels");
        Check.Finite(stimulus, nameof(Y), Y, "pixels");
    }
}
