using CsCheck;
using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>Closed forms, sampled as in the experiment: 25 orientations over 180 degrees.</summary>
public sealed class TuningMetricsTests
{
    private const double Degrees = 180 / Math.PI;
    private static readonly double[] Orientations = [.. Enumerable.Range(0, 25).Select(i => i * 7.2)];

    /// <summary>exp(k (cos 2d - 1)) + pedestal: half height between minimum and maximum is reached where cos 2d = 1 + ln((1 + e^-2k) / 2) / k.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2.5, 0)]
    [InlineData(5, 0.3)]
    [InlineData(8, 1.7)]
    public void VonMises_HasItsClosedFormWidths(double k, double pedestal)
    {
        double hwhh = Math.Acos(1 + Math.Log((1 + Math.Exp(-2 * k)) / 2) / k) / 2 * Degrees;
        foreach (double peak in (double[])[0, 45, 93.6, 3.6, 178])
        {
            TuningMetrics metrics = Measure(offset => Math.Exp(k * (Math.Cos(2 * offset / Degrees) - 1)) + pedestal, peak);
            Assert.Equal(hwhh, metrics.Hwhh, 0.5);
        }

        double level = (1 + pedestal) / 2 - pedestal;
        double cosine = level > 0 ? 1 + Math.Log(level) / k : double.NaN;
        double fromZero = cosine >= -1 ? Math.Acos(cosine) / 2 * Degrees : double.NaN;
        TuningMetrics centred = Measure(offset => Math.Exp(k * (Math.Cos(2 * offset / Degrees) - 1)) + pedestal, 0);
        Assert.Equal(fromZero, centred.HwhhFromZero, 0.5);
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(12, 0.2)]
    [InlineData(20, 0.6)]
    public void GaussianOnPedestal_HasWidthOfItsSigma(double sigma, double pedestal)
    {
        TuningMetrics metrics = Measure(offset => Math.Exp(-offset * offset / (2 * sigma * sigma)) + pedestal, 72);
        Assert.Equal(sigma * Math.Sqrt(2 * Math.Log(2)), metrics.Hwhh, 0.5);
    }

    /// <summary>a + b cos 2d: half-width 45 degrees, OSI = gOSI doubled, CV = 1 - b / 2a.</summary>
    [Fact]
    public void RaisedCosine_HasItsClosedFormIndices()
    {
        double[] finely = [.. Enumerable.Range(0, 36).Select(i => i * 5.0)];
        double[] responses = [.. finely.Select(angle => 3 + 2 * Math.Cos(2 * (angle - 30) / Degrees))];
        TuningMetrics metrics = TuningMetrics.Of(finely, responses);
        Assert.Equal(30, metrics.Preferred, 1e-9);
        Assert.Equal(5, metrics.Peak, 1e-9);
        Assert.Equal(45, metrics.Hwhh, 1e-9);
        Assert.Equal((5.0 - 1) / (5 + 1), metrics.Osi, 1e-9);
        Assert.Equal(1.0 / 3, metrics.GlobalOsi, 1e-9);
        Assert.Equal(2.0 / 3, metrics.CircularVariance, 1e-9);
        Assert.Equal(0.2, metrics.OrthogonalToPreferred, 1e-9);
        Assert.Equal(Math.Acos(-0.25) / 2 * Degrees, metrics.HwhhFromZero, 0.2);
    }

    [Fact]
    public void Measures_DoNotDependOnTheOrderOfTheSamples() =>
        Gen.Shuffle(Enumerable.Range(0, 25).ToArray()).Sample(order =>
        {
            double[] responses = [.. Orientations.Select(angle => Math.Exp(2 * Math.Cos(2 * (angle - 50) / Degrees)))];
            TuningMetrics sorted = TuningMetrics.Of(Orientations, responses);
            TuningMetrics shuffled = TuningMetrics.Of(
                Array.ConvertAll(order, i => Orientations[i] - 360),
                Array.ConvertAll(order, i => responses[i]));
            Assert.Equal(sorted.Hwhh, shuffled.Hwhh, 1e-9);
            Assert.Equal(sorted.GlobalOsi, shuffled.GlobalOsi, 1e-9);
        }, iter: 20);

    [Fact]
    public void UnevenSpacing_ChangesTheIndicesLittle()
    {
        double[] uneven = [.. Enumerable.Range(0, 60).Select(i => 3 * i + 2 * Math.Sin(i * 0.7))];
        TuningMetrics metrics = TuningMetrics.Of(uneven, [.. uneven.Select(angle => 3 + 2 * Math.Cos(2 * (angle - 30) / Degrees))]);
        Assert.Equal(1.0 / 3, metrics.GlobalOsi, 0.0033);
        Assert.Equal(45, metrics.Hwhh, 0.5);
    }

    [Fact]
    public void NominalOrientation_IsPreferred_EvenWhereAShoulderIsHigher()
    {
        double[] responses = [.. Orientations.Select(angle => Math.Exp(-Math.Pow((angle - 90) / 15, 2)) + (angle is > 107 and < 109 ? 1 : 0))];
        TuningMetrics highest = TuningMetrics.Of(Orientations, responses);
        Assert.InRange(highest.Preferred, 107, 109);
        Assert.InRange(highest.Peak, responses[15], 1.03 * responses[15]);
        TuningMetrics nominal = TuningMetrics.Of(Orientations, responses, nominal: 90);
        Assert.Equal(90, nominal.Preferred, 1e-9);
        Assert.Equal(0.5 * (Math.Exp(-Math.Pow(3.6 / 15, 2)) * 2), nominal.Peak, 0.03);
    }

    [Fact]
    public void FlatCurve_HasNoWidth_AndASilentCellNoIndices()
    {
        TuningMetrics flat = TuningMetrics.Of(Orientations, [.. Orientations.Select((_, i) => 2 + 1e-7 * (i % 3))]);
        Assert.All([flat.Preferred, flat.Hwhh, flat.HwhhFromZero, flat.RingachBandwidth], value => Assert.True(double.IsNaN(value)));
        Assert.Equal(0, flat.Osi, 1e-6);
        TuningMetrics silent = TuningMetrics.Of(Orientations, new double[25]);
        Assert.All(
            [silent.Preferred, silent.Hwhh, silent.HwhhFromZero, silent.RingachBandwidth, silent.Osi, silent.GlobalOsi, silent.CircularVariance, silent.OrthogonalToPreferred],
            value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void PedestalOverHalfThePeak_LeavesNoWidthFromZero()
    {
        TuningMetrics metrics = Measure(offset => 2 + Math.Cos(2 * offset / Degrees) * 0.5, 0);
        Assert.True(double.IsNaN(metrics.HwhhFromZero));
        Assert.Equal(45, metrics.Hwhh, 0.5);
    }

    /// <summary>Responses that dip under 0 by a baseline that was subtracted: the documented effect on every measure.</summary>
    [Fact]
    public void NegativeResponses_MoveEachMeasureAsDocumented()
    {
        static double Curve(double offset) => Math.Exp(5 * (Math.Cos(2 * offset / Degrees) - 1));
        TuningMetrics plain = Measure(Curve, 72), lowered = Measure(offset => Curve(offset) - 0.2, 72);
        Assert.Equal(plain.Preferred, lowered.Preferred, 1e-9);
        Assert.Equal(plain.Hwhh, lowered.Hwhh, 1e-9);
        Assert.True(lowered.HwhhFromZero < plain.HwhhFromZero && lowered.RingachBandwidth < plain.RingachBandwidth);
        Assert.True(lowered.Osi > 1 && lowered.OrthogonalToPreferred < 0);
        TuningMetrics suppressed = Measure(offset => Curve(offset) - 2, 72);
        Assert.All(
            [suppressed.HwhhFromZero, suppressed.RingachBandwidth, suppressed.Osi, suppressed.OrthogonalToPreferred],
            value => Assert.True(double.IsNaN(value)));
        Assert.Equal(plain.Hwhh, suppressed.Hwhh, 1e-9);
        Assert.InRange(suppressed.GlobalOsi, 0, 1);
    }

    [Fact]
    public void LargestGap_IsTheWidestArcWithoutASample() =>
        Assert.Equal(70, TuningMetrics.Of([100, 10, 30, 120], [1, 2, 3, 1.5]).LargestGap, 1e-12);

    [Fact]
    public void Curve_RefusesWhatIsNoCurve()
    {
        Assert.Throws<ArgumentException>(() => TuningMetrics.Of([0, 90], [1, 2]));
        Assert.Throws<ArgumentException>(() => TuningMetrics.Of([0, 60, 120], [1, 2]));
        Assert.Throws<ArgumentException>(() => TuningMetrics.Of([0, 60, 180], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => TuningMetrics.Of([0, 60, 120], [1, double.NaN, 3]));
    }

    /// <summary>The curve of a function of the signed distance from its peak, in [-90, 90).</summary>
    private static TuningMetrics Measure(Func<double, double> curve, double peak) =>
        TuningMetrics.Of(Orientations, [.. Orientations.Select(angle => curve(Math.IEEERemainder(angle - peak, 180)))]);
}
