"""Layers that specs of the tests define themselves, as modules written from their papers."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Involution(nn.Module):
    """A kernel for every position, made of what is there (Li et al. 2021, Involution, section 3 and algorithm 1)."""

    def __init__(self, channels: int, kernel: int, stride: int = 1, groups: int = 1, reduction: int = 4) -> None:
        super().__init__()
        self.kernel, self.groups = kernel, groups
        hidden = channels // reduction
        self.pool = nn.AvgPool2d(stride, stride) if stride > 1 else nn.Identity()
        self.reduce = nn.Sequential(nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU())
        self.span = nn.Conv2d(hidden, kernel * kernel * groups, 1)
        self.unfold = nn.Unfold(kernel, padding=(kernel - 1) // 2, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        kernels = self.span(self.reduce(self.pool(x)))
        batch, _, height, width = kernels.shape
        places = (self.kernel**2, height, width)
        kernels = kernels.view(batch, self.groups, *places)
        patches = self.unfold(x).view(batch, self.groups, x.shape[1] // self.groups, *places)
        return torch.einsum("bgkhw,bgckhw->bgchw", kernels, patches).reshape(batch, x.shape[1], height, width)


class Snake(nn.Module):
    """x + sin²(a x) / a with a learned a for each channel (Ziyin et al. 2020, equation 3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        alpha = self.alpha.reshape(1, -1, *[1] * (x.dim() - 2))
        return x + torch.sin(alpha * x) ** 2 / alpha


class Blur(nn.Module):
    """Every channel with a fixed binomial filter of 3 by 3, two steps at a time (Zhang 2019, section 3.2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        row = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("filter", (row[:, None] * row / 16).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.conv2d(x, self.filter, stride=2, padding=1, groups=x.shape[1])


class OneWide(nn.Module):
    """A depthwise convolution of one kind, whatever is said of it."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Broken(nn.Module):
    """A layer that cannot be made."""

    def __init__(self) -> None:
        raise ValueError("no such width")


def not_a_module() -> list[int]:
    """Something else than a layer."""
    return [1]


class AcrossSamples(nn.Module):
    """What each number is beyond the mean of the batch, which is nothing in a batch of one, added to it."""

    def forward(self, x: Tensor) -> Tensor:
        return x + (x - x.mean(0, keepdim=True))


class OneSample(nn.Module):
    """A layer that takes no batch of several."""

    def forward(self, x: Tensor) -> Tensor:
        return x.view(1, *x.shape[1:]) ** 3


class InPlace(nn.Module):
    """A layer that writes over what it reads."""

    def forward(self, x: Tensor) -> Tensor:
        return x.exp_()


class Random(nn.Module):
    """A layer that gives something else each time."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.dropout(x, training=True)


class SharedAxes(nn.Module):
    """Every unit sees all units, through their mean."""

    def forward(self, x: Tensor) -> Tensor:
        return x + x.mean((1, 2, 3), keepdim=True)
