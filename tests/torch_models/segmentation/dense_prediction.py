"""Networks that label every pixel: FCN, U-Net, DeepLab v3."""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from tests.torch_models.reference import Reference, torchvision, torchvision_reference, typed


class FCN(nn.Module):
    """FCN-32s, 16s and 8s on VGG-16, Long et al. 2015, section 4; `skips` are channels of a pool and crop offset."""

    def __init__(self, skips: tuple[tuple[int, int], ...] = (), classes: int = 21) -> None:
        super().__init__()
        widths, depths = (64, 128, 256, 512, 512), (2, 2, 3, 3, 3)
        self.blocks = nn.ModuleList(map(self.block, (3, *widths), widths, depths))
        self.blocks[0][0].padding = (100, 100)
        self.score = nn.Sequential(
            nn.Conv2d(512, 4096, 7), nn.ReLU(), nn.Dropout(),
            nn.Conv2d(4096, 4096, 1), nn.ReLU(), nn.Dropout(),
            nn.Conv2d(4096, classes, 1),
        )  # fmt: skip
        self.offsets = [offset for _, offset in skips]
        self.scores = nn.ModuleList(nn.Conv2d(channels, classes, 1) for channels, _ in skips)
        self.doublings = nn.ModuleList(nn.ConvTranspose2d(classes, classes, 4, 2, bias=False) for _ in skips)
        stride = 2 ** (5 - len(skips))
        self.upsample = nn.ConvTranspose2d(classes, classes, 2 * stride, stride, bias=False)
        self.upsample.weight.requires_grad_(False)
        self.last_offset = {32: 19, 16: 27, 8: 31}[stride]

    @staticmethod
    def block(in_channels: int, out: int, depth: int) -> nn.Sequential:
        layers = nn.Sequential()
        for i in range(depth):
            layers.extend([nn.Conv2d(out if i else in_channels, out, 3, padding=1), nn.ReLU()])
        return layers.append(nn.MaxPool2d(2, ceil_mode=True))

    @staticmethod
    def crop(x: torch.Tensor, offset: int, like: torch.Tensor) -> torch.Tensor:
        return x[:, :, offset : offset + like.shape[2], offset : offset + like.shape[3]]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pools = [image]
        for block in self.blocks:
            pools.append(block(pools[-1]))
        x: torch.Tensor = self.score(pools[-1])
        finer = zip(pools[-2::-1], self.scores, self.doublings, self.offsets, strict=False)
        for pool, score, double, offset in finer:
            x = double(x)
            x = x + self.crop(score(pool), offset, x)
        return self.crop(self.upsample(x), self.last_offset, image)


class UNet(nn.Module):
    """U-Net, Ronneberger et al. 2015, Figure 1, or padded and with batch norm as common in PyTorch."""

    def __init__(self, base: int = 64, classes: int = 2, colours: int = 3, original: bool = False) -> None:
        super().__init__()
        double_conv = self.unpadded if original else self.padded
        widths = [base, 2 * base, 4 * base, 8 * base, 16 * base]
        self.down = nn.ModuleList(map(double_conv, [colours, *widths], widths))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(w, w // 2, 2, stride=2) for w in widths[:0:-1])
        self.up = nn.ModuleList(double_conv(w, w // 2) for w in widths[:0:-1])
        self.logits = nn.Conv2d(base, classes, 1)
        self.pool = nn.MaxPool2d(2)

    @staticmethod
    def padded(in_channels: int, out: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(in_channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
            nn.Conv2d(out, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
        )  # fmt: skip

    @staticmethod
    def unpadded(in_channels: int, out: int) -> nn.Module:
        return nn.Sequential(nn.Conv2d(in_channels, out, 3), nn.ReLU(), nn.Conv2d(out, out, 3), nn.ReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for level in self.down[:-1]:
            skips.append(level(x))
            x = self.pool(skips[-1])
        x = self.down[-1](x)
        for grow, up, skip in zip(self.grow, self.up, reversed(skips), strict=True):
            x = grow(x)
            size = x.shape[2]
            start = (skip.shape[2] - size) // 2
            x = up(torch.cat([skip[:, :, start : start + size, start : start + size], x], dim=1))
        result: torch.Tensor = self.logits(x)
        return result


def deeplab_v3_output_stride_16() -> nn.Module:
    """torchvision's DeepLab v3 with a stage less dilated, and half the rates of its pyramid, as section 4 has it."""
    from torchvision.models._utils import IntermediateLayerGetter
    from torchvision.models.segmentation.deeplabv3 import DeepLabHead, DeepLabV3
    from torchvision.models.segmentation.fcn import FCNHead

    resnet = torchvision.models.resnet50(replace_stride_with_dilation=[False, False, True])
    features = IntermediateLayerGetter(resnet, {"layer3": "aux", "layer4": "out"})
    return DeepLabV3(features, DeepLabHead(2048, 21, atrous_rates=(6, 12, 18)), FCNHead(1024, 21))


_segmentation = partial(torchvision_reference, resolution=520, weights_backbone=None, aux_loss=True)

REFERENCES: dict[str, Reference] = {
    "fcn32s": typed("FCN typed from section 4", 3, 500, 500, build=FCN),
    "fcn16s": typed("FCN typed from section 4", 3, 500, 500, build=FCN, skips=((512, 5),)),
    "fcn8s": typed("FCN typed from section 4", 3, 500, 500, build=FCN, skips=((512, 5), (256, 9))),
    "unet": typed("UNet typed from Figure 1, padded, with batch norm", 3, 256, 256, build=UNet),
    "unet_original": typed("UNet typed from Figure 1", 1, 572, 572, build=UNet, colours=1, original=True),
    "deeplabv3_resnet50": _segmentation("deeplabv3_resnet50"),
    "deeplabv3_resnet101": _segmentation("deeplabv3_resnet101"),
    "deeplabv3_resnet50_os16": typed(
        "torchvision deeplabv3_resnet50 with stage 3 strided", 3, 520, 520, build=deeplab_v3_output_stride_16
    ),
    "deeplabv3_mobilenet_v3_large": _segmentation("deeplabv3_mobilenet_v3_large"),
    "fcn_resnet50": _segmentation("fcn_resnet50"),
    "fcn_resnet101": _segmentation("fcn_resnet101"),
}
