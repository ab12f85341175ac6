"""Networks that enlarge images, typed from the papers: SRCNN, ESPCN, EDSR."""

from __future__ import annotations

import torch
from torch import nn

from tests.torch_models.reference import Reference, typed


class SRCNN(nn.Sequential):
    """SRCNN, Dong et al. 2016, section 4.1: an image that was enlarged before, padded to stay as it is."""

    def __init__(self, *kernels: int) -> None:
        first, second, third = kernels
        super().__init__(
            nn.Conv2d(1, 64, first, padding=first // 2), nn.ReLU(),
            nn.Conv2d(64, 32, second, padding=second // 2), nn.ReLU(),
            nn.Conv2d(32, 1, third, padding=third // 2),
        )  # fmt: skip


class ESPCN(nn.Sequential):
    """ESPCN, Shi et al. 2016, section 3.2: (5, 64), (3, 32) and 3, with tanh."""

    def __init__(self, scale: int) -> None:
        super().__init__(
            nn.Conv2d(1, 64, 5, padding=2), nn.Tanh(),
            nn.Conv2d(64, 32, 3, padding=1), nn.Tanh(),
            nn.Conv2d(32, scale * scale, 3, padding=1), nn.PixelShuffle(scale),
        )  # fmt: skip


class ScaledResidual(nn.Module):
    """Lim et al. 2017, Figure 2 (c) and section 3.3: two convolutions, and what they give times a number."""

    def __init__(self, width: int, factor: float) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1)
        )
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(x + self.factor * self.body(x))


class EDSR(nn.Module):
    """EDSR, Lim et al. 2017, Figure 3: residual blocks, one sum around them all, and shuffled pixels."""

    def __init__(self, scale: int, depth: int = 32, width: int = 256, factor: float = 0.1) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, padding=1)
        blocks = [ScaledResidual(width, factor) for _ in range(depth)]
        self.body = nn.Sequential(*blocks, nn.Conv2d(width, width, 3, padding=1))
        self.enlarge = nn.Sequential()
        for step in {2: [2], 3: [3], 4: [2, 2]}[scale]:
            self.enlarge.extend([nn.Conv2d(width, width * step**2, 3, padding=1), nn.PixelShuffle(step)])
        self.last = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        return torch.as_tensor(self.last(self.enlarge(x + self.body(x))))


def _small(scale: int) -> tuple[int, int]:
    """Rows and columns of what becomes 720p."""
    return 720 // scale, 1280 // scale


_BASELINE = {"depth": 16, "width": 64, "factor": 1.0}

REFERENCES: dict[str, Reference] = {
    **{
        name: typed("typed from section 4", 1, 720, 1280, build=lambda k=kernels: SRCNN(*k), sample=(1, 16, 20))
        for name, kernels in {"srcnn": (9, 1, 5), "srcnn_955": (9, 5, 5)}.items()
    },
    **{
        f"espcn_x{scale}": typed(
            "typed from section 3.2", 1, *_small(scale), build=ESPCN, scale=scale, sample=(1, 8, 10)
        )
        for scale in (2, 3, 4)
    },
    **{
        f"edsr_x{scale}": typed(
            "typed from the paper", 3, *_small(scale), build=EDSR, scale=scale, sample=(3, 6, 8) if scale == 4 else None
        )
        for scale in (2, 3, 4)
    },
    **{
        f"edsr_baseline_x{scale}": typed(
            "typed from the paper", 3, *_small(scale), build=EDSR, scale=scale, sample=(3, 6, 8), **_BASELINE
        )
        for scale in (2, 3, 4)
    },
}
