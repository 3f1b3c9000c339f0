using DivNorm.Lab.Training;
using TorchSharp;
using TorchSharp.Modules;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>The curves of one run as TensorBoard event files, written as the epochs come.</summary>
internal sealed class EventLog
{
    private readonly SummaryWriter writer;

    /// <summary>A log that begins with the epochs done: what an interrupted run left is replaced, so that no epoch stands twice.</summary>
    /// <exception cref="UserInputException">The folder cannot be written.</exception>
    public EventLog(string folder, IEnumerable<EpochRecord> epochs)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                foreach (string stale in Directory.EnumerateFiles(folder, "events.out.tfevents.*"))
                    File.Delete(stale);
            }

            writer = torch.utils.tensorboard.SummaryWriter(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserInputException($"{folder}: the TensorBoard log cannot be written ({error.Message}); choose another --out.", error);
        }

        foreach (var epoch in epochs)
            Add(epoch);
    }

    public void Add(EpochRecord epoch)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        foreach (var (tag, value) in ((string, double)[])
        [
            ("loss/train", epoch.TrainLoss),
            ("loss/validation", epoch.ValidationLoss),
            ("top1/train", epoch.TrainTop1),
            ("top1/validation", epoch.ValidationTop1),
            ("top5/validation", epoch.ValidationTop5),
            ("speed/imagesPerSecond", epoch.ImagesPerSecond),
            ("learningRate", epoch.LearningRate),
        ])
        {
            writer.add_scalar(tag, (float)value, epoch.Epoch, now);
        }
    }
}
