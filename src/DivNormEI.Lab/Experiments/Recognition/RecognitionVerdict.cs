using System.Globalization;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Says in plain words what a run shows: does the layer help here, by how much, how sure.</summary>
internal static class RecognitionVerdict
{
    private const double Percent = 100;

    /// <summary>One comparison in a few sentences.</summary>
    public static string Of(RecognitionResults results, ModelComparison comparison)
    {
        var mine = results.Summary.Models.Single(m => m.Model == comparison.Model);
        var theirs = results.Summary.Models.Single(m => m.Model == comparison.Against);
        return $"**{comparison.Model} against {comparison.Against}**: top-1 {Share(mine.ValidationTop1.Mean)} against {Share(theirs.ValidationTop1.Mean)}, "
            + $"{Points(comparison.Top1.Mean)}. {Outcome(comparison.Top1)} {Sureness(comparison.Top1)} {Speed(comparison)} "
            + $"An epoch takes {comparison.TimeRatio:0.00} times as long; the network has {comparison.ParameterRatio:0.00} times the parameters.";
    }

    /// <summary>What holds for every comparison.</summary>
    public static string Limits(RecognitionResults results)
    {
        double p = results.Summary.Models[0].ValidationTop1.Mean;
        double error = Percent * Math.Sqrt(p * (1 - p) / results.Data.ValidationImages);
        return $"The intervals are over pairs, that is over random starts and orders; besides, {results.Data.ValidationImages.ToString("#,0", CultureInfo.InvariantCulture)} validation images "
            + $"leave each accuracy a standard error of about {error:0.0} points. "
            + "The layer brings a batch norm that the baseline has not: only the comparison with the control tells the two apart.";
    }

    /// <summary>A difference in percentage points, signed.</summary>
    public static string Points(double difference)
    {
        double points = Math.Round(Percent * difference, 1);
        return points == 0 ? "no difference (0.0 points)" : $"{(points > 0 ? "+" : "−")}{Math.Abs(points):0.0} points";
    }

    private static string Outcome(PairedDifference difference) => difference.Differences switch
    {
        { Count: > 2 } when difference.ExcludesZero => difference.Mean > 0 ? "It helps here." : "It hurts here.",
        { Count: 1 } => $"In the one pair it was {(difference.Mean > 0 ? "better" : difference.Mean < 0 ? "worse" : "level")}.",
        var all when all.All(d => d > 0) => "It was better in every pair.",
        var all when all.All(d => d < 0) => "It was worse in every pair.",
        var all => $"It was better in {all.Count(d => d > 0)} of {all.Count} pairs: no clear difference.",
    };

    private static string Sureness(PairedDifference difference) => difference.Differences.Count switch
    {
        1 => "One pair gives no interval: this may be chance.",
        2 => $"The 95 % interval reaches from {Points(difference.Low)} to {Points(difference.High)}; with two pairs (one degree of freedom, t = 12.7) it says next to nothing, and more pairs are needed to be sure.",
        var pairs => $"The 95 % interval over {pairs} pairs reaches from {Points(difference.Low)} to {Points(difference.High)} and {(difference.ExcludesZero ? "leaves zero out" : "includes zero: this may be chance")}.",
    };

    private static string Speed(ModelComparison comparison)
    {
        string reached = string.Join(", ", comparison.EpochsToReach.Select(epoch => epoch is null ? "never" : $"epoch {epoch}"));
        return $"Over all epochs its top-1 averages {Points(comparison.MeanTop1.Mean)}; it reaches the other's final top-1 at: {reached}.";
    }

    private static string Share(double share) => $"{Percent * share:0.0} %";
}
