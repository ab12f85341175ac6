"""Sizes drawn at random, and yet the same every time: what has been measured is found again."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

MAPS = (7, 8, 14, 16, 28, 32, 56, 64, 112, 128, 224)
"""Sides of maps, as networks have them."""

_ELEMENTS = 14_336
"""Channels times the side of a map, in the widest stages: 128 at 112, 2,048 at 7."""

_ODD_SHARE = 0.2
"""Part of the channels that are no multiple of 8."""


class Draw:
    """The sizes of one case of a family.

    >>> Draw("pool", 3).side() == Draw("pool", 3).side()
    True
    """

    def __init__(self, family: str, number: int) -> None:
        self._random = random.Random(f"{family} {number}")

    def one_of(self, values: Sequence[T]) -> T:
        """One of the values, all alike."""
        return self._random.choice(values)

    def weighted(self, values: Mapping[T, float]) -> T:
        """One of the values, some more often than others."""
        return self._random.choices([*values], [*values.values()])[0]

    def chance(self, part: float) -> bool:
        """Whether something happens that happens so often."""
        return self._random.random() < part

    def between(self, low: float, high: float) -> float:
        """A size between two, all orders of magnitude alike."""
        return math.exp(self._random.uniform(math.log(low), math.log(high)))

    def side(self, largest: int = MAPS[-1]) -> int:
        """The side of a map."""
        return self.one_of([side for side in MAPS if side <= largest])

    def channels(self, side: int, least: int = 8) -> int:
        """Channels that maps of such a side have: the more the smaller they are."""
        most = max(min(_ELEMENTS // side, 2048), 2 * least)
        drawn = self.between(max(most / 32, least), most)
        return self.rounded(drawn, 1 if self.chance(_ODD_SHARE) else 8)

    def rounded(self, size: float, step: int) -> int:
        """The nearest multiple."""
        return max(round(size / step), 1) * step
