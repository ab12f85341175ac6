"""Models of a few lines that used to be imported wrongly, slowly, or not at all."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Half(nn.Module):
    """Weights in half precision, and an input in nothing said."""

    def __init__(self, dtype: str = "float16") -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3).to(getattr(torch, dtype))

    def forward(self, x: Any) -> Any:
        return self.conv(x)


class Mixed(nn.Module):
    """Weights in two precisions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3).bfloat16(), nn.Linear(8, 2)

    def forward(self, x: Any) -> Any:
        return self.fc(self.conv(x).mean((2, 3)).float())


class Absurd(nn.Module):
    """A width that is a slip."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.wide = nn.Conv2d(3, 8, 3), nn.Parameter(torch.empty(8, 10**12))

    def forward(self, x: Any) -> Any:
        return self.conv(x) + self.wide[0, 0]


class OneByOne(nn.Module):
    """The samples of a batch, one after the other."""

    def __init__(self, how: str = "iterated") -> None:
        super().__init__()
        self.how, self.conv, self.last = how, nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3)

    def forward(self, x: Any) -> Any:
        if self.how == "iterated":
            return torch.stack([self.last(self.conv(sample)) for sample in x])
        if self.how == "indexed":
            return torch.stack([self.last(self.conv(x[place])) for place in range(len(x))])
        return torch.cat([self.last(self.conv(x[place : place + 1])) for place in range(len(x))])


class ImportsLate(nn.Module):
    """A deformable convolution, and the library that has it imported as the model is made."""

    def __init__(self) -> None:
        super().__init__()
        from torchvision.ops import DeformConv2d

        self.offsets, self.conv = nn.Conv2d(3, 18, 3, padding=1), DeformConv2d(3, 8, 3, padding=1)

    def forward(self, x: Any) -> Any:
        return self.conv(x, self.offsets(x))
