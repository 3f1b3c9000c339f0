using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Layers;

/// <summary>
/// A random sample, each position as likely as any other, of the squared activations around positions: memory for so many
/// positions, whatever number is offered. Every position draws a key, and those with the smallest keys are kept.
/// </summary>
/// <param name="window">Side of the neighbourhood.</param>
/// <param name="most">Positions kept at most.</param>
/// <param name="seed">Of the keys.</param>
internal sealed class NeighborhoodSample(int window, int most, long seed) : IDisposable
{
    private readonly Generator generator = new((ulong)seed, CPU);
    private readonly List<(Tensor Keys, Tensor Rows)> kept = [];
    private double threshold = double.PositiveInfinity;

    /// <summary>Positions kept.</summary>
    public int Count => Math.Min(most, Held);

    private int Held => kept.Sum(one => (int)one.Keys.shape[0]);

    /// <summary>Offers the positions of [N, C, H, W].</summary>
    public void Add(Tensor activations)
    {
        using var scope = NewDisposeScope();
        var energy = activations.detach().to(ScalarType.Float64).Squared();
        if (!energy.isfinite().all().item<bool>())
            throw new ArgumentException("A fit needs finite activations, and one is NaN, infinite or too large to square.", nameof(activations));
        for (long image = 0; image < energy.shape[0]; image++)
        {
            var keys = rand([energy.shape[2] * energy.shape[3]], ScalarType.Float64, CPU, generator: generator);
            var chosen = keys.lt(threshold).nonzero().view(-1);
            if (chosen.shape[0] == 0)
                continue;
            var around = F.unfold(energy.slice(0, image, image + 1, 1), window, padding: window / 2).squeeze(0); // [C window^2, H W]
            kept.Add((keys[chosen].DetachFromDisposeScope(), around.index_select(1, chosen.to(energy.device)).t().contiguous().DetachFromDisposeScope()));
            if (Held > 2L * most)
                Compact();
        }
    }

    /// <summary>The sample, [positions, C * window^2], Float64: the squares around each position, a channel's window after another's.</summary>
    public Tensor Energies()
    {
        if (Held == 0)
            throw new ArgumentException("A fit needs activations, and none were given.");
        Compact();
        return kept[0].Rows.alias();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generator.Dispose();
        Release();
    }

    private void Compact()
    {
        using var scope = NewDisposeScope();
        var keys = cat([.. kept.Select(one => one.Keys)], 0);
        var rows = cat([.. kept.Select(one => one.Rows)], 0);
        var order = keys.argsort().slice(0, 0, most, 1);
        keys = keys[order].DetachFromDisposeScope();
        rows = rows.index_select(0, order.to(rows.device)).DetachFromDisposeScope();
        Release();
        kept.Add((keys, rows));
        if (keys.shape[0] == most)
            threshold = keys[-1].item<double>();
    }

    private void Release()
    {
        foreach (var (keys, rows) in kept)
        {
            keys.Dispose();
            rows.Dispose();
        }

        kept.Clear();
    }
}
