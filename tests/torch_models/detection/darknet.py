"""YOLOv3, its small form and YOLOv4, typed from the configuration files of github.com/AlexeyAB/darknet.

Layers are counted as the files count them, from 0. What `[yolo]` layers read is given: boxes are not decoded.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from tests.torch_models.classification.darknet import convolution, cspdarknet53, darknet53
from tests.torch_models.reference import Reference, typed

_NUMBERS = 3 * (4 + 1 + 80)
"""For each of three anchors a box, whether there is something, and 80 classes."""


def alternating(channels: int, width: int, layers: int) -> nn.Sequential:
    """Convolutions of 1 x 1 and, to twice the width, of 3 x 3 in turn."""
    convolutions = nn.Sequential()
    for index in range(layers):
        out, kernel = (2 * width, 3) if index % 2 else (width, 1)
        convolutions.append(convolution(channels, out, kernel))
        channels = out
    return convolutions


def head(width: int) -> nn.Sequential:
    """The convolution before the last, and the last, which has a bias and no norm."""
    return nn.Sequential(convolution(width, 2 * width, 3), nn.Conv2d(2 * width, _NUMBERS, 1))


class Pools(nn.Module):
    """Layers 107 to 112 of yolov4.cfg: maxima of three sizes beside what they are of."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pools = [functional.max_pool2d(x, kernel, 1, kernel // 2) for kernel in (13, 9, 5)]
        return torch.cat([*pools, x], 1)


def pooled() -> nn.Sequential:
    """Three convolutions, the pools, and three more."""
    return alternating(1024, 512, 3).append(Pools()).extend(alternating(2048, 512, 3))


class Scale(nn.Module):
    """What is known of coarser things is enlarged and laid beside a map of the backbone; then five convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.lateral = convolution(2 * width, width, 1)
        self.five = alternating(3 * width, width, 5)
        self.head = head(width)

    def forward(self, coarser: torch.Tensor, skip: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        above = functional.interpolate(self.lateral(coarser), scale_factor=2.0)
        x = self.five(torch.cat([above, skip], 1))
        return x, self.head(x)


class YOLOv3(nn.Module):
    """yolov3.cfg, and yolov3-spp.cfg, which pools after three convolutions on the last map and has three more."""

    def __init__(self, *, spp: bool = False) -> None:
        super().__init__()
        self.backbone = darknet53()
        self.coarse = pooled() if spp else alternating(1024, 512, 5)
        self.head = head(512)
        self.scales = nn.ModuleList([Scale(256), Scale(128)])

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        *_, fine, middle, last = self.backbone(x)
        x = self.coarse(last)
        outputs = [self.head(x)]
        for scale, skip in zip(self.scales, (middle, fine), strict=True):
            x, output = scale(x, skip)
            outputs.append(output)
        return outputs


class YOLOv3Tiny(nn.Module):
    """yolov3-tiny.cfg; the pool of stride 1, layer 11, looks over the right and the lower border."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 16, 32, 64, 128, 256, 512)
        self.features = nn.ModuleList(convolution(a, b, 3) for a, b in pairwise(widths))
        self.neck = nn.Sequential(convolution(512, 1024, 3), convolution(1024, 256, 1))
        self.coarse = head(256)
        self.lateral = convolution(256, 128, 1)
        self.fine = nn.Sequential(convolution(384, 256, 3), nn.Conv2d(256, _NUMBERS, 1))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        for convolutions in self.features[:-1]:
            skip = convolutions(x)
            x = functional.max_pool2d(skip, 2, 2)
        x = functional.pad(self.features[-1](x), (0, 1, 0, 1), value=-torch.inf)
        x = self.neck(functional.max_pool2d(x, 2, 1))
        above = functional.interpolate(self.lateral(x), scale_factor=2.0)
        return [self.coarse(x), self.fine(torch.cat([above, skip], 1))]


class YOLOv4(nn.Module):
    """yolov4.cfg: a pyramid downwards to layer 136, and one upwards again (Liu et al. 2018, PANet)."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = cspdarknet53()
        self.top = pooled()
        self.down = nn.ModuleList(
            nn.ModuleList([convolution(2 * w, w, 1), convolution(2 * w, w, 1), alternating(2 * w, w, 5)])
            for w in (256, 128)
        )
        self.up = nn.ModuleList(
            nn.ModuleList([convolution(w // 2, w, 3, 2), alternating(2 * w, w, 5)]) for w in (256, 512)
        )
        self.heads = nn.ModuleList(map(head, (128, 256, 512)))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        *_, fine, middle, coarse = self.backbone(x)
        levels = [self.top(coarse)]
        for (narrow, lateral, five), skip in zip(self.down, (middle, fine), strict=True):
            above = functional.interpolate(narrow(levels[-1]), scale_factor=2.0)
            levels.append(five(torch.cat([lateral(skip), above], 1)))
        maps = [levels.pop()]
        for stride, five in self.up:
            maps.append(five(torch.cat([stride(maps[-1]), levels.pop()], 1)))
        return [last(each) for last, each in zip(self.heads, maps, strict=True)]


_SAMPLE = (3, 64, 64)

REFERENCES: dict[str, Reference] = {
    "yolov3": typed("YOLOv3 typed from yolov3.cfg", 3, 416, 416, build=YOLOv3, sample=_SAMPLE),
    "yolov3_spp": typed("YOLOv3 typed from yolov3-spp.cfg", 3, 608, 608, build=YOLOv3, spp=True),
    "yolov3_tiny": typed("YOLOv3-tiny typed from yolov3-tiny.cfg", 3, 416, 416, build=YOLOv3Tiny, sample=_SAMPLE),
    "yolov4": typed("YOLOv4 typed from yolov4.cfg", 3, 608, 608, build=YOLOv4, sample=_SAMPLE),
}
