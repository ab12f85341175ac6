"""Networks whose filters are rotated copies of each other, typed from Cohen & Welling 2016 and its published code.

A map on the group is a tensor (batch, channels, elements, height, width) here. Element 4 m + r mirrors m times and then
turns r quarters; its filters are the first element's, moved so.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed

ORDERS = {"z2": 1, "p4": 4, "p4m": 8}


def moved(filters: torch.Tensor, element: int) -> torch.Tensor:
    """Planes of filters, mirrored and turned by a group element."""
    return torch.rot90(filters.flip(-1) if element >= 4 else filters, element % 4, (-2, -1))


def product(first: int, second: int, order: int) -> int:
    """The element that does what `second` does and then what `first` does, found by trying it on a square."""
    square = torch.arange(9, device="cpu").reshape(3, 3)
    wanted = moved(moved(square, second), first)
    return next(element for element in range(order) if torch.equal(moved(square, element), wanted))


class GroupConv(nn.Module):
    """A convolution from maps on the plane (`lifting`) or on the group to maps on the group."""

    def __init__(
        self,
        channels: int,
        out: int,
        kernel: int,
        group: str,
        *,
        stride: int = 1,
        padding: int = 0,
        lifting: bool = False,
    ) -> None:
        super().__init__()
        self.order, self.stride, self.padding = ORDERS[group], stride, padding
        self.elements = 1 if lifting else self.order
        self.weight = nn.Parameter(torch.empty(out, channels, self.elements, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = [
            nn.functional.conv2d(
                x.flatten(1, 2), self.filters(element).flatten(1, 2), self.bias, self.stride, self.padding
            )
            for element in range(self.order)
        ]
        return torch.stack(maps, 2)

    def filters(self, element: int) -> torch.Tensor:
        """The filters of a group element: what they had for h is now for the product of the element and h."""
        turned = moved(self.weight, element)
        if self.elements == 1:
            return turned
        places = [product(element, other, self.order) for other in range(self.order)]
        return turned[:, :, [places.index(place) for place in range(self.order)]]


class PlaneToGroup(nn.Module):
    """A plain map as one on the group of one element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.unsqueeze(2)


class OverTheGroup(nn.Module):
    """The maximum over the elements of the group."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.amax(2, keepdim=True)


class SpatialMaxPool(nn.MaxPool3d):
    """A max pool of 2x2 within every element of the group."""

    def __init__(self) -> None:
        super().__init__((1, 2, 2))


class RotatedMNIST(nn.Sequential):
    """Z2CNN, P4CNN and P4CNNRotationPooling of section 8.1; with `pooled`, the latter, whose layers all lift."""

    def __init__(self, group: str, width: int, *, pooled: bool = False) -> None:
        conv = partial(GroupConv, group=group)
        layers: list[nn.Module] = [PlaneToGroup()]
        for index in range(6):
            layers.append(conv(width if index else 1, width, 3, lifting=pooled or not index))
            layers += [nn.BatchNorm3d(width), nn.ReLU()]
            if pooled:
                layers.append(OverTheGroup())
            if index == 1:
                layers.append(SpatialMaxPool())
        super().__init__(*layers, conv(width, 10, 4, lifting=pooled), OverTheGroup(), nn.Flatten())


class Block(nn.Module):
    """A residual block with its norms before its convolutions (section 8.2), as in pre-activated ResNets."""

    def __init__(self, channels: int, out: int, stride: int, group: str) -> None:
        super().__init__()
        conv = partial(GroupConv, group=group)
        self.first = nn.Sequential(
            nn.BatchNorm3d(channels), nn.ReLU(), conv(channels, out, 3, stride=stride, padding=1)
        )
        self.second = nn.Sequential(nn.BatchNorm3d(out), nn.ReLU(), conv(out, out, 3, padding=1))
        self.shortcut = nn.Identity() if channels == out else conv(channels, out, 1, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.shortcut(x) + self.second(self.first(x))
        return y


class GroupResNet(nn.Sequential):
    """The ResNets of section 8.2: three stages of `depth` blocks over `widths` channels, for CIFAR-10."""

    def __init__(self, group: str, depth: int, widths: tuple[int, int, int]) -> None:
        layers: list[nn.Module] = [
            PlaneToGroup(), GroupConv(3, widths[0], 3, group, padding=1, lifting=True)
        ]  # fmt: skip
        channels = widths[0]
        for stage, width in enumerate(widths):
            for index in range(depth):
                layers.append(Block(channels, width, 2 if stage and not index else 1, group))
                channels = width
        head = [nn.Flatten(1, 2), nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels * ORDERS[group], 10, 1), nn.Flatten()]
        super().__init__(*layers, nn.BatchNorm3d(channels), nn.ReLU(), *head)


def _mnist(source: str, group: str, width: int, *, pooled: bool = False) -> Reference:
    source, sample = f"{source} typed from section 8.1", (1, 28, 28)
    return typed(source, *sample, build=RotatedMNIST, sample=sample, group=group, width=width, pooled=pooled)


def _resnet(source: str, group: str, depth: int, *widths: int) -> Reference:
    source, sample = f"{source} typed from section 8.2", (3, 8, 8)
    return typed(source, 3, 32, 32, build=GroupResNet, sample=sample, group=group, depth=depth, widths=widths)


REFERENCES: dict[str, Reference] = {
    "p4cnn": _mnist("P4CNN", "p4", 10),
    "z2cnn": _mnist("Z2CNN", "z2", 20),
    "p4cnn_rotation_pooling": _mnist("P4CNNRotationPooling", "p4", 20, pooled=True),
    "p4m_resnet44": _resnet("p4m ResNet44", "p4m", 7, 11, 23, 45),
    "z2_resnet44": _resnet("ResNet44", "z2", 7, 32, 64, 128),
    "p4m_resnet26": _resnet("p4m ResNet26", "p4m", 4, 25, 50, 100),
    "z2_resnet26": _resnet("ResNet26", "z2", 4, 71, 142, 284),
}
