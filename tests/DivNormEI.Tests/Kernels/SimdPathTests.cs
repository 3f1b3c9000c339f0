using DivNorm.Kernels;
using Xunit;

namespace DivNorm.Tests.Kernels;

public sealed class SimdPathTests
{
    [Fact]
    public void Names_ReadBack_WhateverTheirCase()
    {
        foreach (SimdPath path in SimdPaths.Available)
            Assert.Equal(path, SimdPaths.Parse(SimdPaths.Name(path).ToUpperInvariant(), "option"));
        Assert.Null(SimdPaths.Parse(" ", "option"));
    }

    [Fact]
    public void AnUnknownName_IsAnError_ThatListsTheNames()
    {
        var error = Assert.Throws<ArgumentException>(() => SimdPaths.Parse("sse9", SimdPaths.Variable));
        Assert.Contains("DIVNORMEI_KERNEL is 'sse9'", error.Message);
        Assert.Contains("avx512, avx2, portable, libtorch", error.Message);
    }

    [Fact]
    public void PortableAndLibTorch_AreAlwaysThere() =>
        Assert.Equal([SimdPath.Portable, SimdPath.LibTorch], SimdPaths.Available.TakeLast(2));
}
