"""YOLOv5 and YOLOv8, typed from the model files and modules that Ultralytics publishes.

The rows of a model file are numbered from 0, as its comments number them. Batch norm has Ultralytics' epsilon of 0.001.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from tests.torch_models.reference import Reference, typed

_CLASSES = 80
_ANCHORS = 3
_BINS = 16


class Size(NamedTuple):
    """What a scale of a model file says: how repeats and channels are multiplied, and the most channels before that."""

    depth: float
    width: float
    most: int = 1024

    def channels(self, out: int) -> int:
        return math.ceil(min(out, self.most) * self.width / 8) * 8

    def repeats(self, number: int) -> int:
        return max(round(number * self.depth), 1)


class Conv(nn.Sequential):
    """A convolution without a bias, batch norm and SiLU."""

    def __init__(self, channels: int, out: int, kernel: int = 1, stride: int = 1, padding: int | None = None) -> None:
        padding = kernel // 2 if padding is None else padding
        conv = nn.Conv2d(channels, out, kernel, stride, padding, bias=False)
        super().__init__(conv, nn.BatchNorm2d(out, eps=0.001), nn.SiLU())


class Bottleneck(nn.Module):
    """Two convolutions, the second of 3 x 3, whose input may be added."""

    def __init__(self, width: int, kernel: int, *, add: bool) -> None:
        super().__init__()
        self.cv1, self.cv2 = Conv(width, width, kernel), Conv(width, width, 3)
        self.add = add

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.cv2(self.cv1(x))
        return x + y if self.add else y


class C3(nn.Module):
    """YOLOv5's block: bottlenecks on one of two paths of half the channels."""

    def __init__(self, channels: int, out: int, depth: int, *, add: bool = True) -> None:
        super().__init__()
        width = out // 2
        self.cv1 = Conv(channels, width)
        self.m = nn.Sequential(*(Bottleneck(width, 1, add=add) for _ in range(depth)))
        self.cv2, self.cv3 = Conv(channels, width), Conv(2 * width, out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.cv3(torch.cat([self.m(self.cv1(x)), self.cv2(x)], 1))
        return y


class C2f(nn.Module):
    """YOLOv8's block: both halves of a convolution, and what each bottleneck makes of the one before it."""

    def __init__(self, channels: int, out: int, depth: int, *, add: bool = True) -> None:
        super().__init__()
        width = out // 2
        self.cv1 = Conv(channels, 2 * width)
        self.m = nn.ModuleList(Bottleneck(width, 3, add=add) for _ in range(depth))
        self.cv2 = Conv((2 + depth) * width, out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = list(self.cv1(x).chunk(2, 1))
        for bottleneck in self.m:
            kept.append(bottleneck(kept[-1]))
        y: torch.Tensor = self.cv2(torch.cat(kept, 1))
        return y


class SPPF(nn.Module):
    """Three max pools of 5 x 5 in a row, beside each other."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.cv1, self.cv2 = Conv(channels, channels // 2), Conv(2 * channels, out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = [self.cv1(x)]
        for _ in range(3):
            kept.append(functional.max_pool2d(kept[-1], 5, 1, 2))
        y: torch.Tensor = self.cv2(torch.cat(kept, 1))
        return y


class YOLOv5(nn.Module):
    """models/yolov5n.yaml to yolov5x.yaml, release 6.0 and later; what the last convolutions give is given."""

    def __init__(self, depth: float, width: float) -> None:
        super().__init__()
        size = Size(depth, width)
        c = {out: size.channels(out) for out in (64, 128, 256, 512, 1024)}
        self.stem = Conv(3, c[64], 6, 2, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(Conv(c[out // 2], c[out], 3, 2), C3(c[out], c[out], size.repeats(number)))
            for out, number in ((128, 3), (256, 6), (512, 9), (1024, 3))
        )
        self.sppf = SPPF(c[1024], c[1024])
        three = size.repeats(3)
        self.row10, self.row13 = Conv(c[1024], c[512]), C3(2 * c[512], c[512], three, add=False)
        self.row14, self.row17 = Conv(c[512], c[256]), C3(2 * c[256], c[256], three, add=False)
        self.row18, self.row20 = Conv(c[256], c[256], 3, 2), C3(2 * c[256], c[512], three, add=False)
        self.row21, self.row23 = Conv(c[512], c[512], 3, 2), C3(2 * c[512], c[1024], three, add=False)
        numbers = _ANCHORS * (5 + _CLASSES)
        self.detect = nn.ModuleList(nn.Conv2d(c[out], numbers, 1) for out in (256, 512, 1024))

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        maps = [self.stem(x)]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        _, _, row4, row6, row8 = maps
        row10 = self.row10(self.sppf(row8))
        row14 = self.row14(self.row13(_beside(_enlarged(row10), row6)))
        row17 = self.row17(_beside(_enlarged(row14), row4))
        row20 = self.row20(_beside(self.row18(row17), row14))
        row23 = self.row23(_beside(self.row21(row20), row10))
        return [last(row) for last, row in zip(self.detect, (row17, row20, row23), strict=True)]


class YOLOv8(nn.Module):
    """ultralytics/cfg/models/v8/yolov8.yaml; distances in strides, and scores before their sigmoid, are given."""

    def __init__(self, depth: float, width: float, most: int) -> None:
        super().__init__()
        size = Size(depth, width, most)
        c = {out: size.channels(out) for out in (64, 128, 256, 512, 1024)}
        self.stem = Conv(3, c[64], 3, 2)
        self.stages = nn.ModuleList(
            nn.Sequential(Conv(c[out // 2], c[out], 3, 2), C2f(c[out], c[out], size.repeats(number)))
            for out, number in ((128, 3), (256, 6), (512, 6), (1024, 3))
        )
        self.sppf = SPPF(c[1024], c[1024])
        three = size.repeats(3)
        self.row12 = C2f(c[1024] + c[512], c[512], three, add=False)
        self.row15 = C2f(c[512] + c[256], c[256], three, add=False)
        self.row16, self.row18 = Conv(c[256], c[256], 3, 2), C2f(c[256] + c[512], c[512], three, add=False)
        self.row19, self.row21 = Conv(c[512], c[512], 3, 2), C2f(c[512] + c[1024], c[1024], three, add=False)
        self.detect = Detect([c[256], c[512], c[1024]])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = [self.stem(x)]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        _, _, row4, row6, row8 = maps
        row9 = self.sppf(row8)
        row12 = self.row12(_beside(_enlarged(row9), row6))
        row15 = self.row15(_beside(_enlarged(row12), row4))
        row18 = self.row18(_beside(self.row16(row15), row12))
        row21 = self.row21(_beside(self.row19(row18), row9))
        y: tuple[torch.Tensor, torch.Tensor] = self.detect([row15, row18, row21])
        return y


class Detect(nn.Module):
    """YOLOv8's head: distributions of four distances (Li et al. 2020, Generalized Focal Loss), and classes."""

    def __init__(self, channels: list[int]) -> None:
        super().__init__()
        boxes, classes = max(16, channels[0] // 4, 4 * _BINS), max(channels[0], min(_CLASSES, 100))
        self.cv2 = nn.ModuleList(self.branch(each, boxes, 4 * _BINS) for each in channels)
        self.cv3 = nn.ModuleList(self.branch(each, classes, _CLASSES) for each in channels)
        self.dfl = nn.Conv2d(_BINS, 1, 1, bias=False)
        self.dfl.weight = nn.Parameter(torch.arange(float(_BINS)).reshape(1, _BINS, 1, 1), requires_grad=False)

    @staticmethod
    def branch(channels: int, width: int, out: int) -> nn.Sequential:
        return nn.Sequential(Conv(channels, width, 3), Conv(width, width, 3), nn.Conv2d(width, out, 1))

    def forward(self, maps: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        boxes = torch.cat([branch(x).flatten(2) for branch, x in zip(self.cv2, maps, strict=True)], 2)
        scores = torch.cat([branch(x).flatten(2) for branch, x in zip(self.cv3, maps, strict=True)], 2)
        distributions = boxes.unflatten(1, (4, _BINS)).transpose(1, 2).softmax(1)
        return self.dfl(distributions).squeeze(1), scores


def _enlarged(x: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=2.0)


def _beside(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.cat([x, y], 1)


_YOLOV5 = {"n": (0.33, 0.25), "s": (0.33, 0.5), "m": (0.67, 0.75), "l": (1.0, 1.0), "x": (1.33, 1.25)}
_YOLOV8 = {
    "n": (0.33, 0.25, 1024), "s": (0.33, 0.5, 1024), "m": (0.67, 0.75, 768), "l": (1.0, 1.0, 512), "x": (1.0, 1.25, 512)
}  # fmt: skip
_SAMPLED = ("n", "m")
_SAMPLE = (3, 64, 64)

REFERENCES: dict[str, Reference] = {
    **{
        f"yolov5{size}": typed(
            f"YOLOv5 typed from models/yolov5{size}.yaml", 3, 640, 640,
            build=YOLOv5, depth=depth, width=width, sample=_SAMPLE if size in _SAMPLED else None,
        )
        for size, (depth, width) in _YOLOV5.items()
    },
    **{
        f"yolov8{size}": typed(
            "YOLOv8 typed from yolov8.yaml", 3, 640, 640,
            build=YOLOv8, depth=depth, width=width, most=most, sample=_SAMPLE if size in _SAMPLED else None,
        )
        for size, (depth, width, most) in _YOLOV8.items()
    },
}  # fmt: skip
