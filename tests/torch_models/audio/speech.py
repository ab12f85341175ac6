"""Networks over speech: QuartzNet and wav2vec 2.0's encoder."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

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


class EncoderLayer(nn.Module):
    """A layer of the context network of Baevski et al. 2020: its norms stand behind what is added."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention, self.norm = nn.MultiheadAttention(width, heads, 0.1, batch_first=True), nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(4 * width, width), nn.Dropout(0.1)
        )
        self.last = nn.LayerNorm(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(x + self.attention(x, x, x, need_weights=False)[0])
        y: torch.Tensor = self.last(x + self.mlp(x))
        return y


class Wav2Vec2(nn.Module):
    """The encoder of wav2vec 2.0, Baevski et al. 2020, section 2, as torchaudio's components have it.

    The weights of the positional convolution are a direction, and a length for each step of its kernel; `folded`, they
    are multiplied out.
    """

    def __init__(self, width: int = 768, depth: int = 12, heads: int = 12, *, folded: bool = False) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv1d(1, 512, 10, 5, bias=False), nn.GroupNorm(512, 512), nn.GELU()]
        for kernel in (3, 3, 3, 3, 2, 2):
            layers += [nn.Conv1d(512, 512, kernel, 2, bias=False), nn.GELU()]
        self.features = nn.Sequential(*layers)
        self.projection = nn.Sequential(nn.LayerNorm(512), nn.Linear(512, width), nn.Dropout(0.1))
        positions = nn.Conv1d(width, width, 128, padding=64, groups=16)
        self.positions = positions if folded else weight_norm(positions, dim=2)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.Sequential(*[EncoderLayer(width, heads) for _ in range(depth)])

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        x = self.projection(self.features(sound).mT)
        x = x + functional.gelu(self.positions(x.mT)[:, :, :-1]).mT
        y: torch.Tensor = self.layers(self.norm(x))
        return y


REFERENCES: dict[str, Reference] = {
    "quartznet5x5": typed(
        "QuartzNet typed from Table 1 and NeMo", 64, 1000, build=quartznet, repeats=1, sample=(64, 90)
    ),
    "quartznet10x5": typed("QuartzNet typed from Table 1 and NeMo", 64, 1000, build=quartznet, repeats=2),
    "quartznet15x5": typed("QuartzNet typed from Table 1 and NeMo", 64, 1000, build=quartznet, repeats=3),
    "wav2vec2_base": typed("wav2vec 2.0 typed from torchaudio's components", 1, 16000, build=Wav2Vec2),
    "wav2vec2_base_deployed": typed(
        "wav2vec 2.0 typed from torchaudio's components", 1, 16000, build=Wav2Vec2, folded=True, sample=(1, 2000)
    ),
    "wav2vec2_large": typed(
        "wav2vec 2.0 typed from torchaudio's components", 1, 16000, build=Wav2Vec2, width=1024, depth=24, heads=16
    ),
}
