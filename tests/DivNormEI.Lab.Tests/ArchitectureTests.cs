using System.Reflection;
using NetArchTest.Rules;
using Xunit;

namespace DivNorm.Lab.Tests;

/// <summary>The arrows between rooms (docs/design.md): nothing points back.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Core = typeof(DivNorm.Layers.DivNormEI).Assembly;
    private static readonly Assembly Lab = typeof(DivNorm.Lab.Experiments.RunEnvironment).Assembly;

    public static TheoryData<string, string[]> Forbidden => new()
    {
        // the kernels know nothing but memory
        { "DivNorm.Kernels", ["TorchSharp", "DivNorm.Layers", "DivNorm.Models", "DivNorm.Filters", "DivNorm.Interop"] },
        { "DivNorm.Filters", ["DivNorm.Layers", "DivNorm.Models", "DivNorm.Interop", "DivNorm.Kernels"] },
        { "DivNorm.Layers", ["DivNorm.Models", "DivNorm.Interop"] },
        { "DivNorm.Interop", ["DivNorm.Kernels"] },
        { "DivNorm.Models", ["DivNorm.Interop", "DivNorm.Kernels"] },
        { "DivNorm.Lab.Stimuli", ["DivNorm.Layers", "DivNorm.Models", "DivNorm.Lab.Physiology", "DivNorm.Lab.Training", "DivNorm.Lab.Experiments", "DivNorm.Lab.Reporting"] },
        { "DivNorm.Lab.Data", ["DivNorm.Layers", "DivNorm.Models", "DivNorm.Lab.Physiology", "DivNorm.Lab.Training", "DivNorm.Lab.Experiments"] },
        { "DivNorm.Lab.Physiology", ["DivNorm.Lab.Data", "DivNorm.Lab.Training", "DivNorm.Lab.Experiments", "DivNorm.Lab.Reporting"] },
        { "DivNorm.Lab.Training", ["DivNorm.Lab.Physiology", "DivNorm.Lab.Stimuli", "DivNorm.Lab.Experiments", "DivNorm.Lab.Reporting"] },

        // reports are made of plain records: no tensors, no models
        { "DivNorm.Lab.Reporting", ["TorchSharp", "DivNorm.Layers", "DivNorm.Models", "DivNorm.Lab.Experiments", "DivNorm.Lab.Training", "DivNorm.Lab.Physiology", "DivNorm.Lab.Data", "DivNorm.Lab.Stimuli"] },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void Room_DependsOnNothingBehindIt(string room, string[] forbidden)
    {
        ArgumentNullException.ThrowIfNull(room);
        var assembly = room.StartsWith("DivNorm.Lab", StringComparison.Ordinal) ? Lab : Core;
        var types = Types.InAssembly(assembly).That().ResideInNamespaceStartingWith(room);
        Assert.NotEmpty(types.GetTypes());
        var result = types.ShouldNot().HaveDependencyOnAny(forbidden).GetResult();
        Assert.True(result.IsSuccessful, $"{room} must not use {string.Join(", ", forbidden)}: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Fact]
    public void Core_DependsOnTorchSharpAlone()
    {
        var outside = Core.GetReferencedAssemblies().Select(a => a.Name!).Where(n => !n.StartsWith("System", StringComparison.Ordinal));
        Assert.Equal(["TorchSharp"], outside);
    }

    [Fact]
    public void PublicClasses_AreSealedOrStaticOrAbstract()
    {
        var open = Core.GetExportedTypes().Concat(Lab.GetExportedTypes()).Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false });
        Assert.Empty(open);
    }
}
