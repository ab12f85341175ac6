"""From sizes to places: where the items of a block stand, once it is known how large each of them is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.render.diagram.structure import Structure

GAP_ACROSS, GAP_DOWN, RAIL_GAP = 22, 30, 12
"""Least distances: between neighbours, of ranks, of rails."""
_SWEEPS = 3
_STEEPNESS = 9
"""So many times the least distance of ranks is what lines may go across within it; those that go further get more."""


class Size(NamedTuple):
    """How far an item extends from the middle of its column, and how high it is."""

    left: float
    right: float
    height: float


BEND = Size(0, 0, 0)
"""A line passes."""


class Placement(NamedTuple):
    """Where everything in a block is; its trunk runs down at x = 0, and its first rank begins at y = 0."""

    x: list[float]
    """The middle of every item's column."""
    y: list[float]
    """The top of every item; they stand in the middle of their ranks."""
    ranks: list[tuple[float, float]]
    """Top and bottom of every rank."""
    size: Size
    """Of the whole."""


def place(structure: Structure, sizes: Sequence[Size]) -> Placement:
    """The places of a block's items, of which all that are no bends have a size.

    No two items overlap, lines bend between ranks only, and pass ranks between the items.
    """
    all_sizes = [*sizes, *[BEND] * (len(structure.columns) - len(sizes))]
    columns = _Columns(structure, all_sizes).placed()
    x = [columns[column] for column in structure.columns]
    left = max([all_sizes[item].left - x[item] for item in range(len(x))], default=0)
    right = max([all_sizes[item].right + x[item] for item in range(len(x))], default=0)
    rails = 1 + max([rail.number for rail in structure.rails], default=-1)
    ranks = _ranks(structure, all_sizes, x)
    y = [0.0] * len(x)
    for (top, bottom), row in zip(ranks, structure.ranks, strict=True):
        for item in row:
            y[item] = (top + bottom - all_sizes[item].height) / 2
    return Placement(x, y, ranks, Size(left + RAIL_GAP * rails, right, ranks[-1][1] if ranks else 0))


def _ranks(structure: Structure, sizes: Sequence[Size], x: Sequence[float]) -> list[tuple[float, float]]:
    """Top and bottom of every rank: as high as its highest item, and further apart where lines go far across."""
    across = [0.0] * len(structure.ranks)
    rank_of = {item: rank for rank, row in enumerate(structure.ranks) for item in row}
    for upper, lower, _ in structure.links:
        rank = rank_of[upper]
        across[rank] = max(across[rank], abs(x[upper] - x[lower]))
    ranks, top = [], 0.0
    for row, far in zip(structure.ranks, across, strict=True):
        bottom = top + max([sizes[item].height for item in row])
        ranks.append((top, bottom))
        top = bottom + GAP_DOWN + min(2 * GAP_DOWN, max(0, int(far) // _STEEPNESS - GAP_DOWN // 2))
    return ranks


class _Columns:
    """Columns as near to the spine as can be, then as near to what they are linked with as the room allows."""

    def __init__(self, structure: Structure, sizes: Sequence[Size]) -> None:
        self.spine = structure.spine
        count = 1 + max(structure.columns, default=-1)
        self.left_of: list[dict[int, float]] = [{} for _ in range(count)]
        self.right_of: list[dict[int, float]] = [{} for _ in range(count)]
        self.linked: list[list[int]] = [[] for _ in range(count)]
        of = structure.columns
        for row in structure.ranks:
            for one, other in pairwise(row):
                distance = max(sizes[one].right + sizes[other].left + GAP_ACROSS, self._least(of[one], of[other]))
                self.right_of[of[one]][of[other]] = self.left_of[of[other]][of[one]] = distance
        for upper, lower, _ in structure.links:
            if of[upper] != of[lower]:
                self.linked[of[upper]].append(of[lower])
                self.linked[of[lower]].append(of[upper])
        self.x: list[float | None] = [None] * count

    def _least(self, left: int, right: int) -> float:
        return self.right_of[left].get(right, 0)

    def placed(self) -> list[float]:
        """The middle of every column; the spine's is at 0."""
        leftwards, rightwards = range(self.spine - 1, -1, -1), range(self.spine + 1, len(self.x))
        if self.x:
            self.x[self.spine] = 0
        for column in leftwards:
            low, high = self._room(column)
            self.x[column] = self._wanted(column, 0) if high is None else high
        for column in rightwards:
            low, high = self._room(column)
            self.x[column] = self._wanted(column, 0) if low is None else low
        for _ in range(_SWEEPS):
            for column in (*reversed(leftwards), *reversed(rightwards), *leftwards, *rightwards):
                self._move(column)
        return [x or 0 for x in self.x]

    def _move(self, column: int) -> None:
        low, high = self._room(column)
        wanted = self._wanted(column, self.x[column] or 0)
        if low is not None:
            wanted = max(wanted, low)
        if high is not None:
            wanted = min(wanted, high)
        self.x[column] = wanted

    def _room(self, column: int) -> tuple[float | None, float | None]:
        """How far left and right a column may stand, for those beside it that have a place."""
        x = self.x
        lows = [place + gap for left, gap in self.left_of[column].items() if (place := x[left]) is not None]
        highs = [place - gap for right, gap in self.right_of[column].items() if (place := x[right]) is not None]
        return max(lows, default=None), min(highs, default=None)

    def _wanted(self, column: int, otherwise: float) -> float:
        """The middle one of the columns that it is linked with."""
        places = sorted([place for other in self.linked[column] if (place := self.x[other]) is not None])
        if not places:
            return otherwise
        middle = len(places) // 2
        return places[middle] if len(places) % 2 else (places[middle - 1] + places[middle]) / 2
