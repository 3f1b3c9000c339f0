namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>Sums the runs up.</summary>
internal static class RecognitionSummaries
{
    public static RecognitionSummary Of(IReadOnlyList<RecognitionRun> runs)
    {
        string[] models = [.. runs.Select(run => run.Model).Distinct()];
        var summaries = models.Select(model => Model(model, [.. runs.Where(run => run.Model == model)])).ToList();
        var comparisons = new List<ModelComparison>();
        foreach (string against in (string[])[RecognitionArms.Baseline, RecognitionArms.Control])
        {
            if (models.Contains(against))
                comparisons.AddRange(models.Where(m => m != RecognitionArms.Baseline && m != against).Select(m => Compare(runs, summaries, m, against)));
        }

        return new RecognitionSummary(summaries, comparisons);
    }

    private static ModelSummary Model(string model, RecognitionRun[] runs) => new(
        model,
        Spread.Of(runs.Select(run => run.Epochs[^1].ValidationTop1)),
        Spread.Of(runs.Select(run => run.Epochs[^1].ValidationTop5)),
        Spread.Of(runs.Select(run => run.Epochs[^1].ValidationLoss)),
        Spread.Of(runs.Select(run => run.Epochs[^1].TrainLoss)),
        Spread.Of(runs.Select(MeanTop1)),
        Median(runs.SelectMany(run => run.Epochs.Select(epoch => epoch.Seconds))),
        Median(runs.SelectMany(run => run.Epochs.Select(epoch => epoch.ImagesPerSecond))));

    private static ModelComparison Compare(IReadOnlyList<RecognitionRun> runs, List<ModelSummary> summaries, string model, string against)
    {
        var pairs = runs.Where(run => run.Model == model)
            .Select(run => (Mine: run, Theirs: runs.Single(other => other.Model == against && other.Pair == run.Pair)))
            .OrderBy(pair => pair.Mine.Pair)
            .ToList();
        return new ModelComparison(
            model,
            against,
            PairedDifference.Of(pairs.Select(pair => pair.Mine.Epochs[^1].ValidationTop1 - pair.Theirs.Epochs[^1].ValidationTop1)),
            PairedDifference.Of(pairs.Select(pair => MeanTop1(pair.Mine) - MeanTop1(pair.Theirs))),
            [.. pairs.Select(pair => pair.Mine.Epochs.FirstOrDefault(epoch => epoch.ValidationTop1 >= pair.Theirs.Epochs[^1].ValidationTop1)?.Epoch)],
            summaries.Single(s => s.Model == model).SecondsPerEpoch / summaries.Single(s => s.Model == against).SecondsPerEpoch,
            (double)pairs[0].Mine.Parameters / pairs[0].Theirs.Parameters);
    }

    private static double MeanTop1(RecognitionRun run) => run.Epochs.Average(epoch => epoch.ValidationTop1);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
