"""Residual and dense networks: torchvision's, and those that only papers and the course notes have."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torchvision.models.densenet import DenseNet
from torchvision.models.regnet import ResBottleneckBlock
from torchvision.models.resnet import Bottleneck, ResNet

from tests.torch_models.reference import (
    Reference,
    Shape,
    pytorchcv_reference,
    timm_reference,
    torchvision_reference,
    typed,
)


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


class ZeroPadding(nn.Module):
    """Option A of He et al. 2015, section 3.3: every `stride`-th pixel, and `added` channels of zeros."""

    def __init__(self, added: int, stride: int) -> None:
        super().__init__()
        self.added, self.stride = added, stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))


class CifarBlock(ResidualBlock):
    """A residual block whose shortcut has no parameters."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__(in_channels, out_channels, stride)
        self.shortcut = nn.Sequential(ZeroPadding(out_channels - in_channels, stride))


class CifarResNet(nn.Sequential):
    """The CIFAR-10 networks of He et al. 2015, section 4.2, of 6 n + 2 layers."""

    def __init__(self, n: int) -> None:
        blocks = [CifarBlock(16, 16, 1) for _ in range(n)]
        for width in (32, 64):
            blocks += [CifarBlock(width // 2, width, 2), *(CifarBlock(width, width, 1) for _ in range(n - 1))]
        super().__init__(
            nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
            *blocks,
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
        )  # fmt: skip


class BottleneckV1(Bottleneck):  # type: ignore[misc]  # torchvision has no types
    """The bottleneck of He et al. 2015: the stride stands in the first 1x1, where torchvision puts it in the 3x3."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conv1.stride, self.conv2.stride = self.conv2.stride, self.conv1.stride


def _resnet_v1(depths: list[int]) -> Reference:
    source = "torchvision ResNet with the stride moved to the first 1x1"
    return typed(source, 3, 224, 224, build=ResNet, block=BottleneckV1, layers=depths)


def cbam_resnet50_v1() -> nn.Module:
    """pytorchcv's CBAM-ResNet-50 with the strides where He et al. 2015 have them."""
    from pytorchcv.models.resnet import ResBottleneck

    model = pytorchcv_reference("cbam_resnet50").factory()
    for module in model.modules():
        if isinstance(module, ResBottleneck):
            first, second = module.conv1.conv, module.conv2.conv
            first.stride, second.stride = second.stride, first.stride
    return model


def regnet(name: str) -> nn.Module:
    """torchvision's RegNet of that name, its projections after the convolutions that they go around.

    It reads its widths from tensors, which cannot be on meta.
    """
    with torch.device("cpu"):
        model = torchvision_reference(name).factory()
    for module in list(model.modules()):
        if isinstance(module, ResBottleneckBlock) and module.proj is not None:
            module.proj = module._modules.pop("proj")
    return model.to("meta")


def _regnet(name: str, sample: Shape | None = None) -> Reference:
    return typed(f"torchvision {name}", 3, 224, 224, build=regnet, name=name, sample=sample)


_RESNET = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
_RESNET_V2 = ("resnetv2_18", "resnetv2_34", "resnetv2_50", "resnetv2_101", "resnetv2_152")
_REGNET_SIZES = ("800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")
_DENSENET = ("densenet121", "densenet161", "densenet169", "densenet201")

REFERENCES: dict[str, Reference] = {
    **{name: torchvision_reference(name) for name in _RESNET},
    "resnet50_v1": _resnet_v1([3, 4, 6, 3]),
    "resnet101_v1": _resnet_v1([3, 4, 23, 3]),
    "resnet152_v1": _resnet_v1([3, 8, 36, 3]),
    "resnext50_32x4d": torchvision_reference("resnext50_32x4d", sample=64),
    "resnext101_32x8d": torchvision_reference("resnext101_32x8d"),
    "resnext101_64x4d": torchvision_reference("resnext101_64x4d"),
    "wide_resnet50_2": torchvision_reference("wide_resnet50_2", sample=64),
    "wide_resnet101_2": torchvision_reference("wide_resnet101_2"),
    "regnet_x_400mf": _regnet("regnet_x_400mf", sample=(3, 64, 64)),
    "regnet_y_400mf": _regnet("regnet_y_400mf", sample=(3, 64, 64)),
    **{f"regnet_{kind}_{size}": _regnet(f"regnet_{kind}_{size}") for kind in "xy" for size in _REGNET_SIZES},
    "small_resnet": typed("SmallResNet typed from notes 001", 3, 32, 32, build=SmallResNet),
    **{
        f"resnet{6 * n + 2}": typed("CifarResNet typed from section 4.2", 3, 32, 32, build=CifarResNet, n=n)
        for n in (5, 7, 9, 18, 200)
    },
    "resnet20": typed("CifarResNet typed from section 4.2", 3, 32, 32, build=CifarResNet, n=3, sample=(3, 32, 32)),
    "resnet20_projection": pytorchcv_reference("resnet20_cifar10", 32),
    **{name: timm_reference(name) for name in _RESNET_V2},
    "resnetv2_200": timm_reference("resnetv2_152", layers=[3, 24, 36, 3]),
    "resnetv2_110": pytorchcv_reference("preresnet110_cifar10", 32, sample=32),
    "resnetv2_164": pytorchcv_reference("preresnet164bn_cifar10", 32),
    "resnetv2_1001": pytorchcv_reference("preresnet1001_cifar10", 32),
    **{name: torchvision_reference(name) for name in _DENSENET},
    "densenet264": typed("torchvision DenseNet", 3, 224, 224, build=DenseNet, block_config=(6, 12, 64, 48)),
    "seresnet50": timm_reference("seresnet50", sample=64),
    "seresnet50_v1": timm_reference("legacy_seresnet50"),
    "senet154": timm_reference("legacy_senet154"),
    "cbam_resnet50": pytorchcv_reference("cbam_resnet50"),
    "cbam_resnet50_v1": typed(
        "pytorchcv cbam_resnet50 with the stride moved to the first 1x1", 3, 224, 224, build=cbam_resnet50_v1
    ),
}
