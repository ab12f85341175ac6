"""Networks over sound and sequences, typed from the papers: WaveNet and VGGish."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed


class CausalConv(nn.Conv1d):
    """A convolution that sees the past alone, van den Oord et al. 2016, section 2.1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        past = (self.kernel_size[0] - 1) * self.dilation[0]
        return super().forward(nn.functional.pad(x, (past, 0)))


class GatedLayer(nn.Module):
    """A dilated layer of Figure 4: what goes on to the next, and the gated unit of equation 2 that its skip takes."""

    def __init__(self, width: int, dilation: int, last: bool) -> None:
        super().__init__()
        self.filter = CausalConv(width, width, 2, dilation=dilation)
        self.gate = CausalConv(width, width, 2, dilation=dilation)
        self.residual = None if last else nn.Conv1d(width, width, 1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        unit = self.filter(x).tanh() * self.gate(x).sigmoid()
        return x if self.residual is None else x + self.residual(unit), unit


class WaveNet(nn.Module):
    """WaveNet, van den Oord et al. 2016, sections 2.1 to 2.4: nothing but a skip connection leaves the last layer."""

    def __init__(self, layers: int = 30, width: int = 32, skip_width: int = 256) -> None:
        super().__init__()
        self.entry = CausalConv(256, width, 2)
        self.layers = nn.ModuleList(
            GatedLayer(width, 2 ** (layer % 10), last=layer == layers - 1) for layer in range(layers)
        )
        self.skips = nn.ModuleList(nn.Conv1d(width, skip_width, 1) for _ in range(layers))
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv1d(skip_width, 256, 1), nn.ReLU(), nn.Conv1d(256, 256, 1), nn.Softmax(1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.entry(x)
        skipped = []
        for layer, skip in zip(self.layers, self.skips, strict=True):
            x, unit = layer(x)
            skipped.append(skip(unit))
        out: torch.Tensor = self.head(sum(skipped))
        return out


class VGGish(nn.Sequential):
    """VGGish, Hershey et al. 2017, section 3.2.3 (VGG), as released: an embedding of 128 in place of the classes."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        channels = 1
        for width, depth in ((64, 1), (128, 1), (256, 2), (512, 2)):
            for _ in range(depth):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2, 2))
        layers.append(nn.Flatten())
        for features, out in ((512 * 6 * 4, 4096), (4096, 4096), (4096, 128)):
            layers += [nn.Linear(features, out), nn.ReLU()]
        super().__init__(*layers)


REFERENCES: dict[str, Reference] = {
    "wavenet": typed("WaveNet typed from Figure 4, 30 layers", 256, 16000, build=WaveNet),
    "wavenet_10": typed(
        "WaveNet typed from Figure 4, 10 layers", 256, 16000, build=WaveNet, layers=10, sample=(256, 1100)
    ),
    "vggish": typed("VGGish typed from section 3.2.3", 1, 96, 64, build=VGGish, sample=(1, 96, 64)),
}
