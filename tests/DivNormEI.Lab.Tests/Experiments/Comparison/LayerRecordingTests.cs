using DivNorm.Filters;
using DivNorm.Lab.Experiments.Comparison;
using DivNorm.Lab.Stimuli;
using DivNorm.Layers;
using DivNorm.Models;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments.Comparison;

/// <summary>The comparison computes only the maps around the central unit: no layer may see more than that.</summary>
public sealed class LayerRecordingTests
{
    public static TheoryData<string> Layers => [.. NormalizationLayers.Names];

    [Theory]
    [MemberData(nameof(Layers))]
    public void CentralUnit_AnswersAsWithTheWholeMap(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var recording = new LayerRecording(new ComparisonConfig());
        using var encoder = new GaborEncoder(GaborBank.Paper, 1);
        using var layer = NormalizationLayers.Find(name).Create(64, seed: 3);
        layer.eval();
        var stimuli = Stimulus.RenderBatch(
        [
            new Grating { Height = 48, Width = 48, SpatialFrequency = 2.0 / 15, Orientation = 0.3, Contrast = 0.8 },
            new WhiteNoise { Height = 48, Width = 48, Seed = 4 },
        ]);
        var around = layer.call(recording.Drive(stimuli));
        var whole = layer.call(encoder.call(stimuli));
        var expected = whole.select(3, 24).select(2, 24);
        var actual = around.select(3, around.shape[3] / 2).select(2, around.shape[2] / 2);
        Assert.Equal([2, 64, 2 * LayerRecording.Reach + 1, 2 * LayerRecording.Reach + 1], around.shape);
        float scale = expected.abs().max().item<float>();
        Assert.True(scale > 0);
        Assert.Equal(0, (actual - expected).abs().max().item<float>() / scale, 1e-4f);
    }
}
