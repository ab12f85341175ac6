"""Darknet-53 and its cross-stage partial form: timm's, and the one that Darknet's configuration files describe."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import nn

from tests.torch_models.reference import Reference, timm_reference, typed

if TYPE_CHECKING:
    from collections.abc import Callable

LEAKY = partial(nn.LeakyReLU, 0.1)

_STAGES = ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4))


def convolution(
    channels: int, out: int, kernel: int, stride: int = 1, act: Callable[[], nn.Module] = LEAKY
) -> nn.Sequential:
    """A `[convolutional]` section with `batch_normalize=1` and `pad=1`."""
    conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out), act())


class Shortcut(nn.Module):
    """Two convolutions and the sum with what they read: `[shortcut] from=-3`."""

    def __init__(self, channels: int, hidden: int, act: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.squeeze = convolution(channels, hidden, 1, act=act)
        self.expand = convolution(hidden, channels, 3, act=act)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = x + self.expand(self.squeeze(x))
        return y


class PartialStage(nn.Module):
    """Wang et al. 2020, CSPNet: half of the channels pass the blocks by, in the first stage as many as go in."""

    def __init__(self, channels: int, out: int, depth: int) -> None:
        super().__init__()
        width = out if out == 64 else out // 2
        self.down = convolution(channels, out, 3, 2, nn.Mish)
        self.past = convolution(out, width, 1, act=nn.Mish)
        self.before = convolution(out, width, 1, act=nn.Mish)
        self.blocks = nn.Sequential(*(Shortcut(width, out // 2, nn.Mish) for _ in range(depth)))
        self.after = convolution(width, width, 1, act=nn.Mish)
        self.merge = convolution(2 * width, out, 1, act=nn.Mish)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.down(x)
        past, through = self.past(x), self.after(self.blocks(self.before(x)))
        y: torch.Tensor = self.merge(torch.cat([through, past], 1))
        return y


class Backbone(nn.Module):
    """The maps of five stages, each of half the resolution of the one before."""

    def __init__(self, stem: nn.Module, stages: list[nn.Module]) -> None:
        super().__init__()
        self.stem = stem
        self.stages = nn.ModuleList(stages)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        maps = [self.stem(x)]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return maps[1:]


def darknet53() -> Backbone:
    """Redmon and Farhadi 2018, YOLOv3, table 1, without its last three rows; slopes as in darknet53.cfg."""
    stages: list[nn.Module] = []
    for out, depth in _STAGES:
        blocks = [Shortcut(out, out // 2, LEAKY) for _ in range(depth)]
        stages.append(nn.Sequential(convolution(out // 2, out, 3, 2), *blocks))
    return Backbone(convolution(3, 32, 3), stages)


def cspdarknet53() -> Backbone:
    """The same in cross-stage partial stages with Mish, layers 0 to 104 of yolov4.cfg."""
    stages: list[nn.Module] = [PartialStage(out // 2, out, depth) for out, depth in _STAGES]
    return Backbone(convolution(3, 32, 3, act=nn.Mish), stages)


class Classifier(nn.Module):
    """The mean of the last stage, and a linear layer, as in csdarknet53-omega.cfg."""

    def __init__(self, backbone: Callable[[], Backbone]) -> None:
        super().__init__()
        self.backbone = backbone()
        self.fc = nn.Linear(1024, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.fc(self.backbone(x)[-1].mean((2, 3)))
        return y


REFERENCES: dict[str, Reference] = {
    "darknet53": timm_reference("darknet53", 256, sample=64),
    "cspdarknet53": timm_reference("cspdarknet53", 256, sample=64),
    "cspdarknet53_mish": typed(
        "CSPDarknet-53 typed from csdarknet53-omega.cfg", 3, 256, 256,
        build=Classifier, backbone=cspdarknet53, sample=(3, 64, 64),
    ),
}  # fmt: skip
