using DivNorm.Lab.Data;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Lab.Training;

/// <summary>How well a classifier recognises a set of images.</summary>
/// <param name="Images">Images that could be read.</param>
/// <param name="Loss">Mean cross-entropy, nats.</param>
/// <param name="Top1">Share whose class has the highest score.</param>
/// <param name="Top5">Share whose class is among the five highest scores (all, where there are fewer).</param>
/// <param name="Confusion">Images by class (rows) and by the class that they were taken for (columns).</param>
public sealed record ClassifierScores(int Images, double Loss, double Top1, double Top5, IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    private const int Top = 5;

    /// <summary>Shows every image of a set, centre crop, in evaluation mode.</summary>
    /// <param name="model">From [N, 3, Size, Size] to [N, classes]; put into evaluation mode and left there.</param>
    /// <param name="images">The images.</param>
    /// <param name="transform">How they become inputs.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="options">Batch size and threads.</param>
    /// <param name="report">Is told the number of images shown.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="UserInputException">No image could be read.</exception>
    public static ClassifierScores Measure(
        nn.Module<Tensor, Tensor> model,
        ILabeledImages images,
        ImageTransform transform,
        int classes,
        ClassificationOptions options,
        Action<int>? report = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(transform);
        ArgumentNullException.ThrowIfNull(options);
        model.eval();
        using var inference = no_grad();
        using var loader = new BatchLoader(
            images, [.. Enumerable.Range(0, images.Count)], options.BatchSize, transform.Size,
            (image, _, scaler, planes) => transform.Centre(image, scaler, planes), 0, options.BatchesAhead, options.Readers);
        var device = model.parameters().First().device;
        int shown = 0, first = 0, five = 0;
        double loss = 0;
        var confusion = new int[classes][];
        for (int i = 0; i < classes; i++)
            confusion[i] = new int[classes];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            if (loader.Next() is not var (inputs, labels, _))
                break;
            var scores = model.call(inputs.to(device)).cpu();
            loss += F.cross_entropy(scores, labels, reduction: nn.Reduction.Sum).item<float>();
            int k = Math.Min(Top, classes);
            long[] best = scores.topk(k, 1).indexes.contiguous().data<long>().ToArray(), truth = labels.data<long>().ToArray();
            for (int i = 0; i < truth.Length; i++)
            {
                var mine = best.AsSpan(i * k, k);
                confusion[truth[i]][mine[0]]++;
                first += mine[0] == truth[i] ? 1 : 0;
                five += mine.Contains(truth[i]) ? 1 : 0;
            }

            shown += truth.Length;
            report?.Invoke(shown);
        }

        return shown == 0
            ? throw new UserInputException("None of the images to evaluate on could be read.")
            : new ClassifierScores(shown, loss / shown, (double)first / shown, (double)five / shown, confusion);
    }
}
