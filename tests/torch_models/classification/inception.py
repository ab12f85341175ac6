"""Inception, Network-in-Network and the networks around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from tests.torch_models.reference import (
    Reference,
    pytorchcv_reference,
    timm_reference,
    torchvision_reference,
    typed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def _relu_convs(channels: int, *layers: tuple[int, ...]) -> Iterator[nn.Module]:
    """Convolutions with a ReLU behind each: (width, kernel), and (stride, padding) where they are not 1 and half."""
    for width, kernel, *rest in layers:
        stride, padding = rest or (1, kernel // 2)
        yield nn.Conv2d(channels, width, kernel, stride, padding)
        yield nn.ReLU()
        channels = width


class NINImageNet(nn.Sequential):
    """The four-layer Network in Network that its authors released for Caffe, whose pools round up."""

    def __init__(self) -> None:
        super().__init__(
            *_relu_convs(3, (96, 11, 4, 0), (96, 1), (96, 1)), nn.MaxPool2d(3, 2, ceil_mode=True),
            *_relu_convs(96, (256, 5), (256, 1), (256, 1)), nn.MaxPool2d(3, 2, ceil_mode=True),
            *_relu_convs(256, (384, 3), (384, 1), (384, 1)), nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.Dropout(0.5),
            *_relu_convs(384, (1024, 3), (1024, 1), (1000, 1)), nn.AvgPool2d(6), nn.Flatten(),
        )  # fmt: skip


class AllCNN(nn.Sequential):
    """The networks of Springenberg et al. 2014, Tables 1 and 2: stages of convolutions, the last strided or pooled."""

    def __init__(self, kernels: tuple[int, ...], pooled: bool = False) -> None:
        super().__init__(
            nn.Dropout(0.2),
            *self.stage(3, 96, kernels, pooled),
            *self.stage(96, 192, kernels, pooled),
            *_relu_convs(192, (192, 3, 1, 0), (192, 1), (10, 1)),
            nn.AvgPool2d(6),
            nn.Flatten(),
        )

    @staticmethod
    def stage(channels: int, width: int, kernels: tuple[int, ...], pooled: bool) -> list[nn.Module]:
        """The convolutions of one width, down to half the positions."""
        *before, last = [(width, kernel) for kernel in kernels]
        if pooled:
            return [*_relu_convs(channels, *before, last), nn.MaxPool2d(3, 2, ceil_mode=True), nn.Dropout(0.5)]
        return [*_relu_convs(channels, *before, (*last, 2, last[1] // 2)), nn.Dropout(0.5)]


def _all_cnn(source: str, *kernels: int, pooled: bool = False) -> Reference:
    return typed(f"AllCNN typed from {source}", 3, 32, 32, build=AllCNN, kernels=kernels, pooled=pooled)


REFERENCES: dict[str, Reference] = {
    "nin_cifar10": pytorchcv_reference("nin_cifar10", 32),
    "nin_imagenet": typed("NINImageNet typed from the authors' Caffe definition", 3, 224, 224, build=NINImageNet),
    "all_cnn_c": _all_cnn("Table 2", 3, 3, 3),
    "base_cnn_c": _all_cnn("Table 1", 3, 3, pooled=True),
    "strided_cnn_c": _all_cnn("Table 2", 3, 3),
    "convpool_cnn_c": _all_cnn("Table 2", 3, 3, 3, pooled=True),
    "all_cnn_a": _all_cnn("Table 1", 5, 3),
    "all_cnn_b": _all_cnn("Table 1", 5, 1, 3),
    "inception_v3": torchvision_reference("inception_v3", 299, init_weights=False),
    "inception_v4": timm_reference("inception_v4", 299),
    "xception": timm_reference("legacy_xception", 299),
}
