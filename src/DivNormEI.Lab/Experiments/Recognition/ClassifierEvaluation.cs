using System.Globalization;
using System.Text;
using DivNorm.Lab.Data;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Reporting.Progress;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>What <c>divnormei evaluate</c> found.</summary>
/// <param name="Model">The arm that the network is.</param>
/// <param name="Images">Images shown.</param>
/// <param name="Skipped">Files that could not be read or are no images.</param>
/// <param name="Top1">Share recognised.</param>
/// <param name="Top5">Share whose class is among the five highest scores.</param>
/// <param name="Loss">Mean cross-entropy, nats.</param>
/// <param name="Classes">The share recognised of each class.</param>
public sealed record EvaluationResult(string Model, int Images, int Skipped, double Top1, double Top5, double Loss, IReadOnlyList<ClassResult> Classes)
{
    /// <summary>The result as a person reads it.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Model}: top-1 {100 * Top1:f2} %, top-5 {100 * Top5:f2} %, loss {Loss:f4} on {Images} images of {Classes.Count} classes; {Skipped} files skipped");
        foreach (var one in Classes.OrderByDescending(c => c.Top1))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {100 * one.Top1,6:f1} %  {one.ClassName}{(one.ClassName == one.ClassId ? "" : $" ({one.ClassId})")}");
        return text.ToString();
    }

    /// <summary>The result as JSON.</summary>
    public string ToJson() => JsonResults.Serialize(this, ExperimentJson.Default.EvaluationResult);
}

/// <summary>How much of one class was recognised.</summary>
/// <param name="ClassId">The class's id.</param>
/// <param name="ClassName">What people call it.</param>
/// <param name="Images">Its images.</param>
/// <param name="Top1">Share recognised.</param>
public sealed record ClassResult(string ClassId, string ClassName, int Images, double Top1);

/// <summary>What <c>divnormei classify</c> says of one image.</summary>
/// <param name="Image">The file.</param>
/// <param name="Guesses">The likeliest classes first.</param>
public sealed record ClassifiedImage(string Image, IReadOnlyList<Guess> Guesses)
{
    /// <summary>The guesses as a person reads them.</summary>
    public string ToText()
    {
        var text = new StringBuilder().Append(Image).Append('\n');
        foreach (var guess in Guesses)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {100 * guess.Probability,6:f2} %  {guess.ClassName}{(guess.ClassName == guess.ClassId ? "" : $" ({guess.ClassId})")}");
        return text.ToString();
    }

    /// <summary>Images as a JSON array.</summary>
    /// <param name="images">The images.</param>
    public static string ToJson(IReadOnlyList<ClassifiedImage> images) => JsonResults.Serialize(images, ExperimentJson.Default.IReadOnlyListClassifiedImage);
}

/// <summary>Evaluates a trained classifier.</summary>
public static class ClassifierEvaluation
{
    /// <summary>Shows a classifier the validation images of a set.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="images">The images, in the classifier's classes.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="UserInputException">No image could be read.</exception>
    public static EvaluationResult Run(Classifier classifier, ClassifiedImages images, IRunProgress progress, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(progress);
        progress.Stage("Evaluating", images.Validation.Count, "images");
        var scores = classifier.Evaluate(images.Validation, shown => progress.Report(shown), cancellation);
        progress.Done($"top-1 {scores.Top1:p1}");
        var skipped = images.SkippedFiles();
        RecognitionImages.Name(skipped, progress);
        var classes = scores.Confusion.Select((row, i) => new ClassResult(classifier.ClassIds[i], classifier.ClassNames[i], row.Sum(), row.Sum() == 0 ? double.NaN : (double)row[i] / row.Sum()));
        return new EvaluationResult(classifier.Arm, scores.Images, skipped.Count, scores.Top1, scores.Top5, scores.Loss, [.. classes]);
    }
}
