"""PyTorch definitions of every shipped architecture: what our figures are held to.

torchvision's own models where it has them; the others are typed here from the papers and the course notes, in plain
PyTorch and without a line of cnncost. `MODELS` maps each shipped name to a factory and the shape of one input sample.

>>> count("lenet5")
Counts(params=61706, buffers=0, macs=416520)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    import torchvision
except RuntimeError:
    # A torchvision whose compiled operators don't fit the installed torch: its models need none of them, but its import
    # registers shape rules for these two, so they must exist.
    torch.library.define("torchvision::nms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    torch.library.define("torchvision::qnms", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

from torchvision.models.googlenet import BasicConv2d, Inception
from torchvision.models.resnet import Bottleneck, ResNet


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


def googlenet(kernel_5x5: int = 3) -> nn.Module:
    """torchvision's GoogLeNet with both heads; `kernel_5x5=5` gives the third branch the kernel of the paper."""
    model: nn.Module = torchvision.models.googlenet(weights=None, aux_logits=True, init_weights=False)
    for module in model.modules():
        if isinstance(module, Inception):
            reduce_to, out = module.branch3[1].conv.in_channels, module.branch3[1].conv.out_channels
            module.branch3[1] = BasicConv2d(reduce_to, out, kernel_size=kernel_5x5, padding=kernel_5x5 // 2)
    return model


class MobileNetV1(nn.Sequential):
    """MobileNet, Howard et al. 2017, Table 1; `alpha` is the width multiplier."""

    ROWS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1))

    def __init__(self, alpha: float = 1.0) -> None:
        channels = int(32 * alpha)
        layers = [self.conv(3, channels, 3, stride=2)]
        for out, stride in self.ROWS:
            layers.append(self.conv(channels, channels, 3, stride=stride, groups=channels))
            layers.append(self.conv(channels, int(out * alpha), 1))
            channels = int(out * alpha)
        super().__init__(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))

    @staticmethod
    def conv(in_channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Module:
        conv = nn.Conv2d(in_channels, out, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(out), nn.ReLU())


class UNet(nn.Module):
    """U-Net, Ronneberger et al. 2015, Figure 1, with padded convolutions and batch norm as common in PyTorch."""

    def __init__(self, base: int = 64, classes: int = 2) -> None:
        super().__init__()
        widths = [base, 2 * base, 4 * base, 8 * base, 16 * base]
        self.down = nn.ModuleList(map(self.double_conv, [3, *widths], widths))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(w, w // 2, 2, stride=2) for w in widths[:0:-1])
        self.up = nn.ModuleList(self.double_conv(w, w // 2) for w in widths[:0:-1])
        self.logits = nn.Conv2d(base, classes, 1)
        self.pool = nn.MaxPool2d(2)

    @staticmethod
    def double_conv(in_channels: int, out: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(in_channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
            nn.Conv2d(out, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skips = []
        for level in self.down[:-1]:
            skips.append(level(x))
            x = self.pool(skips[-1])
        x = self.down[-1](x)
        for grow, up, skip in zip(self.grow, self.up, reversed(skips), strict=True):
            x = up(torch.cat([skip, grow(x)], dim=1))
        result: torch.Tensor = self.logits(x)
        return result


class Reference(NamedTuple):
    """A factory, the shape of one sample (channels first), and where the definition comes from."""

    factory: Callable[[], nn.Module]
    input_shape: tuple[int, ...]
    source: str


def _torchvision(name: str, resolution: int = 224, **kwargs: Any) -> Reference:
    """torchvision's model of that name."""
    settings = "".join(f", {key}={value}" for key, value in kwargs.items())
    factory = partial(torchvision.models.get_model, name, weights=None, **kwargs)
    return Reference(factory, (3, resolution, resolution), f"torchvision {name}{settings}")


def _typed(source: str, *input_shape: int, build: Callable[..., nn.Module], **kwargs: Any) -> Reference:
    """A model typed in this file."""
    return Reference(partial(build, **kwargs), input_shape, source)


def _resnet_v1(depths: list[int]) -> Reference:
    source = "torchvision ResNet with the stride moved to the first 1x1"
    return _typed(source, 3, 224, 224, build=ResNet, block=BottleneckV1, layers=depths)


def _mobilenet_v1(alpha: float, resolution: int) -> Reference:
    return _typed("MobileNetV1 typed from Table 1", 3, resolution, resolution, build=MobileNetV1, alpha=alpha)


_VGG = ("vgg11", "vgg13", "vgg16", "vgg19")
_RESNET = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
_DENSENET = ("densenet121", "densenet161", "densenet169", "densenet201")
_EFFICIENTNET_RESOLUTIONS = (224, 240, 260, 300, 380, 456, 528, 600)

REFERENCES: dict[str, Reference] = {
    "lenet5": _typed("LeNet5 typed from notes 004, 11.1", 1, 32, 32, build=LeNet5),
    "lenet5_28": _typed("LeNet5 typed from notes 001", 1, 28, 28, build=LeNet5, features=4),
    "lenet5_mnist": _typed("LeNet5 with padding 2 and ReLU", 1, 28, 28, build=LeNet5, padding=2, activation=nn.ReLU),
    "alexnet": _typed("AlexNet typed from notes 004, 11.2", 3, 227, 227, build=AlexNet),
    "alexnet_original": _typed("AlexNet typed from section 3.5", 3, 227, 227, build=AlexNet, towers=2, normalise=True),
    "alexnet_torchvision": _torchvision("alexnet"),
    **{name: _torchvision(name) for name in _VGG},
    **{f"{name}_bn": _torchvision(f"{name}_bn") for name in _VGG},
    "googlenet": _typed("torchvision googlenet with both heads", 3, 224, 224, build=googlenet),
    "googlenet_paper": _typed(
        "torchvision googlenet with both heads and 5x5 kernels", 3, 224, 224, build=googlenet, kernel_5x5=5
    ),
    **{name: _torchvision(name) for name in _RESNET},
    "resnet50_v1": _resnet_v1([3, 4, 6, 3]),
    "resnet101_v1": _resnet_v1([3, 4, 23, 3]),
    "resnet152_v1": _resnet_v1([3, 8, 36, 3]),
    "small_resnet": _typed("SmallResNet typed from notes 001", 3, 32, 32, build=SmallResNet),
    **{name: _torchvision(name) for name in _DENSENET},
    "mobilenet_v1": _mobilenet_v1(1.0, 224),
    "mobilenet_v1_075": _mobilenet_v1(0.75, 224),
    "mobilenet_v1_050": _mobilenet_v1(0.5, 224),
    "mobilenet_v1_025": _mobilenet_v1(0.25, 224),
    "mobilenet_v1_050_160": _mobilenet_v1(0.5, 160),
    "mobilenet_v2": _torchvision("mobilenet_v2"),
    "mobilenet_v2_050": _torchvision("mobilenet_v2", width_mult=0.5),
    "mobilenet_v2_075": _torchvision("mobilenet_v2", width_mult=0.75),
    "mobilenet_v2_140": _torchvision("mobilenet_v2", width_mult=1.4),
    **{
        f"efficientnet_b{phi}": _torchvision(f"efficientnet_b{phi}", resolution)
        for phi, resolution in enumerate(_EFFICIENTNET_RESOLUTIONS)
    },
    "unet": _typed("UNet typed from Figure 1, padded, with batch norm", 3, 256, 256, build=UNet),
}

MODELS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    name: (reference.factory, reference.input_shape) for name, reference in REFERENCES.items()
}


class Counts(NamedTuple):
    """Elements of all parameters and buffers, and multiply-accumulates of one sample in evaluation mode."""

    params: int
    buffers: int
    macs: int


def count(name: str) -> Counts:
    """What PyTorch counts for a shipped architecture: on meta tensors, so that nothing is computed."""
    factory, input_shape = MODELS[name]
    with torch.device("meta"):
        model, sample = factory().eval(), torch.empty(1, *input_shape)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(sample)
    return Counts(
        params=sum(parameter.numel() for parameter in model.parameters()),
        buffers=sum(buffer.numel() for buffer in model.buffers()),
        macs=counter.get_total_flops() // 2,
    )
