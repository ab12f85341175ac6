"""Networks that label every voxel: V-Net, the 3D U-Net, and the one that nnU-Net plans."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed


class Stage(nn.Module):
    """Convolutions whose sum with what they read goes through the last PReLU, Milletari et al. 2016, Figure 2."""

    def __init__(self, channels: int, out: int, depth: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for number in range(depth):
            layers += [nn.PReLU(out)] if number else []
            layers.append(nn.Conv3d(out if number else channels, out, 5, padding=2))
        self.body, self.last = nn.Sequential(*layers), nn.PReLU(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.last(self.body(x) + x)
        return y


class VNet(nn.Module):
    """V-Net, Milletari et al. 2016, Figure 2: what is on the right is twice as wide as what was grown."""

    def __init__(self, colours: int = 1, classes: int = 2) -> None:
        super().__init__()
        self.first, self.left, self.right = Stage(colours, 16, 1), nn.ModuleList(), nn.ModuleList()
        for width, depth in ((32, 2), (64, 3), (128, 3), (256, 3)):
            shrink = nn.Sequential(nn.Conv3d(width // 2, width, 2, 2), nn.PReLU(width))
            self.left.append(nn.Sequential(shrink, Stage(width, width, depth)))
        read = 256
        for width, depth in ((256, 3), (128, 3), (64, 2), (32, 1)):
            grow = nn.Sequential(nn.ConvTranspose3d(read, width // 2, 2, 2), nn.PReLU(width // 2))
            self.right.append(nn.ModuleList([grow, Stage(width, width, depth)]))
            read = width
        self.last = nn.Conv3d(32, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = [self.first(x)]
        for level in self.left:
            skips.append(level(skips[-1]))
        x = skips.pop()
        for grow, stage in self.right:
            x = stage(torch.cat([grow(x), skips.pop()], 1))
        result: torch.Tensor = self.last(x)
        return result


class UNet3d(nn.Module):
    """3D U-Net, Cicek et al. 2016, Figure 2: nothing is padded, and Caffe's batch norm has no gain and no shift."""

    def __init__(self, colours: int = 3, classes: int = 3) -> None:
        super().__init__()
        rows = [(colours, 32, 64), (64, 64, 128), (128, 128, 256), (256, 256, 512)]
        self.down = nn.ModuleList(self.twice(*row) for row in rows)
        self.grow = nn.ModuleList(nn.ConvTranspose3d(width, width, 2, 2, bias=False) for width in (512, 256, 128))
        self.up = nn.ModuleList(self.twice(3 * width, width, width) for width in (256, 128, 64))
        self.last = nn.Conv3d(64, classes, 1)

    @staticmethod
    def twice(*widths: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for read, out in pairwise(widths):
            layers += [nn.Conv3d(read, out, 3), nn.BatchNorm3d(out, affine=False), nn.ReLU()]
        return nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = [self.down[0](x)]
        for level in self.down[1:]:
            skips.append(level(nn.functional.max_pool3d(skips[-1], 2)))
        x = skips.pop()
        for grow, up in zip(self.grow, self.up, strict=True):
            x, skip = grow(x), skips.pop()
            for axis in (2, 3, 4):
                skip = skip.narrow(axis, (skip.shape[axis] - x.shape[axis]) // 2, x.shape[axis])
            x = up(torch.cat([skip, x], 1))
        result: torch.Tensor = self.last(x)
        return result


class PlainConvUNet(nn.Module):
    """nnU-Net's plain network, from its dynamic_network_architectures: heads on all stages, the finest in inference."""

    def __init__(self, colours: int = 4, classes: int = 4) -> None:
        super().__init__()
        widths = [32, 64, 128, 256, 320, 320]
        self.down = nn.ModuleList(
            self.twice(read, out, 2 if number else 1) for number, (read, out) in enumerate(pairwise([colours, *widths]))
        )
        self.grow, self.up, self.heads = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for below, width in pairwise(widths[::-1]):
            self.grow.append(nn.ConvTranspose3d(below, width, 2, 2))
            self.up.append(self.twice(2 * width, width))
            self.heads.append(nn.Conv3d(width, classes, 1))

    @staticmethod
    def twice(channels: int, out: int, stride: int = 1) -> nn.Sequential:
        layers: list[nn.Module] = []
        for read, step in ((channels, stride), (out, 1)):
            layers += [nn.Conv3d(read, out, 3, step, 1), nn.InstanceNorm3d(out, affine=True), nn.LeakyReLU(0.01)]
        return nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor | list[torch.Tensor]:
        skips = []
        for level in self.down:
            x = level(x)
            skips.append(x)
        found = []
        skips.pop()
        for grow, up, head in zip(self.grow, self.up, self.heads, strict=True):
            x = up(torch.cat([grow(x), skips.pop()], 1))
            if self.training or not skips:
                found.append(head(x))
        return found[::-1] if self.training else found[0]


REFERENCES: dict[str, Reference] = {
    "vnet": typed("VNet typed from Figure 2", 1, 128, 128, 64, build=VNet, sample=(1, 16, 16, 16)),
    "unet_3d": typed("UNet3d typed from Figure 2", 3, 132, 132, 116, build=UNet3d),
    "nnunet_3d_fullres": typed(
        "PlainConvUNet typed from nnU-Net", 4, 128, 128, 128, build=PlainConvUNet, sample=(4, 64, 32, 32)
    ),
}
