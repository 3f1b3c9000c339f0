using System.Diagnostics;
using DivNorm.Lab.Reporting;
using DivNorm.Lab.Training;
using DivNorm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Lab.Experiments.Recognition;

/// <summary>The speed of one network's training step.</summary>
/// <param name="Model">The arm.</param>
/// <param name="Implementation">
/// <c>plain</c>: libtorch's modules in a row, the layer's equations in libtorch's operations, libtorch's optimiser; <c>ours</c>: the experiment's network,
/// kernels and optimiser.
/// </param>
/// <param name="Settings">float32 or bfloat16, and channels last where it is on.</param>
/// <param name="MedianMs">Median milliseconds a step: forward, loss, backward, optimiser.</param>
/// <param name="ImagesPerSecond">Images a second at the median.</param>
/// <param name="RatioToBaseline">Milliseconds over those of the same implementation's and settings' baseline.</param>
public sealed record NetworkTiming(string Model, string Implementation, string Settings, double MedianMs, double ImagesPerSecond, double RatioToBaseline)
{
    /// <summary>The heads of the columns of <see cref="ToLine"/>.</summary>
    public static string Header { get; } = $"{"model",-16} {"implementation",-15} {"settings",-24} {"ms a step",10} {"images/s",10} {"to baseline",12}";

    /// <summary>The row as a line of text.</summary>
    public string ToLine() => $"{Model,-16} {Implementation,-15} {Settings,-24} {MedianMs,10:f1} {ImagesPerSecond,10:f1} {RatioToBaseline,11:f2}x";

    /// <summary>Rows as a JSON array.</summary>
    /// <param name="rows">The rows.</param>
    public static string ToJson(IReadOnlyList<NetworkTiming> rows) => JsonResults.Serialize(rows, ExperimentJson.Default.IReadOnlyListNetworkTiming);
}

/// <summary>Times training steps of the recognition networks on random images, contenders taking turns in one process.</summary>
public static class NetworkBenchmark
{
    private static readonly (bool BFloat16, bool ChannelsLast)[] Settings = [(false, false), (false, true), (true, false), (true, true)];

    /// <summary>Times every arm: plain, and ours with every setting.</summary>
    /// <param name="config">Arms, sizes and batch.</param>
    /// <param name="rounds">Turns of each, 1 or more; medians are reported.</param>
    /// <param name="classes">Number of classes, 2 or more.</param>
    public static IReadOnlyList<NetworkTiming> Run(RecognitionConfig config, int rounds, int classes = 100)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        config.Validate("configuration");
        using var images = randn(config.BatchSize, 3, config.InputSize, config.InputSize);
        using var labels = randint(classes, [config.BatchSize], ScalarType.Int64);
        var contenders = new List<Contender>();
        try
        {
            foreach (string arm in RecognitionExperiment.Arms(config))
            {
                contenders.Add(Plain(config, arm, classes));
                contenders.AddRange(Settings.Select(setting => Ours(config with { BFloat16 = setting.BFloat16, ChannelsLast = setting.ChannelsLast }, arm, classes)));
            }

            const int warmUps = 1;
            for (int round = -warmUps; round < rounds; round++)
            {
                foreach (var contender in contenders)
                {
                    long start = Stopwatch.GetTimestamp();
                    contender.Step(images, labels);
                    if (round >= 0)
                        contender.Times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }

            return [.. contenders.Select(c => new NetworkTiming(
                c.Model,
                c.Implementation,
                c.Settings,
                c.Median,
                1000 * config.BatchSize / c.Median,
                c.Median / contenders.Single(b => b.Model == RecognitionArms.Baseline && b.Implementation == c.Implementation && b.Settings == c.Settings).Median))];
        }
        finally
        {
            contenders.ForEach(contender => contender.Dispose());
        }
    }

    private static Contender Ours(RecognitionConfig config, string arm, int classes)
    {
        var model = RecognitionExperiment.Model(config, arm, classes, config.Seed);
        var sgd = new Sgd(model, config.Momentum, (_, parameter) => new SgdTreatment(1, parameter.dim() > 1 ? config.WeightDecay : 0));
        string settings = $"{(config.BFloat16 ? "bfloat16" : "float32")}{(config.ChannelsLast ? ", channels last" : string.Empty)}";
        return new Contender(arm, "ours", settings, model, sgd, sgd.ZeroGrad, () => sgd.Step(config.LearningRate));
    }

    /// <summary>The network as one would write it with libtorch's modules.</summary>
    private static Contender Plain(RecognitionConfig config, string arm, int classes)
    {
        using var like = RecognitionExperiment.Model(config, arm, classes, config.Seed);
        var layer = RecognitionArms.Layer(arm, config.Start, "libtorch");
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        int channels = 3;
        foreach (var cost in like.Costs().Where(cost => cost.Name.StartsWith("conv", StringComparison.Ordinal)))
        {
            int place = cost.Name[^1] - '0', width = (int)cost.Output[0];
            modules.Add((cost.Name, nn.Conv2d(channels, width, 3, padding: 1)));
            if (like.Normalizations.ContainsKey(place))
            {
                if (arm != RecognitionArms.Control && config.Rectify)
                    modules.Add(($"rate{place}", nn.ReLU()));
                modules.Add(($"norm{place}", layer!(width, place)));
            }
            else if (config.BatchNorm == BatchNormPlacement.Everywhere)
            {
                modules.Add(($"bn{place}", nn.BatchNorm2d(width)));
            }

            if (!like.Normalizations.TryGetValue(place, out var norm) || norm is not DivNorm.Layers.DivNormEI)
                modules.Add(($"relu{place}", nn.ReLU()));
            if (place is 1 or 2 or 4 or 6)
                modules.Add(($"pool{place}", nn.MaxPool2d(2)));
            channels = width;
        }

        int side = Math.Min(config.HeadSize, config.InputSize / Vgg9Options.Reduction);
        modules.AddRange([
            ("average", nn.AdaptiveAvgPool2d(side)), ("flatten", nn.Flatten()),
            ("fc1", nn.Linear(channels * side * side, config.Hidden)), ("relu7", nn.ReLU()),
            ("fc2", nn.Linear(config.Hidden, config.Hidden)), ("relu8", nn.ReLU()),
            ("fc3", nn.Linear(config.Hidden, classes))]);
        var model = nn.Sequential(modules);
        var optimizer = optim.SGD(model.parameters(), config.LearningRate, config.Momentum, weight_decay: config.WeightDecay);
        return new Contender(arm, "plain", "float32", model, optimizer, () => optimizer.zero_grad(), () => optimizer.step());
    }

    private sealed record Contender(
        string Model, string Implementation, string Settings, nn.Module<Tensor, Tensor> Network, IDisposable Optimizer, Action ZeroGrad, Action Move) : IDisposable
    {
        public List<double> Times { get; } = [];

        public double Median => Times.Order().ElementAt(Times.Count / 2);

        public void Step(Tensor images, Tensor labels)
        {
            using var scope = NewDisposeScope();
            Network.train();
            ZeroGrad();
            F.cross_entropy(Network.call(images), labels).backward();
            Move();
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            Network.Dispose();
        }
    }
}
