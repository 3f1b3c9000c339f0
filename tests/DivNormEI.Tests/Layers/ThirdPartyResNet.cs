using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DivNorm.Tests.Layers;

/// <summary>A small residual network (He et al. 2016) as others write them for TorchSharp: private fields, RegisterComponents, no dispose scopes, one ReLU for all.</summary>
internal sealed class ThirdPartyResNet : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly ReLU relu;
    private readonly MaxPool2d maxpool;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly AdaptiveAvgPool2d avgpool;
    private readonly Linear fc;

    private long in_planes = 4;

    public ThirdPartyResNet(int classes = 3)
        : base("ResNet")
    {
        conv1 = nn.Conv2d(3, in_planes, 7, stride: 2, padding: 3, bias: false);
        bn1 = nn.BatchNorm2d(in_planes);
        relu = nn.ReLU();
        maxpool = nn.MaxPool2d(3, stride: 2, padding: 1);
        layer1 = MakeLayer(4, 2, 1);
        layer2 = MakeLayer(6, 1, 2);
        layer3 = MakeLayer(8, 1, 2);
        layer4 = MakeLayer(10, 1, 2);
        avgpool = nn.AdaptiveAvgPool2d(1);
        fc = nn.Linear(10, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = maxpool.call(relu.call(bn1.call(conv1.call(x))));
        x = layer4.call(layer3.call(layer2.call(layer1.call(x))));
        return fc.call(avgpool.call(x).flatten(1));
    }

    private Sequential MakeLayer(long planes, int blocks, int stride)
    {
        var list = new List<nn.Module<Tensor, Tensor>>();
        for (int i = 0; i < blocks; i++)
        {
            list.Add(new BasicBlock(in_planes, planes, i == 0 ? stride : 1));
            in_planes = planes;
        }

        return nn.Sequential([.. list]);
    }

    private sealed class BasicBlock : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Sequential? downsample;

        public BasicBlock(long in_planes, long planes, int stride)
            : base("BasicBlock")
        {
            conv1 = nn.Conv2d(in_planes, planes, 3, stride: stride, padding: 1, bias: false);
            bn1 = nn.BatchNorm2d(planes);
            conv2 = nn.Conv2d(planes, planes, 3, padding: 1, bias: false);
            bn2 = nn.BatchNorm2d(planes);
            if (stride != 1 || in_planes != planes)
                downsample = nn.Sequential(nn.Conv2d(in_planes, planes, 1, stride: stride, bias: false), nn.BatchNorm2d(planes));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var identity = downsample is null ? x : downsample.call(x);
            var y = bn2.call(conv2.call(F.relu(bn1.call(conv1.call(x)))));
            return F.relu(y + identity);
        }
    }
}
