namespace DivNorm.Lab.Tests;

public sealed class Smoke
{
    [Xunit.Fact]
    public void Ones() => Xunit.Assert.Equal(6f, TorchSharp.torch.ones(2, 3).sum().item<float>());
}
