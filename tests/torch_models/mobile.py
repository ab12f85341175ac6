"""Networks that were made to be cheap: MobileNets and EfficientNets."""

from __future__ import annotations

from torch import nn

from tests.torch_models.reference import Reference, torchvision_reference, typed


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


def _mobilenet_v1(alpha: float, resolution: int) -> Reference:
    return typed("MobileNetV1 typed from Table 1", 3, resolution, resolution, build=MobileNetV1, alpha=alpha)


_EFFICIENTNET_RESOLUTIONS = (224, 240, 260, 300, 380, 456, 528, 600)

REFERENCES: dict[str, Reference] = {
    "mobilenet_v1": _mobilenet_v1(1.0, 224),
    "mobilenet_v1_075": _mobilenet_v1(0.75, 224),
    "mobilenet_v1_050": _mobilenet_v1(0.5, 224),
    "mobilenet_v1_025": _mobilenet_v1(0.25, 224),
    "mobilenet_v1_050_160": _mobilenet_v1(0.5, 160),
    "mobilenet_v2": torchvision_reference("mobilenet_v2"),
    "mobilenet_v2_050": torchvision_reference("mobilenet_v2", width_mult=0.5),
    "mobilenet_v2_075": torchvision_reference("mobilenet_v2", width_mult=0.75),
    "mobilenet_v2_140": torchvision_reference("mobilenet_v2", width_mult=1.4),
    **{
        f"efficientnet_b{phi}": torchvision_reference(f"efficientnet_b{phi}", resolution)
        for phi, resolution in enumerate(_EFFICIENTNET_RESOLUTIONS)
    },
}
