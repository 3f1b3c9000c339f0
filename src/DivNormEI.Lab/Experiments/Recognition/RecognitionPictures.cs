using DivNorm.Lab.Reporting;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>The first stage's weights at one moment, as plain numbers for the report.</summary>
/// <param name="Filters">The first convolution's filters, in colour, each stretched to its own range around grey.</param>
/// <param name="Division">w_div of every cell; empty where the arm has no DivNormEI layer there.</param>
/// <param name="Excitation">w_exc summed over its inputs, without a cell's own weight at the centre; empty without that part.</param>
/// <param name="Inhibition">w_inh in the same way; empty without that part.</param>
/// <param name="Sigma">Mean semi-saturation; NaN without the layer.</param>
/// <param name="ExcitationSum">Mean sum of a cell's excitatory weights; NaN without the layer.</param>
/// <param name="InhibitionSum">Mean sum of a cell's inhibitory weights; NaN without that part.</param>
internal sealed record FirstStageWeights(
    IReadOnlyList<ImageTile> Filters,
    IReadOnlyList<ImageTile> Division,
    IReadOnlyList<ImageTile> Excitation,
    IReadOnlyList<ImageTile> Inhibition,
    double Sigma,
    double ExcitationSum,
    double InhibitionSum);

/// <summary>What the report shows of one arm's first stage.</summary>
/// <param name="Model">The arm's name.</param>
/// <param name="Untrained">The weights at the start.</param>
/// <param name="Trained">The weights at the end.</param>
internal sealed record RecognitionPictures(string Model, FirstStageWeights Untrained, FirstStageWeights Trained)
{
    public static FirstStageWeights Weights(Vgg9 model)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var filters = Colours(model.FirstConvolution.weight!);
        if (!model.Normalizations.TryGetValue(1, out var first) || first is not DivNorm.Layers.DivNormEI layer)
            return new FirstStageWeights(filters, [], [], [], double.NaN, double.NaN, double.NaN);
        return new FirstStageWeights(
            filters,
            Maps(layer.DivisionWeight.squeeze(1)),
            Spread(layer.ExcitationWeight),
            Spread(layer.InhibitionWeight),
            layer.Sigma.abs().mean().item<float>(),
            Sum(layer.ExcitationWeight),
            Sum(layer.InhibitionWeight));
    }

    private static IReadOnlyList<ImageTile> Spread(Tensor? weight)
    {
        if (weight is null)
            return [];
        var others = weight.detach().clone();
        others.select(3, others.shape[3] / 2).select(2, others.shape[2] / 2).diagonal().zero_(); // a cell that excites itself would outshine the rest
        return Maps(others.sum(1));
    }

    private static double Sum(Tensor? weight) => weight is null ? double.NaN : weight.sum([1, 2, 3]).mean().item<float>();

    private static IReadOnlyList<ImageTile> Colours(Tensor filters) =>
    [
        .. Values(filters).Chunk((int)(filters.numel() / filters.shape[0])).Select(filter =>
        {
            float largest = Math.Max(filter.Max(Math.Abs), float.Epsilon);
            return ImageTile.Rgb((int)filters.shape[3], (int)filters.shape[2], Array.ConvertAll(filter, value => 0.5f + 0.5f * value / largest));
        }),
    ];

    private static IReadOnlyList<ImageTile> Maps(Tensor maps) =>
        [.. Values(maps).Chunk((int)(maps.shape[1] * maps.shape[2])).Select(map => ImageTile.Grey((int)maps.shape[2], (int)maps.shape[1], map))];

    private static float[] Values(Tensor tensor) => tensor.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
