using DivNorm.Lab.Physiology;
using Xunit;

namespace DivNorm.Lab.Tests.Physiology;

/// <summary>Curves with known answers, their peaks anywhere between samples: every measure within 1 % or half a degree.</summary>
public sealed class TuningAccuracyTests
{
    private const double Degrees = 180 / Math.PI;

    /// <summary>Half-widths from the narrowest that the spacing resolves, 1.5 times the largest gap, to the broadest of the family.</summary>
    public static TheoryData<string, int, double> Samplings()
    {
        var data = new TheoryData<string, int, double>();
        foreach (string family in (string[])["von Mises", "Gaussian"])
        {
            foreach (int count in (int[])[12, 18, 25, 36])
            {
                data.Add(family, count, 0);
                data.Add(family, count, 0.3);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Samplings))]
    public void EveryMeasure_IsRight_WhereverThePeak(string family, int count, double unevenness)
    {
        double[] orientations = Sampled(count, unevenness);
        double gap = Gap(orientations);
        double[] widths = family == "Gaussian" ? [8, 12, 18, 25, 40, 60] : [8, 12, 18, 25, 40];
        foreach (double width in widths.Where(w => w > 1.5 * gap).Prepend(1.5 * gap))
        {
            for (int place = 0; place < 7; place++)
            {
                foreach (double pedestal in (double[])[0, 0.2])
                    Check(new Tuning(family, width, 61 + gap * place / 7, pedestal), orientations);
            }
        }
    }

    /// <summary>Below that the measures go the documented way: at the spacing itself up to 8 % off in width and 5 % in peak, at .6 of it up to 60 % and 27 %.</summary>
    [Theory]
    [InlineData(1.0, 0.08, 0.05)]
    [InlineData(0.6, 0.6, 0.27)]
    public void NarrowerCurves_ComeOutBroadAndLow(double gaps, double wide, double low)
    {
        double[] orientations = Sampled(24, 0);
        for (int place = 0; place < 9; place++)
        {
            Tuning tuning = new("Gaussian", gaps * 7.5, 60 + 7.5 * place / 9, 0);
            TuningMetrics metrics = tuning.Measure(orientations);
            Assert.InRange(metrics.Hwhh / tuning.Hwhh, 0.98, 1 + wide);
            Assert.InRange(metrics.Peak / tuning.At(tuning.Preferred), 1 - low, 1.000001);
        }
    }

    /// <summary>The smoothing's window, on a curve that is one harmonic: its amplitude shrinks by the window's transform.</summary>
    [Fact]
    public void Bandwidth_IsOfTheCurveSmoothedByTheStatedWindow()
    {
        double[] orientations = Sampled(36, 0);
        TuningMetrics metrics = TuningMetrics.Of(orientations, [.. orientations.Select(angle => 1 + Math.Cos(2 * (angle - 41.3) / Degrees))]);
        double weights = 0, sum = 0;
        for (double offset = -27; offset <= 27; offset += 0.01)
        {
            double weight = 1 + Math.Cos(Math.PI * offset / 27);
            weights += weight;
            sum += weight * Math.Cos(2 * offset / Degrees);
        }

        double shrunk = sum / weights;
        Assert.Equal(Math.Acos(((1 + shrunk) / Math.Sqrt(2) - 1) / shrunk) / 2 * Degrees, metrics.RingachBandwidth, 0.02);
    }

    [Fact]
    public void GlobalIndex_OfEvenSamples_IsThePlainSum()
    {
        double[] orientations = Sampled(16, 0), responses = [.. orientations.Select((_, i) => i % 5 + 0.1 * i)];
        double real = orientations.Select((angle, i) => responses[i] * Math.Cos(2 * angle / Degrees)).Sum();
        double imaginary = orientations.Select((angle, i) => responses[i] * Math.Sin(2 * angle / Degrees)).Sum();
        Assert.Equal(Math.Sqrt(real * real + imaginary * imaginary) / responses.Sum(), TuningMetrics.Of(orientations, responses).GlobalOsi, 1e-12);
    }

    private static void Check(Tuning tuning, double[] orientations)
    {
        TuningMetrics metrics = tuning.Measure(orientations);
        double peak = tuning.At(tuning.Preferred), orthogonal = tuning.At(tuning.Preferred + 90), global = tuning.GlobalOsi();
        Near(0, Math.IEEERemainder(metrics.Preferred - tuning.Preferred, 180), "preferred");
        Near(tuning.Hwhh, metrics.Hwhh, "HWHH");
        Near(tuning.FallsTo(peak / 2, tuning.At), metrics.HwhhFromZero, "HWHH from zero");
        Near(tuning.FallsTo(tuning.Smoothed(tuning.Preferred) / Math.Sqrt(2), tuning.Smoothed), metrics.RingachBandwidth, "bandwidth");
        Assert.Equal(peak, metrics.Peak, 0.01 * peak);
        Assert.Equal((peak - orthogonal) / (peak + orthogonal), metrics.Osi, 0.01);
        Assert.Equal(orthogonal / peak, metrics.OrthogonalToPreferred, 0.01);
        Assert.Equal(global, metrics.GlobalOsi, 0.01);
        Assert.Equal(1 - global, metrics.CircularVariance, 0.01);

        void Near(double expected, double actual, string measure) => Assert.True(
            double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(actual - expected) <= Math.Max(0.5, 0.01 * expected),
            $"{measure} of {tuning}, {orientations.Length} orientations: {actual}, not {expected}");
    }

    /// <summary>Orientations over the circle, each moved by up to half the unevenness of a step, always the same way.</summary>
    private static double[] Sampled(int count, double unevenness) =>
        [.. Enumerable.Range(0, count).Select(i => (i + unevenness / 2 * Math.Sin(i * i + 1)) * 180 / count)];

    private static double Gap(double[] orientations) => TuningMetrics.Of(orientations, new double[orientations.Length]).LargestGap;

    private sealed record Tuning(string Family, double Width, double Preferred, double Pedestal)
    {
        private readonly double kappa = KappaOf(Width);

        /// <summary>Between minimum and maximum: a wrapped Gaussian's tails lift its minimum, so that it is narrower than its sigma says.</summary>
        public double Hwhh => FallsTo((At(Preferred) + At(Preferred + 90)) / 2, At);

        public double At(double orientation)
        {
            double offset = orientation - Preferred;
            if (Family == "von Mises")
                return 10 * (Math.Exp(kappa * (Math.Cos(2 * offset / Degrees) - 1)) + Pedestal);
            return 10 * (Wrapped(offset) + Pedestal);
        }

        public TuningMetrics Measure(double[] orientations) => TuningMetrics.Of(orientations, Array.ConvertAll(orientations, At));

        /// <summary>Distance at which a function falls to a level, NaN if it does not.</summary>
        public double FallsTo(double level, Func<double, double> curve)
        {
            double near = 0, far = 90;
            if (curve(Preferred + far) > level)
                return double.NaN;
            while (far - near > 1e-9)
            {
                double middle = (near + far) / 2;
                (near, far) = curve(Preferred + middle) > level ? (middle, far) : (near, middle);
            }

            return near;
        }

        public double Smoothed(double orientation)
        {
            double weights = 0, sum = 0;
            for (double offset = -27; offset <= 27; offset++)
            {
                double weight = 1 + Math.Cos(Math.PI * offset / 27);
                weights += weight;
                sum += weight * At(orientation + offset);
            }

            return sum / weights;
        }

        public double GlobalOsi()
        {
            double along = 0, total = 0;
            for (int offset = 0; offset < 180; offset++)
            {
                along += At(Preferred + offset) * Math.Cos(2 * offset / Degrees);
                total += At(Preferred + offset);
            }

            return along / total;
        }

        /// <summary>A Gaussian round the circle, its half-width without the wrapping as stated.</summary>
        private double Wrapped(double offset)
        {
            double sum = 0, sigma = Width / Math.Sqrt(2 * Math.Log(2));
            for (int turn = -4; turn <= 4; turn++)
                sum += Math.Exp(-Math.Pow(Math.IEEERemainder(offset, 180) + 180 * turn, 2) / (2 * sigma * sigma));
            return sum;
        }

        /// <summary>The concentration of a half-width under 45 degrees, which it falls with.</summary>
        private static double KappaOf(double width)
        {
            double low = 1e-6, high = 2000;
            for (int i = 0; i < 100; i++)
            {
                double middle = (low + high) / 2;
                bool broader = Math.Acos(1 + Math.Log((1 + Math.Exp(-2 * middle)) / 2) / middle) / 2 * Degrees > width;
                (low, high) = broader ? (middle, high) : (low, middle);
            }

            return low;
        }
    }
}
