using static TorchSharp.torch;

namespace DivNorm.Layers;

/// <summary>
/// The normalisation models by name, each a drop-in for the others: what a comparison, a configuration or a command line offers.
/// <c>divnormei-division</c> is the layer without its lateral stage: a layer with "division only" and one with "no lateral parts" are the same.
/// </summary>
public static class NormalizationLayers
{
    private const string Paper = "Veerabadran, Raina and de Sa, SVRHM at NeurIPS 2021";
    private const string Balle = "Balle, Laparra and Simoncelli, ICLR 2016";
    private const string BurgEtAl = "Burg et al., PLOS Computational Biology 17, 2021";

    /// <summary>Every model, in the order of a table.</summary>
    public static IReadOnlyList<NormalizationLayer> All { get; } =
    [
        new("none", "No normalisation", "z = y", "control", (_, _, _, _) => nn.Identity()),
        new(
            "bn-relu",
            "Batch norm and ReLU",
            "z = ReLU(BN(y))",
            "control: Eq. 6 without Eq. 2-5; Ioffe and Szegedy, ICML 2015",
            (channels, _, device, dtype) => nn.Sequential(("bn", nn.BatchNorm2d(channels, device: device, dtype: dtype)), ("relu", nn.ReLU()))),
        Lateral("divnormei", "DivNormEI", "Yn = Y^2 / (w_div*Y^2 + s^2); z = ReLU(BN(Yn + w_exc*Y - w_inh*Yn))", Paper, DivNormEIOptions.Paper),
        Lateral(
            "divnormei-authors",
            "DivNormEI, authors' code",
            "Yn = Y^2 / (w_div*Y^2 + s^2); z = ReLU(BN(Yn + w_exc*Yn - w_inh*Yn)), lateral biases, all weights >= 0",
            Paper + ": public code",
            DivNormEIOptions.AuthorsCode),
        Lesion("divnormei-excitation", "DivNormEI, excitation only", "z = ReLU(BN(Yn + w_exc*Y))", LateralParts.ExcitationOnly),
        Lesion("divnormei-inhibition", "DivNormEI, inhibition only", "z = ReLU(BN(Yn - w_inh*Yn))", LateralParts.InhibitionOnly),
        Lesion("divnormei-division", "DivNormEI, division only", "z = ReLU(BN(Yn))", LateralParts.None),
        new(
            "canonical",
            "Canonical normalisation",
            "z = |y|^2 / (s^2 + sum over window and channels of w |y|^2)",
            "Heeger, Visual Neuroscience 9, 1992; Carandini and Heeger, Nature Reviews Neuroscience 13, 2012",
            (channels, _, device, dtype) => new CanonicalNormalization(channels, null, device, dtype)),
        new(
            "schwartz-simoncelli",
            "Schwartz and Simoncelli",
            "z = L^2 / (sum over neighbours j of w_ij L_j^2 + s_i^2)",
            "Schwartz and Simoncelli, Nature Neuroscience 4, 2001",
            (channels, seed, device, dtype) => new SchwartzSimoncelli(channels, new SchwartzSimoncelliOptions { Seed = seed }, device, dtype)),
        Generalized("gdn", "GDN", "z_i = x_i / (beta_i + sum over j of gamma_ij x_j^2)^(1/2)", Balle, GdnOptions.Gdn),
        Generalized("igdn", "IGDN", "z_i = x_i * (beta_i + sum over j of gamma_ij x_j^2)^(1/2)", "Balle, Laparra and Simoncelli, ICLR 2017", GdnOptions.Igdn),
        Generalized("gdn1", "GDN1", "z_i = x_i / (beta_i + sum over j of gamma_ij |x_j|)", "Johnston et al., arXiv 1912.08771, 2019", GdnOptions.Gdn1),
        Learned("burg", "Burg et al.", "z_l = y_l^n_l / (eta_l^n_l + sum over k of p_kl AvgPool5x5(y_k^n_k))", specific: true),
        Learned("burg-nonspecific", "Burg et al., nonspecific", "z_l = y_l^n_l / (eta_l^n_l + p_l sum over k of AvgPool5x5(y_k^n_k))", specific: false),
        new(
            "lrn",
            "Local response normalisation",
            "b_i = a_i / (k + alpha sum over n channels of a_j^2)^beta",
            "Krizhevsky, Sutskever and Hinton, NeurIPS 2012",
            (channels, _, _, _) => new LocalResponseNormalization(channels)),
    ];

    /// <summary>Every name, in the order of <see cref="All"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(layer => layer.Name)];

    /// <summary>The model of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such name; the message lists those that there are.</exception>
    public static NormalizationLayer Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(layer => layer.Name == name)
            ?? throw new ArgumentException($"There is no normalisation layer '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
    }

    private static NormalizationLayer Lateral(string name, string title, string equation, string citation, DivNormEIOptions options) =>
        new(name, title, equation, citation, (channels, seed, device, dtype) => new DivNormEI(channels, options with { Seed = seed }, device, dtype));

    private static NormalizationLayer Lesion(string name, string title, string equation, LateralParts parts) =>
        Lateral(name, title, "Yn = Y^2 / (w_div*Y^2 + s^2); " + equation, Paper + ": Eq. 5 with a lesion", DivNormEIOptions.Paper with { LateralParts = parts });

    private static NormalizationLayer Generalized(string name, string title, string equation, string citation, GdnOptions options) =>
        new(name, title, equation, citation, (channels, _, device, dtype) => new Gdn(channels, options, device, dtype));

    private static NormalizationLayer Learned(string name, string title, string equation, bool specific) => new(
        name,
        title,
        equation,
        BurgEtAl,
        (channels, seed, device, dtype) => new BurgNormalization(channels, new BurgNormalizationOptions { Specific = specific, Seed = seed }, device, dtype));
}
