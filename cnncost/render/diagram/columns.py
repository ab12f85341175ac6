"""Which items stand straight below one another: a spine through the whole block, and columns beside it.

After Brandes & Köpf 2002, "Fast and Simple Horizontal Coordinate Assignment", with one alignment instead of four: the
longest path is aligned first, so that the network's trunk is a straight line and what leaves it stands beside it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import pairwise
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.diagram.order import Order


class Columns(NamedTuple):
    """The columns of a block, numbered from left to right."""

    of: list[int]
    """The column of every item."""
    spine: int
    """The one of the network's trunk, from the first rank on."""


def columns_of(order: Order, parts: int) -> Columns:
    """The columns of the items of an order.

    Args:
        order: the items in their ranks.
        parts: how many of the items, the first ones, are no bends.

    >>> from cnncost.render.diagram.order import Order
    >>> columns_of(Order([[0], [1, 3], [2]], [(0, 1, 0), (0, 3, 0), (3, 2, 0), (1, 2, 1)], []), 3)
    Columns(of=[0, 0, 0, 1], spine=0)
    """
    if not order.ranks:
        return Columns([], 0)
    alignment = _Alignment(order, parts)
    below = alignment.below()
    of = [-1] * len(below)
    count = 0
    for row in order.ranks:
        for item in row:
            if of[item] == -1:
                of[item] = count
                count += 1
            if below[item] != -1:
                of[below[item]] = of[item]
    numbers = _from_left_to_right(order, of, count)
    return Columns([numbers[column] for column in of], numbers[of[alignment.spine[0]]])


class _Alignment:
    """The search for who stands straight below whom."""

    def __init__(self, order: Order, parts: int) -> None:
        items = sum(map(len, order.ranks))
        self.links = [(upper, lower) for upper, lower, _ in order.links]
        self.parts = parts
        self.rank, self.place = [0] * items, [0] * items
        for rank, row in enumerate(order.ranks):
            for place, item in enumerate(row):
                self.rank[item], self.place[item] = rank, place
        self.lower: list[list[int]] = [[] for _ in range(items)]
        for upper, lower in self.links:
            self.lower[upper].append(lower)
        self.length = self._lengths(order)
        self.spine = self._spine(order.ranks[0])

    def below(self) -> list[int]:
        """For every item, the one that stands straight below it in the next rank, -1 for none."""
        below, taken = [-1] * len(self.rank), [False] * len(self.rank)
        gaps: list[list[tuple[int, int]]] = [[] for _ in range(1 + max(self.rank))]
        for upper, lower in self._by_importance():
            if below[upper] != -1 or taken[lower]:
                continue
            gap, pair = gaps[self.rank[upper]], (self.place[upper], self.place[lower])
            at = bisect_left(gap, pair)
            if (at and gap[at - 1][1] > pair[1]) or (at < len(gap) and gap[at][1] < pair[1]):
                continue  # it would cross what is aligned already
            insort(gap, pair)
            below[upper], taken[lower] = lower, True
        return below

    def _by_importance(self) -> Iterator[tuple[int, int]]:
        """Who should be aligned, the most important first: the spine, long lines, then long paths."""
        yield from zip(self.spine, self.spine[1:], strict=False)
        yield from [pair for pair in self.links if min(pair) >= self.parts]
        others = [pair for pair in self.links if min(pair) < self.parts]
        others.sort(key=lambda pair: (max(pair) >= self.parts, -self.length[pair[1]]))
        yield from others

    def _lengths(self, order: Order) -> list[int]:
        """How many parts the longest path from each item downwards passes, with itself; bends are none."""
        length = [int(item < self.parts) for item in range(len(self.rank))]
        for row in reversed(order.ranks):
            for item in row:
                length[item] += max([length[lower] for lower in self.lower[item]], default=0)
        return length

    def _spine(self, first: Sequence[int]) -> list[int]:
        """A path downwards that passes as many parts as can be, in the middle where several do."""
        path = [self._middle(first)]
        while self.lower[path[-1]]:
            path.append(self._middle(self.lower[path[-1]]))
        return path

    def _middle(self, items: Sequence[int]) -> int:
        """The item with the longest path below it; of several, the one in the middle."""
        most = max([self.length[item] for item in items])
        longest = sorted([item for item in items if self.length[item] == most], key=self.place.__getitem__)
        return longest[(len(longest) - 1) // 2]


def _from_left_to_right(order: Order, of: Sequence[int], count: int) -> list[int]:
    """A number for each column that is larger than those of all columns to its left."""
    right_of: list[set[int]] = [set() for _ in range(count)]
    for row in order.ranks:
        for left, right in pairwise(row):
            right_of[of[left]].add(of[right])
    waiting = [0] * count
    for columns in right_of:
        for column in columns:
            waiting[column] += 1
    ready = [column for column in reversed(range(count)) if not waiting[column]]
    numbers = [0] * count
    for number in range(count):
        column = ready.pop()
        numbers[column] = number
        for right in sorted(right_of[column], reverse=True):
            waiting[right] -= 1
            if not waiting[right]:
                ready.append(right)
    return numbers
