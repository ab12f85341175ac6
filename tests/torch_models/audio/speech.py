"""Networks over speech: QuartzNet."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed

_EPS = 1e-3


def separable(channels: int, out: int, kernel: int, stride: int = 1, dilation: int = 1) -> list[nn.Module]:
    """A convolution over time in each channel, one over channels, and batch norm, Kriman et al. 2020, section 3.1."""
    padding = dilation * (kernel - 1) // 2
    return [
        nn.Conv1d(channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False),
        nn.Conv1d(channels, out, 1, bias=False),
        nn.BatchNorm1d(out, eps=_EPS),
    ]


class QuartzBlock(nn.Module):
    """Five modules and a projection that is added before the last ReLU, Figure 1."""

    def __init__(self, channels: int, out: int, kernel: int) -> None:
        super().__init__()
        layers = separable(channels, out, kernel)
        for _ in range(4):
            layers += [nn.ReLU(), *separable(out, out, kernel)]
        self.body = nn.Sequential(*layers)
        self.projection = nn.Sequential(nn.Conv1d(channels, out, 1, bias=False), nn.BatchNorm1d(out, eps=_EPS))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + self.projection(x))


def quartznet(repeats: int) -> nn.Module:
    """QuartzNet, Kriman et al. 2020, Table 1, as NeMo configures it: C2 is dilated, 28 characters and a blank."""
    layers: list[nn.Module] = [*separable(64, 256, 33, stride=2), nn.ReLU()]
    channels = 256
    for out, kernel in ((256, 33), (256, 39), (512, 51), (512, 63), (512, 75)):
        for _ in range(repeats):
            layers.append(QuartzBlock(channels, out, kernel))
            channels = out
    layers += [*separable(512, 512, 87, dilation=2), nn.ReLU()]
    layers += [nn.Conv1d(512, 1024, 1, bias=False), nn.BatchNorm1d(1024, eps=_EPS), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv1d(1024, 29, 1))


REFERENCES: dict[str, Reference] = {
    "quartznet5x5": typed(
        "QuartzNet typed from Table 1 and NeMo", 64, 1000, build=quartznet, repeats=1, sample=(64, 90)
    ),
    "quartznet10x5": typed("QuartzNet typed from Table 1 and NeMo", 64, 1000, build=quartznet, repeats=2),
    "quartznet15x5": typed("QuartzNet typed from Table 1 and NeMo", 64, 1000, build=quartznet, repeats=3),
}
