"""EfficientDet, Tan et al. 2020: Table 1 and Figures 2 and 3, with what google/automl's efficientdet leaves to them."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import nn

from tests.torch_models.reference import Reference, torchvision, typed


class Scale(NamedTuple):
    """A row of Table 1."""

    backbone: str
    resolution: int
    width: int
    cells: int
    depth: int
    """Of the heads."""


SCALES = [
    Scale("efficientnet_b0", 512, 64, 3, 3),
    Scale("efficientnet_b1", 640, 88, 4, 3),
    Scale("efficientnet_b2", 768, 112, 5, 3),
    Scale("efficientnet_b3", 896, 160, 6, 4),
    Scale("efficientnet_b4", 1024, 224, 7, 4),
    Scale("efficientnet_b5", 1280, 288, 7, 4),
]


def separable(width: int, out: int, *, bias: bool) -> nn.Sequential:
    """A depthwise convolution and a pointwise one, with nothing between them."""
    return nn.Sequential(
        nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False), nn.Conv2d(width, out, 1, bias=bias)
    )


def pool() -> nn.MaxPool2d:
    return nn.MaxPool2d(3, 2, 1)


class Node(nn.Module):
    """Maps of one level, weighted by what they are worth (section 3.3, fast normalized fusion), and a convolution.

    The first map comes from the level itself; where it has other channels it goes through a 1x1 convolution first.
    """

    def __init__(self, channels: int, width: int, inputs: int, *, biases: bool) -> None:
        super().__init__()
        same = channels == width
        self.own = nn.Identity() if same else lateral(channels, width, biases=biases)
        self.weights = nn.Parameter(torch.ones(inputs))
        self.after = nn.Sequential(nn.SiLU(), separable(width, width, bias=biases), nn.BatchNorm2d(width))

    def forward(self, own: torch.Tensor, *others: torch.Tensor) -> torch.Tensor:
        weights = self.weights.relu()
        terms = [weight * x for weight, x in zip(weights, (self.own(own), *others), strict=True)]
        fused: torch.Tensor = self.after(sum(terms) / (weights.sum() + 1e-4))
        return fused


def lateral(channels: int, width: int, *, biases: bool) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, width, 1, bias=biases), nn.BatchNorm2d(width))


class BiFPN(nn.Module):
    """One layer of it: down from P7 to P3, and up again past what came in (Figure 2d)."""

    def __init__(self, channels: list[int], width: int, *, biases: bool) -> None:
        super().__init__()
        self.down = nn.ModuleList(Node(channels[level], width, 2, biases=biases) for level in (3, 2, 1))
        inputs = (2, 3, 3, 3, 2)
        self.up = nn.ModuleList(Node(channels[level], width, inputs[level], biases=biases) for level in range(5))
        self.grow, self.shrink = nn.Upsample(scale_factor=2), pool()

    def forward(self, maps: list[torch.Tensor]) -> list[torch.Tensor]:
        middle = {4: maps[4]}
        for level, node in zip((3, 2, 1), self.down, strict=True):
            middle[level] = node(maps[level], self.grow(middle[level + 1]))
        outs = [self.up[0](maps[0], self.grow(middle[1]))]
        for level in (1, 2, 3):
            outs.append(self.up[level](maps[level], middle[level], self.shrink(outs[-1])))
        return [*outs, self.up[4](maps[4], self.shrink(outs[-1]))]


class Head(nn.Module):
    """Numbers for nine anchors at every position: the levels have convolutions in common, and norms of their own."""

    def __init__(self, width: int, depth: int, each: int, *, biases: bool) -> None:
        super().__init__()
        self.each = each
        self.convolutions = nn.ModuleList(separable(width, width, bias=biases) for _ in range(depth))
        self.norms = nn.ModuleList(nn.ModuleList(nn.BatchNorm2d(width) for _ in range(depth)) for _ in range(5))
        self.predict = separable(width, 9 * each, bias=True)
        self.act = nn.SiLU()

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        numbers = []
        for level, norms in zip(maps, self.norms, strict=True):
            x = level
            for convolution, norm in zip(self.convolutions, norms, strict=True):
                x = self.act(norm(convolution(x)))
            anchors = self.predict(x).unflatten(1, (9, self.each))
            numbers.append(anchors.permute(0, 2, 3, 4, 1).flatten(2))
        return torch.cat(numbers, 2)


class EfficientDet(nn.Module):
    """The network without its anchors; the backbone is torchvision's."""

    def __init__(self, scale: Scale, classes: int = 90, *, biases: bool = True) -> None:
        super().__init__()
        features = getattr(torchvision.models, scale.backbone)(weights=None).features
        self.stages = nn.ModuleList([features[:4], features[4:6], features[6:8]])
        channels = [stage[-1][-1].out_channels for stage in self.stages]
        width = scale.width
        self.sixth = nn.Sequential(lateral(channels[-1], width, biases=biases), pool())
        self.seventh = pool()
        cells = [[*channels, width, width], *[[width] * 5] * (scale.cells - 1)]
        self.cells = nn.Sequential(*(BiFPN(cell, width, biases=biases) for cell in cells))
        self.heads = nn.ModuleList(Head(width, scale.depth, each, biases=biases) for each in (classes, 4))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        maps = [image]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        maps = [*maps[1:], self.sixth(maps[-1])]
        maps = self.cells([*maps, self.seventh(maps[-1])])
        return tuple(head(maps) for head in self.heads)


def _typed(scale: Scale, **kwargs: Any) -> Reference:
    source = "typed from the paper, with torchvision's backbone"
    return typed(source, 3, scale.resolution, scale.resolution, build=EfficientDet, scale=scale, **kwargs)


REFERENCES = {
    **{f"efficientdet_d{phi}": _typed(scale) for phi, scale in enumerate(SCALES)},
    "efficientdet_d0_pytorch": _typed(SCALES[0], biases=False, sample=(3, 128, 256)),
}
