"""Networks that label every pixel: U-Net."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed


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


REFERENCES: dict[str, Reference] = {
    "unet": typed("UNet typed from Figure 1, padded, with batch norm", 3, 256, 256, build=UNet),
}
