using TorchSharp;

namespace DivNorm.Models;

/// <summary>What one layer of a network costs for one image.</summary>
/// <param name="Name">Its name in the state dict.</param>
/// <param name="Output">Shape of its output: channels, height, width; or units.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="MultiplyAdds">
/// Multiply-adds of its convolutions or matrix products in a forward pass, counted as they are written: the transforms of a fast
/// kernel take fewer. Biases, divisions and batch norms are left out.
/// </param>
public sealed record LayerCost(string Name, IReadOnlyList<long> Output, long Parameters, long MultiplyAdds);

/// <content>The statement of costs.</content>
public sealed partial class Vgg9
{
    /// <summary>Every layer's parameters and multiply-adds, in order.</summary>
    public IReadOnlyList<LayerCost> Costs()
    {
        var costs = new List<LayerCost>();
        int side = Options.InputSize;
        for (int place = 1; place <= Vgg9Options.Convolutions; place++)
        {
            long width = convolutions[place - 1].weight!.shape[0];
            long[] output = [width, side, side];
            costs.Add(Cost($"conv{place}", convolutions[place - 1], output));
            if (normalizations.TryGetValue(place, out var layer))
                costs.Add(Cost($"norm{place}", layer, output));
            if (batchNorms.TryGetValue(place, out var norm))
                costs.Add(Cost($"bn{place}", norm, output));
            if (IsPooled(place))
                side /= 2;
        }

        for (int i = 0; i < dense.Count; i++)
            costs.Add(Cost($"fc{i + 1}", dense[i], [dense[i].weight.shape[0]]));
        return costs;
    }

    /// <summary>A kernel of a convolution or a matrix works once at every place of the output; a vector (a bias, a gain) is no product.</summary>
    private static LayerCost Cost(string name, torch.nn.Module layer, long[] output)
    {
        long places = output.Skip(1).Aggregate(1L, (product, size) => product * size);
        var parameters = layer.parameters().Select(p => (Count: p.numel(), Products: p.dim() >= 2)).ToList();
        return new LayerCost(name, output, parameters.Sum(p => p.Count), parameters.Where(p => p.Products).Sum(p => p.Count) * places);
    }
}
