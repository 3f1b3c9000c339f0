using DivNorm.Lab.Experiments.StimulusSets;
using DivNorm.Lab.Stimuli;
using Xunit;

namespace DivNorm.Lab.Tests.Experiments.StimulusSets;

public sealed class StimulusSetTests
{
    public static TheoryData<string> Kinds => [.. StimulusKinds.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKind_MakesValidStimuliFromItsDefaults_TheSameEveryTime(string kind)
    {
        StimulusSetRequest request = new() { Kind = StimulusKinds.Find(kind), Height = 40, Width = 44 };
        IReadOnlyList<IStimulus> once = StimulusSet.Make(request), again = StimulusSet.Make(request);
        Assert.NotEmpty(once);
        Assert.All(once, stimulus => Assert.Equal((40, 44), (stimulus.Height, stimulus.Width)));
        using var first = Stimulus.RenderBatch(once);
        using var second = Stimulus.RenderBatch(again);
        Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
    }

    [Fact]
    public void Values_AreCombined_TheLastOptionFastest_AndDegreesBecomeRadians()
    {
        IReadOnlyList<IStimulus> set = StimulusSet.Make(Request("grating", ("orientation", [0, 90]), ("contrast", [0.1, 1])));
        Assert.Equal([(0.1, 0), (0.1, Math.PI / 2), (1, 0), (1, Math.PI / 2)], set.Cast<Grating>().Select(g => (g.Contrast, g.Orientation)));
    }

    [Fact]
    public void PixelsPerDegree_TakeFrequenciesAndLengthsInDegrees()
    {
        var gabor = (GaborPatch)StimulusSet.Make(Request("gabor", ("frequency", [4]), ("sigma", [0.25])) with { PixelsPerDegree = 32 })[0];
        Assert.Equal((0.125, 8), (gabor.Grating.SpatialFrequency, gabor.Sigma));
    }

    [Theory]
    [InlineData("grating", "frequency", 0.7, "SpatialFrequency is 0.7; it must be 0 to 0.5")]
    [InlineData("plaid", "mask-contrast", 0.7, "sum of both contrasts is 1.2")]
    [InlineData("noise", "count", 1.5, "count is 1.5; it must be a whole number")]
    [InlineData("noise", "count", 2e6, "make more than 100000 stimuli")]
    [InlineData("disc", "sigma", 1, "disc has no option sigma; its options are contrast, diameter, x, y")]
    public void ValuesThatCannotBe_AreAnsweredInOneLine(string kind, string option, double value, string message)
    {
        string text = Assert.Throws<UserInputException>(() => StimulusSet.Make(Request(kind, (option, [value])) with { Height = 4, Width = 4 })).Message;
        Assert.Contains(message, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
    }

    [Fact]
    public void UnknownKind_IsAnsweredWithThoseThatThereAre() =>
        Assert.Contains("there are grating, patch", Assert.Throws<UserInputException>(() => StimulusKinds.Find("rings")).Message, StringComparison.Ordinal);

    private static StimulusSetRequest Request(string kind, params (string Option, double[] Values)[] values) => new()
    {
        Kind = StimulusKinds.Find(kind),
        Values = values.ToDictionary(pair => pair.Option, pair => (IReadOnlyList<double>)pair.Values),
    };
}
