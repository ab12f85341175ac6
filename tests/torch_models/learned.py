"""Typed models of learned, given and normalised tensors: weights, factors, constants, tokens."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

_FUSION_EPS = 1e-4
_DEMODULATION_EPS = 1e-8


class BiFPNNode(nn.Module):
    """Tan et al. 2020, section 3.3: P4 of a level's second path, fused with weights that add up to 1."""

    def __init__(self) -> None:
        super().__init__()
        self.importance = nn.Parameter(torch.tensor([1.0, 0.5, 2.0]))
        self.depthwise = nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False)
        self.pointwise = nn.Conv2d(16, 16, 1)
        self.norm = nn.BatchNorm2d(16)

    def forward(self, p4: torch.Tensor, between: torch.Tensor, p3: torch.Tensor) -> torch.Tensor:
        weights = self.importance.relu()
        weights = weights / (weights.sum() + _FUSION_EPS)
        below = functional.max_pool2d(p3, 3, 2, 1)
        fused = weights[0] * p4 + weights[1] * between + weights[2] * below
        y: torch.Tensor = self.norm(self.pointwise(self.depthwise(functional.silu(fused))))
        return y


class StyleGAN2Block(nn.Module):
    """Karras et al. 2020, figure 2 and section 2.2: from a learned constant of 4 x 4 to 8 x 8.

    Modulation scales what the convolution reads, demodulation what it gives, as the paper has it in other words. A
    transposed convolution of stride 2 and a given filter enlarge; strength of the noise and bias are learned.
    """

    filter: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.constant = nn.Parameter(torch.randn(16, 4, 4))
        self.affine = nn.Linear(32, 16)
        self.weight = nn.Parameter(torch.randn(16, 8, 3, 3))
        row = torch.tensor([1.0, 3.0, 3.0, 1.0])
        self.register_buffer("filter", (row[:, None] * row / 16).expand(8, 1, 4, 4).clone())
        self.strength = nn.Parameter(torch.tensor([0.5]))
        self.shift = nn.Parameter(torch.randn(8, 1, 1))

    def forward(self, w: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        style = self.affine(w)
        x = self.constant * style[:, :, None, None]
        x = functional.conv_transpose2d(x, self.weight, stride=2)
        x = functional.conv2d(x, self.filter, padding=1, groups=8)
        squares = self.weight.square().sum((2, 3))
        x = x * (style.square() @ squares + _DEMODULATION_EPS).rsqrt()[:, :, None, None]
        x = x + self.strength * noise + self.shift
        return functional.leaky_relu(x, 0.2) * 2**0.5


class TokensAndPositions(nn.Module):
    """ViT's beginning, Dosovitskiy et al. 2021, section 3.1: a class token and an embedding of positions."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 24, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 24))
        self.positions = nn.Parameter(torch.randn(10, 24))
        self.norm = nn.LayerNorm(24)
        self.head = nn.Linear(24, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), tokens], 1) + self.positions
        y: torch.Tensor = self.head(self.norm(tokens)[:, 0])
        return y


class FrozenNorm(nn.Module):
    """A convolution with torchvision's FrozenBatchNorm2d, as its detectors have it."""

    weight: torch.Tensor
    bias: torch.Tensor
    running_mean: torch.Tensor
    running_var: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.rand(8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        y = (x - self.running_mean[:, None, None]) / (self.running_var[:, None, None] + 1e-5).sqrt()
        return y * self.weight[:, None, None] + self.bias[:, None, None]


class EDSRBlock(nn.Module):
    """Lim et al. 2017, figure 2: no norm, and the residual times 0.1."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(16, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 16, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.second(self.first(x).relu())
        return y * 0.1 + x


class WeighedSum(nn.Module):
    """Tan et al. 2020, 3.3, its unbounded fusion: a learned weight for each input, then a separable convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.ParameterList([nn.Parameter(torch.ones(1)) for _ in range(2)])
        self.depthwise = nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False)
        self.pointwise = nn.Conv2d(16, 16, 1)
        self.norm = nn.BatchNorm2d(16)

    def forward(self, fine: torch.Tensor, coarse: torch.Tensor) -> torch.Tensor:
        above = functional.interpolate(coarse, scale_factor=2.0)
        x = self.w[0] * fine + self.w[1] * above
        y: torch.Tensor = self.norm(self.pointwise(self.depthwise(functional.silu(x))))
        return y


class BlurPool(nn.Module):
    """Zhang 2019: a given filter, which follows the model to its device as a buffer."""

    filter: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        row = torch.tensor([1.0, 2.0, 1.0])
        self.register_buffer("filter", (row[:, None] * row / 16).expand(8, 1, 3, 3).clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(self.conv(x).relu(), self.filter, stride=2, padding=1, groups=8)


class Critic(nn.Module):
    """A block of SNGAN's discriminator, Miyato et al. 2018, table 4, with its last layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(8, 16, 3, padding=1))
        self.second = spectral_norm(nn.Conv2d(16, 16, 3, padding=1))
        self.shortcut = spectral_norm(nn.Conv2d(8, 16, 1))
        self.last = spectral_norm(nn.Linear(16, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        residual = functional.avg_pool2d(self.second(self.first(x.relu()).relu()), 2)
        shortcut = functional.avg_pool2d(self.shortcut(x), 2)
        y: torch.Tensor = self.last((residual + shortcut).relu().mean((2, 3)))
        return y


class Vocoder(nn.Module):
    """HiFi-GAN's beginning, Kong et al. 2020: weight norm on convolutions and transposed ones."""

    def __init__(self) -> None:
        super().__init__()
        self.first = weight_norm(nn.Conv1d(8, 16, 7, padding=3))
        self.grow = weight_norm(nn.ConvTranspose1d(16, 8, 4, 2, padding=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.grow(functional.leaky_relu(self.first(x), 0.1))
        return y
