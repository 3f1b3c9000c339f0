using System.Diagnostics;
using DivNorm.Lab.Data;
using DivNorm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DivNorm.Lab.Training;

/// <summary>
/// Trains a <see cref="SuperResolutionNet"/> without labels: crops are scaled down, the network scales them up, and Adam
/// lowers the summed squared error against the crops. It can be stopped after any step and resumed to the same bits.
/// </summary>
public sealed class SuperResolutionTrainer : IDisposable
{
    private readonly SuperResolutionNet model;
    private readonly CropSampler sampler;
    private readonly int batchSize;
    private readonly Func<int, double> learningRate;
    private readonly string run;
    private readonly Adam optimizer;
    private readonly List<double> losses = [];
    private double seconds;

    /// <summary>A trainer at step 0. Make it outside dispose scopes.</summary>
    /// <param name="model">The network; the caller owns it.</param>
    /// <param name="sampler">Draws the crops.</param>
    /// <param name="batchSize">Crops a step, 2 or more.</param>
    /// <param name="learningRate">The learning rate of a step, counted from 0.</param>
    /// <param name="run">What identifies the run in its checkpoints.</param>
    public SuperResolutionTrainer(SuperResolutionNet model, CropSampler sampler, int batchSize, Func<int, double> learningRate, string run)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(learningRate);
        this.model = model;
        this.sampler = sampler;
        this.batchSize = batchSize;
        this.learningRate = learningRate;
        this.run = run;
        optimizer = new Adam(model);
    }

    /// <summary>Steps taken.</summary>
    public int Step => losses.Count;

    /// <summary>Seconds spent in steps, resumed ones included.</summary>
    public double Seconds => seconds;

    /// <summary>The loss of every step: summed squared error a crop.</summary>
    public IReadOnlyList<double> Losses => losses;

    /// <summary>Draws a batch, scales it down, and takes one step of Adam.</summary>
    /// <returns>The summed squared error a crop, before the step.</returns>
    /// <exception cref="TrainingDivergedException">The loss is NaN or infinite; the weights are as they were.</exception>
    public double TrainStep()
    {
        long start = Stopwatch.GetTimestamp();
        using var scope = NewDisposeScope();
        model.train();
        double rate = learningRate(Step);
        var target = sampler.Next(batchSize);
        var low = Resample.Down(target, SuperResolutionNet.Scale);
        optimizer.ZeroGrad();
        var loss = (model.call(low) - target).Squared().sum();
        double value = loss.item<float>() / batchSize;
        if (!double.IsFinite(value))
            throw new TrainingDivergedException($"Training diverged: the loss is {value} at step {Step + 1} with a learning rate of {rate:g3}; try a smaller learningRate.");
        loss.backward();
        optimizer.Step(rate);
        losses.Add(value);
        seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        return value;
    }

    /// <summary>Writes a checkpoint of this moment.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserInputException">The file cannot be written.</exception>
    public void Save(string path) => Checkpoint.Save(path, model, optimizer, new TrainingState(run, Step, seconds, losses, sampler.State));

    /// <summary>Goes to the moment of a checkpoint. Call it outside dispose scopes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserInputException">The file is no checkpoint, or one of another run.</exception>
    public void Resume(string path)
    {
        var state = Checkpoint.Load(path, run, model, optimizer);
        losses.Clear();
        losses.AddRange(state.Losses);
        seconds = state.Seconds;
        sampler.State = state.Sampler;
    }

    /// <inheritdoc/>
    public void Dispose() => optimizer.Dispose();
}
