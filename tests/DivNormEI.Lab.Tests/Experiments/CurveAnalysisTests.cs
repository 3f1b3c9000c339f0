using DivNorm.Lab.Data;
using DivNorm.Lab.Experiments;
using DivNorm.Lab.Experiments.Curves;
using DivNorm.Lab.Reporting;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments;

public sealed class CurveAnalysisTests
{
    private static readonly double[] Contrasts = [0.06, 0.12, 0.25, 0.5, 1];

    [Fact]
    public void SeparableCell_HasTheMeasuresItWasMadeWith()
    {
        UnitMeasures unit = CurveAnalysis.Run(Curves(Cell("a", 63, 0))).Units[0];
        Assert.Equal(Contrasts, unit.Curves.Select(curve => curve.Contrast));
        Assert.Equal(Gain(0.06) / Gain(1), unit.GainRatio, 1e-3);
        Assert.Equal(1, unit.WidthRatio, 1e-3);
        Assert.Equal(1, unit.Separability, 1e-9);
        Assert.Equal((0.2, 2), (Math.Round(unit.NakaRushton.SemiSaturation, 2), Math.Round(unit.NakaRushton.Exponent, 1)));
        Assert.True(unit.Supersaturating.Converged, unit.Supersaturating.Failure);
        Assert.Null(unit.Intervals);
        Assert.All(unit.Curves, curve =>
        {
            Assert.Equal(63, curve.Preferred, 0.5);
            Assert.Equal(63, curve.VonMises.Preferred, 0.01);
            Assert.Equal(2, curve.VonMises.Kappa, 0.01);
            Assert.Equal(1, curve.Gosi + curve.Cv, 1e-12);
            Assert.Equal((12, 1, 15), (curve.Orientations, curve.Trials, curve.LargestGap));
            Assert.Null(curve.Problem);
            Assert.Null(curve.Intervals);
        });
    }

    [Fact]
    public void Intervals_HoldTheTruth_NarrowWithTrials_AndWrapRoundTheCircle()
    {
        CurveMeasures Highest(int trials) => CurveAnalysis.Run(Curves(Cell("a", 0.5, trials)), new CurveAnalysisOptions { Bootstrap = 400 }).Units[0].Curves[^1];
        CurveMeasures few = Highest(6), many = Highest(96);
        CurveMeasures truth = CurveAnalysis.Run(Curves(Cell("a", 0.5, 0))).Units[0].Curves[^1];
        Assert.True(Width(many, "hwhh") < 0.5 * Width(few, "hwhh"));
        Assert.True(Width(many, "osi") < 0.5 * Width(few, "osi"));
        double[] preferred = few.Intervals!["preferred"]!;
        Assert.True(preferred[1] - preferred[0] < 20, $"{preferred[0]} to {preferred[1]}");
        Assert.InRange(Math.IEEERemainder(preferred[0] - 0.5, 180), -15, 0.5);
        // 96 trials of unit variance: the truth is within a few standard errors, which the interval's width measures.
        foreach (var (name, value) in ((string, double)[])[("hwhh", truth.Hwhh), ("osi", truth.Osi), ("cv", truth.Cv), ("peak", truth.Peak)])
        {
            double[] interval = many.Intervals![name]!;
            Assert.InRange(value, interval[0] - Width(many, name), interval[1] + Width(many, name));
        }
    }

    [Fact]
    public void Intervals_DependOnTheSeed_AndNotOnTheOtherUnits()
    {
        var options = new CurveAnalysisOptions { Bootstrap = 100, Seed = 7 };
        RecordedUnit a = Cell("a", 30, 5), b = Cell("b", 120, 5);
        string alone = JsonResults.Serialize(CurveAnalysis.Run(Curves(b), options).Units[0], ExperimentJson.Default.CurveUnitMeasures);
        Assert.Equal(alone, JsonResults.Serialize(CurveAnalysis.Run(Curves(a, b), options).Units[1], ExperimentJson.Default.CurveUnitMeasures));
        Assert.NotEqual(alone, JsonResults.Serialize(CurveAnalysis.Run(Curves(b), options with { Seed = 8 }).Units[0], ExperimentJson.Default.CurveUnitMeasures));
        Assert.Null(CurveAnalysis.Run(Curves(b), options with { Bootstrap = 0 }).Units[0].Intervals);
    }

    [Fact]
    public void MissingCells_AreHandledCurveByCurve()
    {
        RecordedUnit whole = Cell("a", 63, 5);
        RecordedCurve[] curves = [.. whole.Curves];
        curves[0] = new RecordedCurve(curves[0].Contrast, curves[0].Orientations[1..], curves[0].Trials[1..]);
        curves[1] = new RecordedCurve(curves[1].Contrast, curves[1].Orientations, [[1.0], .. curves[1].Trials[1..]]);
        UnitMeasures gap = CurveAnalysis.Run(Curves(new RecordedUnit("a", curves)), new CurveAnalysisOptions { Bootstrap = 100 }).Units[0];
        Assert.Equal((11, 30), (gap.Curves[0].Orientations, gap.Curves[0].LargestGap));
        Assert.InRange(gap.Separability, 0.9, 1);
        Assert.NotNull(gap.Curves[0].Intervals);
        Assert.Null(gap.Curves[1].Intervals);
        Assert.Null(gap.Intervals);

        curves[0] = new RecordedCurve(curves[0].Contrast, [0, 90], [[1.0], [2.0]]);
        UnitMeasures broken = CurveAnalysis.Run(Curves(new RecordedUnit("a", curves)), new CurveAnalysisOptions { Bootstrap = 0 }).Units[0];
        Assert.Equal("2 orientations; a tuning curve needs at least 3", broken.Curves[0].Problem);
        Assert.True(double.IsNaN(broken.Curves[0].Hwhh) && double.IsNaN(broken.GainRatio) && double.IsNaN(broken.Separability));
        Assert.False(double.IsNaN(broken.Curves[1].Hwhh));
    }

    [Fact]
    public void FlatCurve_AndSingleContrast_AreSaid()
    {
        var flat = new RecordedUnit("flat", [new RecordedCurve(1, [0, 45, 90, 135, 160], [[2], [2], [2], [2], [2]])]);
        UnitMeasures unit = CurveAnalysis.Run(Curves(flat)).Units[0];
        Assert.Equal("the curve is flat: no orientation is preferred", unit.Curves[0].Problem);
        Assert.True(double.IsNaN(unit.GainRatio) && double.IsNaN(unit.WidthRatio) && double.IsNaN(unit.Separability));
        Assert.Equal(0, unit.Curves[0].Osi);
        Assert.Contains("1 contrasts", unit.NakaRushton.Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50, 1, "bootstrap is 50; it must be 0, or 100 to 1000000")]
    [InlineData(100, -1, "seed is -1; it must be 0 or more")]
    public void Options_OutOfRange_AreRefused(int bootstrap, long seed, string message)
    {
        var options = new CurveAnalysisOptions { Bootstrap = bootstrap, Seed = seed };
        Assert.Contains(message, Assert.Throws<UserInputException>(() => CurveAnalysis.Run(Curves(Cell("a", 1, 0)), options)).Message, StringComparison.Ordinal);
    }

    private static double Width(CurveMeasures curve, string measure) => curve.Intervals![measure]![1] - curve.Intervals[measure]![0];

    private static double Gain(double contrast) => 20 * contrast * contrast / (contrast * contrast + 0.04);

    private static RecordedCurves Curves(params RecordedUnit[] units) => new("curves.csv", 1, units);

    /// <summary>A von Mises cell of concentration 2 (half-width 25 degrees) whose gain follows Naka and Rushton's equation; 0 trials for none, else with noise of unit variance.</summary>
    private static RecordedUnit Cell(string name, double preferred, int trials)
    {
        var random = new SeededRandom(11);
        double[] orientations = [.. Enumerable.Range(0, 12).Select(i => i * 15.0)];
        return new RecordedUnit(name, [.. Contrasts.Select(contrast => new RecordedCurve(
            contrast,
            orientations,
            [.. orientations.Select(angle =>
            {
                double mean = Gain(contrast) * Math.Exp(2 * (Math.Cos(2 * (angle - preferred) * Math.PI / 180) - 1));
                return Enumerable.Range(0, Math.Max(1, trials)).Select(_ => mean + (trials == 0 ? 0 : random.NextDouble(-1, 1) * Math.Sqrt(3))).ToArray();
            })]))]);
    }
}
