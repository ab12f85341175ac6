"""Which points of a space are there already."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.spaces.expressions.arrays import Array
    from cnncost.spaces.points import Points


class Indices:
    """A set of whole numbers that mostly follow each other.

    >>> done = Indices([range(0, 10), range(20, 30)])
    >>> 5 in done, 15 in done, len(done), done.missing(range(8, 25))
    (True, False, 20, [range(10, 20)])
    """

    def __init__(self, ranges: Iterable[range] = ()) -> None:
        self._ranges: list[range] = []
        for each in sorted(ranges, key=lambda each: each.start):
            self._append(each)

    @classmethod
    def of(cls, numbers: Array) -> Indices:
        """Those in an array, in any order."""
        import numpy as np

        if len(numbers) == 0:
            return cls()
        ordered = np.unique(numbers)
        ends = np.flatnonzero(np.diff(ordered) != 1)
        starts = ordered[np.concatenate([[0], ends + 1])].tolist()
        stops = ordered[np.concatenate([ends, [len(ordered) - 1]])].tolist()
        return cls(range(start, stop + 1) for start, stop in zip(starts, stops, strict=True))

    def __contains__(self, index: object) -> bool:
        place = bisect_right(self._ranges, index, key=lambda each: each.start) - 1  # type: ignore[call-overload]
        return place >= 0 and index in self._ranges[place]

    def __len__(self) -> int:
        return sum(map(len, self._ranges))

    def __iter__(self) -> Iterator[int]:
        return (index for each in self._ranges for index in each)

    def add(self, more: range) -> None:
        """Take numbers in."""
        if self._ranges and more.start < self._ranges[-1].start:
            self._ranges = Indices([*self._ranges, more])._ranges
        else:
            self._append(more)

    def update(self, more: Indices) -> None:
        """Take others in."""
        for each in more._ranges:
            self.add(each)

    def missing(self, wanted: range) -> list[range]:
        """The parts of a range that are not there."""
        parts, start = [], wanted.start
        first = max(0, bisect_right(self._ranges, wanted.start, key=lambda each: each.start) - 1)
        for each in self._ranges[first:]:
            if each.start >= wanted.stop:
                break
            if each.start > start:
                parts.append(range(start, each.start))
            start = max(start, each.stop)
        return [*parts, range(start, wanted.stop)] if start < wanted.stop else parts

    def _append(self, more: range) -> None:
        if not more:
            return
        if self._ranges and more.start <= self._ranges[-1].stop:
            last = self._ranges.pop()
            more = range(last.start, max(last.stop, more.stop))
        self._ranges.append(more)


def remaining(chunks: Iterable[Points], done: Indices) -> Iterator[Points]:
    """The points that are not done yet.

    >>> from cnncost.spaces.points import Points
    >>> list(remaining([Points({"a": [1, 2, 3]}), Points({"a": [4]}, 3)], Indices([range(1, 2), range(3, 4)])))
    [<Points 0 to 0: a>, <Points 2 to 2: a>]
    """
    for points in chunks:
        for part in done.missing(points.indices):
            whole = len(part) == len(points)
            yield points if whole else points.part(part.start - points.start, part.stop - points.start)
