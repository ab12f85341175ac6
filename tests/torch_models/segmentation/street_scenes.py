"""Networks that label every pixel of a street or a room: SegNet, PSPNet, ENet, BiSeNet V2."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from tests.torch_models.reference import Reference, pytorchcv_reference, torchvision, typed


def conv_bn_relu(
    channels: int, out: int, kernel: int = 3, *, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    """A convolution without bias, batch norm, and a ReLU."""
    conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), *([nn.ReLU()] if act else []))


class SegNet(nn.Module):
    """SegNet, Badrinarayanan et al. 2017, section 3, and segnet_train.prototxt: pools round up, biases before norms."""

    def __init__(self, classes: int = 11) -> None:
        super().__init__()
        widths, depths = [64, 128, 256, 512, 512], [2, 2, 3, 3, 3]
        read = 3
        self.encoders, self.decoders = nn.ModuleList(), nn.ModuleList()
        for width, depth in zip(widths, depths, strict=True):
            self.encoders.append(self.stage([read] + [width] * depth))
            read = width
        for width, depth, below in zip(widths[::-1], depths[::-1], [512, 256, 128, 64], strict=False):
            self.decoders.append(self.stage([width] * depth + [below]))
        self.last = nn.Sequential(self.stage([64, 64]), nn.Conv2d(64, classes, 3, padding=1))

    @staticmethod
    def stage(widths: list[int]) -> nn.Sequential:
        layers: list[nn.Module] = []
        for read, out in pairwise(widths):
            layers += [nn.Conv2d(read, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU()]
        return nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pools = []
        for encoder in self.encoders:
            y = encoder(x)
            x, places = functional.max_pool2d(y, 2, ceil_mode=True, return_indices=True)
            pools.append((places, y.shape[2:]))
        for decoder, (places, size) in zip([*self.decoders, self.last], reversed(pools), strict=True):
            x = decoder(functional.max_unpool2d(x, places, 2, output_size=size))
        return x


class PSPNet(nn.Module):
    """PSPNet, Zhao et al. 2017, as in github.com/hszhao/semseg: a stem of three convolutions, and an auxiliary head.

    Maps are enlarged with the middles of pixels in place (`align_corners=False`), and to the size of the image.
    """

    def __init__(self, depth: int = 50, classes: int = 19) -> None:
        super().__init__()
        build = {50: torchvision.models.resnet50, 101: torchvision.models.resnet101}[depth]
        body = build(weights=None, replace_stride_with_dilation=[False, True, True])
        self.stem = nn.Sequential(
            conv_bn_relu(3, 64, stride=2), conv_bn_relu(64, 64), conv_bn_relu(64, 128), nn.MaxPool2d(3, 2, 1)
        )
        body.layer1[0].conv1 = nn.Conv2d(128, 64, 1, bias=False)
        body.layer1[0].downsample[0] = nn.Conv2d(128, 256, 1, bias=False)
        for layer, dilation in ((body.layer3, 2), (body.layer4, 4)):  # torchvision dilates from the second block on
            layer[0].conv2.dilation = layer[0].conv2.padding = (dilation, dilation)
        self.early = nn.Sequential(body.layer1, body.layer2, body.layer3)
        self.late = body.layer4
        self.pyramid = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(size), conv_bn_relu(2048, 512, 1)) for size in (1, 2, 3, 6)
        )
        self.head = nn.Sequential(conv_bn_relu(4096, 512), nn.Dropout(0.1), nn.Conv2d(512, classes, 1))
        self.aux = nn.Sequential(conv_bn_relu(1024, 256), nn.Dropout(0.1), nn.Conv2d(256, classes, 1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.late(self.early(self.stem(image)))
        enlarge = partial(functional.interpolate, mode="bilinear")
        x = torch.cat([x, *[enlarge(level(x), size=x.shape[2:]) for level in self.pyramid]], 1)
        return enlarge(self.head(x), size=image.shape[2:])


class GatherExpand(nn.Module):
    """The gather-and-expansion layer of Yu et al. 2021, Figure 5, with a stride or without."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        wide, depthwise = 6 * channels, partial(conv_bn_relu, act=False)
        self.body = nn.Sequential(
            conv_bn_relu(channels, channels),
            *([depthwise(channels, wide, stride=2, groups=channels)] if stride == 2 else []),
            conv_bn_relu(wide if stride == 2 else channels, wide, groups=wide if stride == 2 else channels),
            conv_bn_relu(wide, out, 1, act=False),
        )
        self.shortcut = nn.Sequential()
        if stride == 2:
            self.shortcut.extend([depthwise(channels, channels, stride=2, groups=channels)])
            self.shortcut.extend([conv_bn_relu(channels, out, 1, act=False)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class BiSeNetV2(nn.Module):
    """BiSeNet V2, Yu et al. 2021, as in github.com/CoinCheung/BiSeNet: heads on four stages in training."""

    def __init__(self, classes: int = 19) -> None:
        super().__init__()
        rows = [(3, 64, 2), (64, 64, 1), (64, 64, 2), (64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1)]
        self.detail = nn.Sequential(*[conv_bn_relu(a, b, stride=s) for a, b, s in [*rows, (128, 128, 1)]])
        self.stem = conv_bn_relu(3, 16, stride=2)
        self.left, self.right = (
            nn.Sequential(conv_bn_relu(16, 8, 1), conv_bn_relu(8, 16, stride=2)),
            nn.MaxPool2d(3, 2, 1),
        )
        self.fuse = conv_bn_relu(32, 16)
        self.third = nn.Sequential(GatherExpand(16, 32, 2), GatherExpand(32, 32, 1))
        self.fourth = nn.Sequential(GatherExpand(32, 64, 2), GatherExpand(64, 64, 1))
        self.fifth = nn.Sequential(GatherExpand(64, 128, 2), *[GatherExpand(128, 128, 1) for _ in range(3)])
        self.context_norm, self.context = nn.BatchNorm2d(128), conv_bn_relu(128, 128, 1)
        self.context_last = conv_bn_relu(128, 128)
        separable = partial(conv_bn_relu, 128, 128, groups=128, act=False)
        self.detail_kept = nn.Sequential(separable(), nn.Conv2d(128, 128, 1, bias=False))
        self.detail_small = nn.Sequential(conv_bn_relu(128, 128, stride=2, act=False), nn.AvgPool2d(3, 2, 1))
        self.semantic_grown = nn.Sequential(conv_bn_relu(128, 128, act=False), nn.Upsample(scale_factor=4))
        self.semantic_kept = nn.Sequential(separable(), nn.Conv2d(128, 128, 1, bias=False))
        self.grow, self.aggregated = nn.Upsample(scale_factor=4), conv_bn_relu(128, 128)
        self.head = nn.Sequential(conv_bn_relu(128, 1024), nn.Dropout(0.1), nn.Conv2d(1024, classes, 1))
        self.boosters = nn.ModuleList(
            self.booster(channels, factor, classes) for channels, factor in ((16, 4), (32, 8), (64, 16), (128, 32))
        )

    @staticmethod
    def booster(channels: int, factor: int, classes: int) -> nn.Module:
        twice = nn.Sequential(nn.Upsample(scale_factor=2), conv_bn_relu(128, factor**2))
        last = nn.Conv2d(factor**2, classes, 1), nn.Upsample(scale_factor=factor // 2, mode="bilinear")
        return nn.Sequential(conv_bn_relu(channels, 128), nn.Dropout(0.1), twice, *last)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        detail, x = self.detail(image), self.stem(image)
        x = self.fifth(self.fourth(self.third(self.fuse(torch.cat([self.left(x), self.right(x)], 1)))))
        x = self.context_last(self.context(self.context_norm(x.mean((2, 3), keepdim=True))) + x)
        fine = self.detail_kept(detail) * torch.sigmoid(self.semantic_grown(x))
        coarse = self.detail_small(detail) * torch.sigmoid(self.semantic_kept(x))
        scores = self.head(self.aggregated(fine + self.grow(coarse)))
        return functional.interpolate(scores, scale_factor=8, mode="bilinear")


REFERENCES: dict[str, Reference] = {
    "segnet": typed("SegNet typed from segnet_train.prototxt", 3, 360, 480, build=SegNet, sample=(3, 36, 44)),
    "pspnet_resnet50": typed("PSPNet typed from hszhao/semseg", 3, 713, 713, build=PSPNet, sample=(3, 65, 73)),
    "pspnet_resnet101": typed("PSPNet typed from hszhao/semseg", 3, 713, 713, build=PSPNet, depth=101),
    "enet": pytorchcv_reference("enet_cityscapes")._replace(shapes=((3, 360, 640),), sample=((3, 40, 64),)),
    "bisenet_v2": typed("BiSeNetV2 typed from CoinCheung/BiSeNet", 3, 512, 1024, build=BiSeNetV2, sample=(3, 64, 96)),
}
