using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using DivNorm.Bench;

// In this process: libtorch is loaded once, and no copy of it is built.
ManualConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(new InProcessEmitToolchain(logOutput: false)));
BenchmarkSwitcher.FromAssembly(typeof(LateralBenchmarks).Assembly).Run(args, config);
