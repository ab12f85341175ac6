"""Who stands beside whom: the order within each rank, by which few lines cross.

Lines that pass ranks bend there, and all lines of one tensor share their bends. The order is found by barycentres, down
and up the ranks in turn (Sugiyama, Tagawa & Toda 1981), and by exchanging neighbours at the end.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.render.diagram.flow import Level

_SWEEPS, _EXCHANGES = 12, 4
_EXCHANGES_UP_TO = 40
"""Ranks of more items than these are not improved by exchanges, which take the square of their number."""
_MOST_BENDS = 4
"""Bends for each part of a block, on average. What passes more ranks than there is room for runs on rails."""


class Rail(NamedTuple):
    """A tensor whose line passes so many ranks that it runs beside all boxes."""

    number: int
    """Of the rail, the nearest to the boxes first; lines one after another share one."""
    source: int
    """The part that it comes from."""
    tensor: int
    """The number of the layer that makes it."""
    targets: tuple[int, ...]
    """The parts that read it."""


class Order(NamedTuple):
    """Items in ranks, parts first by their numbers, bends behind them."""

    ranks: list[list[int]]
    """The items of every rank, from left to right."""
    links: list[tuple[int, int, int]]
    """Between items of ranks that follow one another: upper item, lower item, and the tensor that flows."""
    rails: list[Rail]
    """What is not linked by items."""


def order_of(level: Level, ranks: Sequence[int]) -> Order:
    """The order of the parts that stand in these ranks; what enters a block keeps its order.

    >>> from cnncost.render.diagram.flow import Level
    >>> order_of(Level(3, (), (), {0: (0, (1, 2)), 1: (1, (2,))}), [0, 1, 2])
    Order(ranks=[[0], [1, 3], [2]], links=[(0, 1, 0), (0, 3, 0), (3, 2, 0), (1, 2, 1)], rails=[])
    """
    rails = _rails(level, ranks)
    rows: list[list[int]] = [[] for _ in range(1 + max(ranks, default=-1))]
    for part, rank in enumerate(ranks):
        rows[rank].append(part)
    links: list[tuple[int, int, int]] = []
    bends = len(ranks)
    on_rails = {rail.tensor for rail in rails}
    for tensor, (source, targets) in level.tensors.items():
        if tensor in on_rails:
            continue
        upper = source
        by_rank: dict[int, list[int]] = {}
        for target in targets:
            by_rank.setdefault(ranks[target], []).append(target)
        last = max(by_rank)
        for rank in range(ranks[source] + 1, last + 1):
            links += [(upper, target, tensor) for target in by_rank.get(rank, ())]
            if rank < last:
                rows[rank].append(bends)
                links.append((upper, bends, tensor))
                upper = bends
                bends += 1
    return Order(_Sweeps(rows, links, bends, keeps_first=bool(level.inlets)).best(), links, rails)


def _rails(level: Level, ranks: Sequence[int]) -> list[Rail]:
    """The longest lines, as many as there are too many bends for, on as few rails as can be."""
    spans = {
        tensor: max([ranks[target] for target in targets]) - ranks[source]
        for tensor, (source, targets) in level.tensors.items()
    }
    room = _MOST_BENDS * len(ranks) + 500
    too_many = sum(spans.values()) - len(spans) - room
    taken = []
    for tensor in sorted(spans, key=spans.__getitem__, reverse=True):
        if too_many <= 0:
            break
        taken.append(tensor)
        too_many -= spans[tensor] - 1
    rails: list[Rail] = []
    free_from: list[int] = []
    for tensor in sorted(taken, key=lambda tensor: (ranks[level.tensors[tensor][0]], spans[tensor])):
        source, targets = level.tensors[tensor]
        start = ranks[source]
        number = next((number for number, rank in enumerate(free_from) if rank < start), len(free_from))
        free_from[number : number + 1] = [start + spans[tensor]]
        rails.append(Rail(number, source, tensor, targets))
    return rails


class _Sweeps:
    """The search for the order with the fewest crossings."""

    def __init__(
        self, rows: list[list[int]], links: Sequence[tuple[int, int, int]], items: int, *, keeps_first: bool
    ) -> None:
        self.rows = rows
        self.keeps_first = keeps_first
        self.above: list[list[int]] = [[] for _ in range(items)]
        self.below: list[list[int]] = [[] for _ in range(items)]
        for upper, lower, _ in links:
            self.above[lower].append(upper)
            self.below[upper].append(lower)
        self.place = [0] * items
        for row in rows:
            self._number(row)

    def best(self) -> list[list[int]]:
        """The rows of the order that was the best of all that were met."""
        self._downwards()
        best, fewest = [[*row] for row in self.rows], self._crossings()
        for turn in range(_SWEEPS):
            if not fewest:
                return best
            if turn % 2:
                self._downwards()
            else:
                self._upwards()
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [[*row] for row in self.rows], crossings
        self._take(best)
        self._exchange_all()
        return self.rows

    def _downwards(self) -> None:
        for row in self.rows[1:]:
            self._sort(row, self.above)

    def _upwards(self) -> None:
        for row in reversed(self.rows[int(self.keeps_first) : -1]):
            self._sort(row, self.below)

    def _take(self, rows: Sequence[Sequence[int]]) -> None:
        for row, found in zip(self.rows, rows, strict=True):
            row[:] = found
            self._number(row)

    def _exchange_all(self) -> None:
        for _ in range(_EXCHANGES):
            if not sum([self._exchange(row) for row in self.rows[int(self.keeps_first) :]]):
                break

    def _number(self, row: Sequence[int]) -> None:
        for place, item in enumerate(row):
            self.place[item] = place

    def _sort(self, row: list[int], neighbours: Sequence[Sequence[int]]) -> None:
        """Sort a row by where the neighbours of each item stand on average; one without any stays where it is."""
        if len(row) < 2:
            return
        place = self.place
        key = {
            item: sum([place[each] for each in neighbours[item]]) / len(neighbours[item])
            if neighbours[item]
            else place[item]
            for item in row
        }
        row.sort(key=key.__getitem__)
        self._number(row)

    def _crossings(self) -> int:
        """How many pairs of lines cross."""
        place, count = self.place, 0
        for upper, row in zip(self.rows, self.rows[1:], strict=False):
            if len(upper) < 2 or len(row) < 2:
                continue
            seen: list[int] = []
            for item in upper:
                ends = sorted([place[each] for each in self.below[item]])
                count += sum([len(seen) - bisect_right(seen, end) for end in ends])
                for end in ends:
                    insort(seen, end)
        return count

    def _exchange(self, row: list[int]) -> int:
        """Exchange neighbours where their lines cross less then; how many were."""
        exchanged = 0
        if not 1 < len(row) <= _EXCHANGES_UP_TO:
            return exchanged
        for left in range(len(row) - 1):
            one, other = row[left], row[left + 1]
            if self._crossed(one, other) > self._crossed(other, one):
                row[left], row[left + 1] = other, one
                self.place[one], self.place[other] = left + 1, left
                exchanged += 1
        return exchanged

    def _crossed(self, left: int, right: int) -> int:
        """Crossings of the lines of two items that stand side by side."""
        place = self.place
        return sum(
            [
                place[one] > place[other]
                for neighbours in (self.above, self.below)
                for one in neighbours[left]
                for other in neighbours[right]
            ]
        )
