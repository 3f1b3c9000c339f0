using DivNorm.Interop;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Contrast;
using DivNorm.Lab.Reporting.Progress;
using DivNorm.Tests;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Experiments.Contrast;

/// <summary>The recording of the published weights against gratings convolved here by the formula, without the laboratory's code.</summary>
public sealed class Vgg16RecordingTests
{
    private const int Side = 48;
    private const int Phases = 8;
    private const int Orientations = 25;

    [Fact]
    public void SharedWeights_GiveWhatAConvolutionByTheFormulaGives()
    {
        string path = SharedFolder.PathOrSkip("data/vgg16/vgg16-conv1-conv2.safetensors");
        using var vgg = Vgg16File.Load(path, layers: 1);
        var found = Vgg16Recording.Record(vgg, path, new ContrastConfig(), new SilentProgress(), TestContext.Current.CancellationToken);
        Assert.Equal(("vgg16-conv1-conv2.safetensors", "caffe", "conv1_1"), (found.File, found.Convention, found.Layer));
        Assert.Equal((46, 18, 0, 0), (found.Tuned, found.Untuned, found.ManyPeaked, found.Silent));
        Assert.Equal(Enumerable.Range(0, 64), found.Units.Select(u => u.Unit));

        Direct direct = new(path);
        foreach (var unit in found.Units)
        {
            // the search: largest over the grid of frequencies and orientations, the centre of mass of that curve on the circle
            var curves = found.Frequencies.Select(f => Enumerable.Range(0, Orientations).Select(o => direct.Centre(unit.Unit, f, Math.PI * o / Orientations, 1, grey: true)).ToArray()).ToList();
            int best = Enumerable.Range(0, curves.Count).MaxBy(f => curves[f].Max());
            Assert.Equal(found.Frequencies[best], unit.SpatialFrequency);
            double x = curves[best].Select((r, o) => r * Math.Cos(2 * Math.PI * o / Orientations)).Sum(), y = curves[best].Select((r, o) => r * Math.Sin(2 * Math.PI * o / Orientations)).Sum();
            Assert.Equal(Math.Sqrt(x * x + y * y) / curves[best].Sum(), unit.GlobalOsi, 1e-4);
            if (unit.Group == "tuned")
                Assert.Equal(0, Math.IEEERemainder(Math.Atan2(y, x) * 90 / Math.PI - unit.Preferred, 180), 0.01);
        }

        // the averages at the preferred orientation; aligning interpolates the sampled curves, hence the 1 %
        var tuned = found.Units.Where(u => u.Group == "tuned").ToList();
        foreach (var record in found.Tuning)
        {
            for (int c = 0; c < record.Contrasts.Count; c++)
            {
                if (record.Readout == "mean" && c is 1 or 2)
                    continue; // the loops below take their time
                double expected = tuned.Average(u => record.Readout == "centre"
                    ? direct.Centre(u.Unit, u.SpatialFrequency, u.Preferred * Math.PI / 180, record.Contrasts[c], record.Background == "grey")
                    : direct.Mean(u.Unit, u.SpatialFrequency, u.Preferred * Math.PI / 180, record.Contrasts[c], record.Background == "grey"));
                Assert.Equal(expected, record.Peak[c], 0.01 * expected);
            }
        }

        // proportional to contrast, and as wide at every contrast: a rectified linear filter
        var centre = found.Tuning.Single(t => t is { Readout: "centre", Background: "zero" });
        Assert.Equal(0.10, centre.GainRatio, 0.005);
        Assert.All(centre.Hwhh, width => Assert.Equal(53.1, width, 0.5));
    }

    /// <summary>conv1_1 and its ReLU at one grating, pixel by pixel in double precision; outside the image the prepared input is 0.</summary>
    private sealed class Direct
    {
        private static readonly double[] Means = [103.939, 116.779, 123.68];
        private readonly float[] weights;
        private readonly float[] biases;

        public Direct(string path)
        {
            using var file = SafetensorsFile.Open(path);
            using Tensor weight = file.Read("conv1_1.weight"), bias = file.Read("conv1_1.bias");
            weights = weight.data<float>().ToArray();
            biases = bias.data<float>().ToArray();
        }

        public double Centre(int unit, double frequency, double orientation, double contrast, bool grey) => Enumerable.Range(0, Phases)
            .Max(phase => Response(unit, Side / 2, Side / 2, frequency, orientation, contrast, phase, grey));

        public double Mean(int unit, double frequency, double orientation, double contrast, bool grey)
        {
            double sum = 0;
            for (int phase = 0; phase < Phases; phase++)
            {
                for (int pixel = 0; pixel < Side * Side; pixel++)
                    sum += Response(unit, pixel / Side, pixel % Side, frequency, orientation, contrast, phase, grey);
            }

            return sum / (Phases * Side * Side);
        }

        private double Response(int unit, int row, int column, double frequency, double orientation, double contrast, int phase, bool grey)
        {
            double sum = biases[unit];
            for (int place = 0; place < 9; place++)
            {
                int y = row + place / 3 - 1, x = column + place % 3 - 1;
                if (y is < 0 or >= Side || x is < 0 or >= Side)
                    continue;
                double along = (x - Side / 2) * Math.Cos(orientation) + (y - Side / 2) * Math.Sin(orientation);
                double modulation = 0.5 * contrast * Math.Cos(2 * Math.PI * (frequency * along + phase / (double)Phases));
                for (int channel = 0; channel < 3; channel++)
                    sum += weights[(unit * 3 + channel) * 9 + place] * (255 * modulation + (grey ? 127.5 - Means[channel] : 0));
            }

            return Math.Max(0, sum);
        }
    }
}
