"""StyleGAN2's generator, typed from rosinality's implementation and Karras et al. 2020, Figures 2 and 7.

Factors of equalized learning rates, which it multiplies weights by when they are read, are in the weights here.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from tests.torch_models.reference import Reference, typed


class Filter(nn.Module):
    """The filter [1, 3, 3, 1] both ways, 16 numbers for all channels, or for each its own."""

    kernel: torch.Tensor

    def __init__(self, channels: int | None) -> None:
        super().__init__()
        row = torch.tensor([1.0, 3.0, 3.0, 1.0])
        self.register_buffer("kernel", (row[:, None] * row / 16).expand(channels or 1, 1, 4, 4).clone())

    def forward(self, x: torch.Tensor, enlarge: bool) -> torch.Tensor:
        channels = x.shape[1]
        kernel = self.kernel.expand(channels, 1, 4, 4)
        if enlarge:
            return functional.conv_transpose2d(x, kernel, stride=2, padding=1, groups=channels)
        return functional.conv2d(x, kernel, padding=1, groups=channels)


class Noise(nn.Module):
    """The same image of noise for every sample, times what is learned."""

    image: torch.Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("image", torch.randn(1, size, size))
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.strength * self.image


class Bias(nn.Module):
    """A bias, and the leaky ReLU that keeps variances."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return activated(x + self.bias)


def activated(x: torch.Tensor) -> torch.Tensor:
    """Leaky ReLU times the square root of 2."""
    return functional.leaky_relu(x, 0.2) * 2**0.5


class Styled(nn.Module):
    """A convolution of 3 x 3 with styles on what it reads, and demodulation on what it gives; `up` doubles the size."""

    def __init__(self, read: int, out: int, size: int, up: bool, own_filters: bool) -> None:
        super().__init__()
        self.affine, self.up = nn.Linear(512, read), up
        self.conv = nn.ConvTranspose2d(read, out, 3, 2, bias=False) if up else nn.Conv2d(read, out, 3, 1, 1, bias=False)
        self.filter = Filter(out if own_filters else None) if up else None
        self.noise, self.bias = Noise(size), Bias(out)

    def forward(self, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
        style = self.affine(w)
        weight = self.conv.weight.transpose(0, 1) if self.up else self.conv.weight
        demodulation = ((weight * style[:, None, :, None, None]).square().sum((2, 3, 4)) + 1e-8).rsqrt()
        x = self.conv(x * style[:, :, None, None])
        if self.filter:
            x = self.filter(x, enlarge=False)
        return torch.as_tensor(self.bias(self.noise(x * demodulation[:, :, None, None])))


class Level(nn.Module):
    """What one resolution does: features from those of half the size, and an image that is added to the one before."""

    def __init__(self, read: int | None, out: int, size: int, own_filters: bool) -> None:
        super().__init__()
        self.grow = Styled(read, out, size, True, own_filters) if read else None
        self.refine = Styled(out, out, size, False, own_filters)
        self.affine, self.colours = nn.Linear(512, out), nn.Conv2d(out, 3, 1)
        self.filter = Filter(3 if own_filters else None) if read else None

    def forward(
        self, x: torch.Tensor, image: torch.Tensor | None, w: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.refine(self.grow(x, w) if self.grow else x, w)
        colours = self.colours(x * self.affine(w)[:, :, None, None])
        return x, colours if image is None or self.filter is None else colours + self.filter(image, enlarge=True)


class StyleGAN2(nn.Module):
    """The mapping of 8 layers, the learned constant, and so many resolutions from 4 x 4 on."""

    def __init__(self, levels: int, own_filters: bool = False) -> None:
        super().__init__()
        self.mapping = nn.ModuleList(nn.Linear(512, 512) for _ in range(8))
        self.constant = nn.Parameter(torch.randn(512, 4, 4))
        sizes = [4 * 2**level for level in range(levels)]
        widths = [min(512, 32768 // size) for size in sizes]
        self.levels = nn.ModuleList(
            Level(read, out, size, own_filters) for read, out, size in zip([None, *widths], widths, sizes, strict=False)
        )

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        w = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for layer in self.mapping:
            w = activated(layer(w))
        x, image = self.constant.repeat(len(z), 1, 1, 1), None
        for level in self.levels:
            x, image = level(x, image, w)
        return torch.as_tensor(image)


REFERENCES: dict[str, Reference] = {
    f"stylegan2_{4 * 2 ** (levels - 1)}": typed(
        "typed from rosinality/stylegan2-pytorch", 512, build=StyleGAN2, levels=levels
    )
    for levels in (9, 8, 7)
}
