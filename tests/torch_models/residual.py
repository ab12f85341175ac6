"""Residual and dense networks: torchvision's, and those that only papers and the course notes have."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torchvision.models.resnet import Bottleneck, ResNet

from tests.torch_models.reference import Reference, torchvision_reference, typed


class ResidualBlock(nn.Module):
    """The residual block of notes 001."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return torch.relu(out)


class SmallResNet(nn.Module):
    """The CIFAR-10 network of notes 001."""

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(ResidualBlock(64, 64), ResidualBlock(64, 64))
        self.layer2 = nn.Sequential(ResidualBlock(64, 128, 2), ResidualBlock(128, 128))
        self.layer3 = nn.Sequential(ResidualBlock(128, 256, 2), ResidualBlock(256, 256))
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(256, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        result: torch.Tensor = self.fc(self.gap(x).flatten(1))
        return result


class BottleneckV1(Bottleneck):  # type: ignore[misc]  # torchvision has no types
    """The bottleneck of He et al. 2015: the stride stands in the first 1x1, where torchvision puts it in the 3x3."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conv1.stride, self.conv2.stride = self.conv2.stride, self.conv1.stride


def _resnet_v1(depths: list[int]) -> Reference:
    source = "torchvision ResNet with the stride moved to the first 1x1"
    return typed(source, 3, 224, 224, build=ResNet, block=BottleneckV1, layers=depths)


_RESNET = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
_DENSENET = ("densenet121", "densenet161", "densenet169", "densenet201")

REFERENCES: dict[str, Reference] = {
    **{name: torchvision_reference(name) for name in _RESNET},
    "resnet50_v1": _resnet_v1([3, 4, 6, 3]),
    "resnet101_v1": _resnet_v1([3, 4, 23, 3]),
    "resnet152_v1": _resnet_v1([3, 8, 36, 3]),
    "small_resnet": typed("SmallResNet typed from notes 001", 3, 32, 32, build=SmallResNet),
    **{name: torchvision_reference(name) for name in _DENSENET},
}
