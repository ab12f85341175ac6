"""A model with an operator of torchvision's compiled part, which need not load."""

from __future__ import annotations

from typing import Any

from torch import nn

from tests.compiled_operators import import_torchvision

DeformConv2d = import_torchvision().ops.DeformConv2d


class Deformed(nn.Module):
    """torchvision's deformable convolutions: one with masks and two groups, and one with neither."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets, self.masks = nn.Conv2d(4, 36, 3, padding=1), nn.Conv2d(4, 18, 3, padding=1)
        self.first = DeformConv2d(4, 6, 3, padding=1, groups=2)
        self.more, self.second = nn.Conv2d(6, 8, 1, stride=2), DeformConv2d(6, 5, 2, stride=2, bias=False)

    def forward(self, x: Any) -> Any:
        x = self.first(x, self.offsets(x), self.masks(x).sigmoid())
        return self.second(x, self.more(x))
