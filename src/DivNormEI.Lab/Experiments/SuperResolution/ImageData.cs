namespace DivNorm.Lab.Experiments.SuperResolution;

/// <summary>The images of a run.</summary>
/// <param name="Source">Where they come from, in words.</param>
/// <param name="TrainImages">Images that training crops are drawn from.</param>
/// <param name="ValidationImages">Images that validation crops are drawn from.</param>
/// <param name="Skipped">Files that were not used: strays, corrupt or too small ones.</param>
public sealed record ImageData(string Source, int TrainImages, int ValidationImages, int Skipped);

/// <summary>Interpolation of the low-resolution image on the validation crops: PSNR in dB and SSIM.</summary>
/// <param name="BicubicPsnr">PSNR of bicubic interpolation.</param>
/// <param name="BicubicSsim">SSIM of bicubic interpolation.</param>
/// <param name="BilinearPsnr">PSNR of bilinear interpolation.</param>
/// <param name="BilinearSsim">SSIM of bilinear interpolation.</param>
public sealed record InterpolationBaselines(double BicubicPsnr, double BicubicSsim, double BilinearPsnr, double BilinearSsim);
