namespace DivNorm.Lab.Experiments.Upscaling;

/// <summary>How a network is shown an image.</summary>
public enum UpscaleView
{
    /// <summary>Every place with all around it that the network reaches: the network's answer to the whole image.</summary>
    Whole,

    /// <summary>
    /// In crops of the size that the network was trained on, half over one another, and of their answers the mean, weighted towards the middles of the crops. For networks that were
    /// trained on crops so small that no place had all around it that the network reaches: with more around it the lateral sums are larger than any in training.
    /// </summary>
    Crops,
}
