"""The first networks, typed from the papers and the course notes: LeNet-5, AlexNet; others' ZFNet, VGG, GoogLeNet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from torch import nn

from tests.torch_models.reference import Reference, pytorchcv_reference, torchvision, torchvision_reference, typed

if TYPE_CHECKING:
    from collections.abc import Callable


class LeNet5(nn.Sequential):
    """LeNet-5, notes 004, 11.1 (32x32), and notes 001 (28x28: 4x4 features before the classifier)."""

    def __init__(self, features: int = 5, padding: int = 0, activation: type[nn.Module] = nn.Tanh) -> None:
        super().__init__(
            nn.Conv2d(1, 6, 5, padding=padding), activation(), nn.AvgPool2d(2, 2),
            nn.Conv2d(6, 16, 5), activation(), nn.AvgPool2d(2, 2),
            nn.Flatten(),
            nn.Linear(16 * features * features, 120), activation(),
            nn.Linear(120, 84), activation(),
            nn.Linear(84, 10),
        )  # fmt: skip


class AlexNet(nn.Sequential):
    """AlexNet, Krizhevsky et al. 2012, section 3.5; with `towers=1`, unnormalised, the table of notes 004, 11.2."""

    def __init__(self, towers: int = 1, normalise: bool = False) -> None:
        norm: Callable[[], nn.Module] = partial(nn.LocalResponseNorm, 5) if normalise else nn.Identity
        super().__init__(
            nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
            nn.Conv2d(96, 256, 5, padding=2, groups=towers), nn.ReLU(), norm(), nn.MaxPool2d(3, 2),
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1, groups=towers), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1, groups=towers), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Flatten(),
            nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 1000),
        )  # fmt: skip


def googlenet() -> nn.Module:
    """torchvision's GoogLeNet with both heads."""
    model: nn.Module = torchvision.models.googlenet(weights=None, aux_logits=True, init_weights=False)
    return model


def googlenet_paper() -> nn.Module:
    """torchvision's GoogLeNet changed to what the paper has: 5x5 kernels, and response norms instead of batch norms."""
    from torchvision.models.googlenet import BasicConv2d, Inception

    model = googlenet()
    for module in model.modules():
        if isinstance(module, Inception):
            reduce_to, out = module.branch3[1].conv.in_channels, module.branch3[1].conv.out_channels
            module.branch3[1] = BasicConv2d(reduce_to, out, kernel_size=5, padding=2)
    for module in model.modules():
        if isinstance(module, BasicConv2d):
            module.bn = nn.Identity()
            module.conv.bias = nn.Parameter(module.conv.weight.new_zeros(module.conv.out_channels))
    model.maxpool1 = nn.Sequential(model.maxpool1, nn.LocalResponseNorm(5))
    model.maxpool2 = nn.Sequential(nn.LocalResponseNorm(5), model.maxpool2)
    return model


_VGG = ("vgg11", "vgg13", "vgg16", "vgg19")

REFERENCES: dict[str, Reference] = {
    "lenet5": typed("LeNet5 typed from notes 004, 11.1", 1, 32, 32, build=LeNet5),
    "lenet5_28": typed("LeNet5 typed from notes 001", 1, 28, 28, build=LeNet5, features=4),
    "lenet5_mnist": typed("LeNet5 with padding 2 and ReLU", 1, 28, 28, build=LeNet5, padding=2, activation=nn.ReLU),
    "alexnet": typed("AlexNet typed from notes 004, 11.2", 3, 227, 227, build=AlexNet),
    "alexnet_original": typed("AlexNet typed from section 3.5", 3, 227, 227, build=AlexNet, towers=2, normalise=True),
    "alexnet_torchvision": torchvision_reference("alexnet"),
    "zfnet": pytorchcv_reference("zfnet"),
    "zfnetb": pytorchcv_reference("zfnetb"),
    **{name: torchvision_reference(name) for name in _VGG},
    **{f"{name}_bn": torchvision_reference(f"{name}_bn") for name in _VGG},
    "googlenet": typed("torchvision googlenet with both heads", 3, 224, 224, build=googlenet),
    "googlenet_paper": typed(
        "torchvision googlenet with both heads, 5x5 kernels, no batch norm", 3, 224, 224, build=googlenet_paper
    ),
}
