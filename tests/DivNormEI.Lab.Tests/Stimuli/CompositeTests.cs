using CsCheck;
using DivNorm.Lab.Stimuli;
using Xunit;

namespace DivNorm.Lab.Tests.Stimuli;

/// <summary>Stimuli of two gratings, and sequences of them.</summary>
public sealed class CompositeTests
{
    private static readonly Grating Test = new() { Height = 40, Width = 48, SpatialFrequency = 0.125, Contrast = 0.4 };
    private static readonly Grating Mask = Test with { Orientation = Math.PI / 2, Contrast = 0.5, SpatialFrequency = 0.25 };

    [Fact]
    public void Plaid_IsTheSumOfBothModulations() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 0.5], Gen.Double[-4, 4], Gen.Double[0.1, 0.5]).Sample((sum, part, frequency, angle, mean) =>
        {
            Grating first = Test with { Contrast = sum * part, SpatialFrequency = frequency, Orientation = angle, Mean = mean };
            Grating second = Mask with { Contrast = sum * (1 - part), Phase = angle, Mean = mean };
            float[] plaid = new Plaid { First = first, Second = second }.Pixels(), one = first.Pixels(), other = second.Pixels();
            for (int i = 0; i < plaid.Length; i++)
                Assert.Equal(one[i] + other[i] - mean, plaid[i], 1e-6);
            Assert.InRange(plaid.Min(), -1e-6, plaid.Max());
        }, iter: 60, threads: 1);

    [Fact]
    public void Plaid_HasTheSumOfTheContrasts_WhereTheCrestsMeet()
    {
        float[] pixels = new Plaid { First = Test, Second = Mask }.Pixels();
        Assert.Equal(0.9, pixels.Michelson(), 1e-6);
        Assert.Equal(0.5, pixels.Average(), 1e-6); // whole cycles along both sides
    }

    [Fact]
    public void Plaid_RefusesContrastsWhoseSumClips_AndGratingsThatDoNotMatch()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new Plaid { First = Test, Second = Mask with { Contrast = 0.7 } }.Validate()).Message;
        Assert.Contains("sum of both contrasts is 1.1; it must be 0 to 1", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plaid { First = Test with { Mean = 0.6 }, Second = Mask with { Mean = 0.6 } }.Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Plaid { First = Test with { Mean = 0, Contrast = 0.6 }, Second = Mask with { Mean = 0 } }.Validate());
        Assert.Contains("one mean", Assert.Throws<ArgumentException>(() => new Plaid { First = Test, Second = Mask with { Mean = 0.4 } }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("one image size", Assert.Throws<ArgumentException>(() => new Plaid { First = Test, Second = Mask with { Width = 40 } }.Validate()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(34)]
    public void CentreSurround_ShowsEachGratingInItsPlace_AndTheMeanBetween(double outer)
    {
        CentreSurround stimulus = new() { Centre = Test, Surround = Mask, CentreDiameter = 15, Gap = 3, SurroundDiameter = outer };
        float[] pixels = stimulus.Pixels(), centre = Test.Pixels(), surround = Mask.Pixels();
        foreach (((int x, int y), int i) in stimulus.Places().Select((place, i) => (place, i)))
        {
            double r = Math.Sqrt(x * x + y * y);
            float expected = r <= 7.5 ? centre[i] : r > 10.5 && r <= outer / 2 ? surround[i] : 0.5f;
            Assert.Equal(expected, pixels[i], 1e-6);
        }
    }

    [Fact]
    public void CentreSurround_WithoutGap_OfEqualGratings_IsTheGrating()
    {
        CentreSurround stimulus = new() { Centre = Test, Surround = Test, CentreDiameter = 15 };
        Assert.All(stimulus.Pixels().Zip(Test.Pixels()), pair => Assert.Equal(pair.Second, pair.First, 1e-7));
    }

    [Fact]
    public void CentreSurround_RefusesASurroundThatIsNotThere()
    {
        CentreSurround stimulus = new() { Centre = Test, Surround = Mask, CentreDiameter = 15, Gap = 3 };
        Assert.Contains("SurroundDiameter is 21; it must be more than 21", Message(stimulus with { SurroundDiameter = 21 }), StringComparison.Ordinal);
        Assert.Contains("out of the image", Message(stimulus with { CentreDiameter = 60 }), StringComparison.Ordinal);
        Assert.Contains("Gap is -1; it must be 0 pixels or more", Message(stimulus with { Gap = -1 }), StringComparison.Ordinal);
        Assert.Contains("(surround): Contrast is 1.2", Message(stimulus with { Surround = Mask with { Contrast = 1.2 } }), StringComparison.Ordinal);
    }

    [Fact]
    public void DriftingSequence_MovesAlongTheOrientation_AndComesRound()
    {
        DriftingSequence sequence = new() { First = Test with { SpatialFrequency = 1.0 / 16 }, Frames = 8 };
        IReadOnlyList<IStimulus> frames = sequence.Stimuli;
        Assert.Equal(8, frames.Count);
        float[] first = frames[0].Pixels();
        for (int frame = 0; frame < 8; frame++)
        {
            float[] pixels = frames[frame].Pixels(); // a cycle is 16 pixels, so a frame moves 2 to the right
            for (int i = 0; i < pixels.Length; i++)
            {
                int column = i % 48, from = (column - 2 * frame + 48) % 48;
                Assert.Equal(first[i - column + from], pixels[i], 1e-6);
            }
        }

        using var tensor = sequence.Render();
        Assert.Equal([8, 1, 40, 48], tensor.shape);
    }

    [Fact]
    public void EveryDriftingStimulus_AdvancesAllItsGratings()
    {
        Grating half = Test with { Contrast = 0.5 };
        IDriftingStimulus[] stimuli =
        [
            half,
            new GratingPatch { Grating = half, Window = Window.Hard(20) },
            new GaborPatch { Grating = half, Sigma = 5 },
            new Plaid { First = half, Second = half with { Orientation = 1 } },
            new CentreSurround { Centre = half, Surround = half with { Orientation = 1 }, CentreDiameter = 12 },
        ];
        foreach (IDriftingStimulus stimulus in stimuli)
        {
            // half a cycle on, every modulation is its own negative
            float[] now = stimulus.Pixels(), later = stimulus.WithPhaseShift(Math.PI).Pixels();
            Assert.All(now.Zip(later), pair => Assert.Equal(1, pair.First + pair.Second, 1e-5));
            Assert.True(now.Max() > 0.7);
        }
    }

    [Fact]
    public void DriftingSequence_RefusesFramesAndCyclesOutOfRange()
    {
        Assert.Contains("Frames is 0", Assert.Throws<ArgumentOutOfRangeException>(() => new DriftingSequence { First = Test, Frames = 0 }.Stimuli).Message, StringComparison.Ordinal);
        Assert.Contains("Cycles is 5; it must be 1 to 4", Assert.Throws<ArgumentOutOfRangeException>(() => new DriftingSequence { First = Test, Cycles = 5 }.Stimuli).Message, StringComparison.Ordinal);
    }

    private static string Message(CentreSurround stimulus) => Assert.Throws<ArgumentOutOfRangeException>(stimulus.Validate).Message;
}
