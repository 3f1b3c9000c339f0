using DivNorm.Lab.Physiology;
using DivNorm.Lab.Stimuli;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace DivNorm.Lab.Tests.Physiology;

public sealed class UnitRecorderTests
{
    private static readonly IStimulus[] Stimuli =
        [.. Enumerable.Range(0, 7).Select(i => new Grating { Height = 9, Width = 12, SpatialFrequency = 0.05 * (i + 1), Orientation = i })];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Readout.Centre, 3)]
    [InlineData(Readout.Mean, 32)]
    public void Record_GivesEveryChannelOfEveryLayer_WhateverTheBatch(Readout readout, int batch)
    {
        using Sequential network = Network();
        IReadOnlyList<UnitResponses> responses = new UnitRecorder(network, "features.0", "features.1", "head")
            .Record(Stimuli, new RecordingOptions { Readout = readout, BatchSize = batch }, null, Token);
        using var images = Stimulus.RenderBatch(Stimuli);
        using var _ = no_grad();
        var features = (Sequential)network[0];
        using Tensor map = ((Conv2d)features[0]).call(images), rectified = map.relu(), head = network.call(images);
        foreach ((UnitResponses found, Tensor expected) in responses.Zip([map, rectified, head]))
        {
            Assert.Equal(readout, found.Readout);
            Assert.Equal(expected.shape[1], found.Units);
            using Tensor read = expected.dim() == 2 ? expected.clone() : readout == Readout.Centre ? expected[.., .., 4, 6].clone() : expected.mean([2, 3]);
            for (int i = 0; i < Stimuli.Length; i++)
                Assert.All(found.Values[i].Zip(read[i].contiguous().data<float>().ToArray()), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        }

        Assert.Equal(["features.0", "features.1", "head"], responses.Select(r => r.Layer));
    }

    [Fact]
    public void Record_RestoresModes_RemovesHooks_KeepsNoGradients_AndLeaksNothing()
    {
        using Probe probe = new(images => images.relu()), frozen = new(images => images.neg());
        using Sequential network = nn.Sequential(("probe", probe), ("frozen", frozen), ("drop", nn.Dropout(0.9)), ("norm", nn.BatchNorm2d(1)));
        network.train();
        frozen.eval();
        UnitRecorder recorder = new(network, "probe", "norm");
        recorder.Record(Stimuli, null, null, Token);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        recorder.Record(Stimuli, new RecordingOptions { BatchSize = 3 }, null, Token);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal((14, 7), (probe.Shown, probe.LargestBatch));
        Assert.False(probe.SawGradients);
        Assert.False(probe.SawTraining);
        Assert.Equal((0, 0), (probe.Hooks, frozen.Hooks));
        Assert.True(network.training && probe.training && ((BatchNorm2d)network[3]).training);
        Assert.False(frozen.training);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void FailedOrCancelledRecording_LeavesTheNetworkAsItWas()
    {
        using Probe probe = new(images => images.relu()), broken = new(_ => throw new InvalidOperationException("broken"));
        using Sequential network = nn.Sequential(("probe", probe), ("broken", broken), ("last", nn.ReLU()));
        network.train();
        Assert.Throws<InvalidOperationException>(() => new UnitRecorder(network, "last").Record(Stimuli, null, null, Token));
        using CancellationTokenSource cancelled = new();
        Cancel progress = new(cancelled);
        Assert.Throws<OperationCanceledException>(() => new UnitRecorder(network, "probe").Record(Stimuli, new RecordingOptions { BatchSize = 2 }, progress, cancelled.Token));
        Assert.Equal(1, progress.Reports);
        Assert.Equal((0, 7 + 2), (probe.Hooks, probe.Shown));
        Assert.True(network.training && probe.training);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Record_BreaksThePassOff_OnceEveryLayerHasAnswered()
    {
        using Probe later = new(images => throw new InvalidOperationException("needs larger images"));
        using Sequential network = nn.Sequential(("first", nn.Conv2d(1, 2, 3)), ("later", later));
        Assert.Equal(2, new UnitRecorder(network, "first").Record(Stimuli, null, null, Token)[0].Units);
        Assert.Equal(0, later.Shown);
    }

    [Fact]
    public void UnknownLayer_IsAnsweredWithTheNamesThatThereAre()
    {
        using Sequential network = Network();
        string message = Assert.Throws<UserInputException>(() => new UnitRecorder(network, "features.9")).Message;
        Assert.Contains("no layer 'features.9'; its layers are features, pool, head, features.0, features.1", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new UnitRecorder(network));
        Assert.Throws<ArgumentException>(() => new UnitRecorder(network, "head", "head"));
    }

    [Fact]
    public void LayersWithoutUnits_AndLayersThatDoNotRun_AreRefusedByName()
    {
        using Probe line = new(images => images.flatten(2)), idle = new(images => images);
        using Sequential network = nn.Sequential(("line", line), ("back", new Probe(images => images.unsqueeze(3))));
        network.register_module("idle", idle);
        Assert.Contains("Layer 'line' gave a tensor [7, 1, 108] for 7 stimuli; units are read from [7, C, h, w] or [7, C]",
            Assert.Throws<UserInputException>(() => new UnitRecorder(network, "line").Record(Stimuli, null, null, Token)).Message, StringComparison.Ordinal);
        using Probe outer = new(images => images.relu());
        outer.register_module("inner", nn.ReLU());
        Assert.Contains("Layer 'inner' did not run", Assert.Throws<UserInputException>(() => new UnitRecorder(outer, "inner").Record(Stimuli, null, null, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_ServesColourAndDoublePrecisionNetworks_AndTheNetworkItself()
    {
        using Conv2d colour = nn.Conv2d(3, 4, 3, dtype: ScalarType.Float64);
        RecordingOptions options = new() { Preprocess = grey => grey.expand(-1, 3, -1, -1) };
        UnitResponses whole = new UnitRecorder(colour, "").Record(Stimuli, options, null, Token)[0];
        Assert.Equal((4, 7), (whole.Units, whole.Values.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UnitRecorder(colour, "").Record(Stimuli, options with { BatchSize = 0 }, null, Token));
        Assert.Throws<ArgumentException>(() => new UnitRecorder(colour, "").Record([], options, null, Token));
    }

    private static Sequential Network() => nn.Sequential(
        ("features", nn.Sequential(("0", nn.Conv2d(1, 3, 3, padding: 1)), ("1", nn.ReLU()))),
        ("pool", new Probe(map => map.mean([2, 3]))),
        ("head", nn.Linear(3, 2)));

    private sealed class Cancel(CancellationTokenSource source) : IProgress<double>
    {
        internal int Reports { get; private set; }

        public void Report(double value)
        {
            Reports++;
            source.Cancel();
        }
    }
}
