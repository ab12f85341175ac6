"""Bytes over the course of something, as data: what lives at each moment, and of what kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Instant(NamedTuple):
    """One moment of the course."""

    phase: str
    """What it is part of; moments of one phase follow each other."""
    bytes: int
    """All that lives."""
    parts: Mapping[str, int]
    """The same in parts, by the names of the curve's `parts`."""


class Curve(NamedTuple):
    """What there is to draw: an area over moments, one beside the other, with the highest of them marked."""

    title: str
    """What it shows."""
    x_heading: str
    """What the axis across counts."""
    y_heading: str
    """What the axis upwards is."""
    instants: tuple[Instant, ...]
    """In their order, one at least."""
    peak: str
    """What is said of the highest one."""
    parts: tuple[str, ...]
    """What the area consists of, from below."""
    limit: tuple[int, str] | None = None
    """Bytes that it should stay below, and what these are."""

    @property
    def highest(self) -> int:
        """Where the most lives: the first of several."""
        sizes = [instant.bytes for instant in self.instants]
        return sizes.index(max(sizes))

    def phases(self) -> list[tuple[str, int, int]]:
        """Each phase, with where it begins and where it ends."""
        found: list[tuple[str, int, int]] = []
        for place, instant in enumerate(self.instants):
            if found and found[-1][0] == instant.phase:
                found[-1] = (instant.phase, found[-1][1], place + 1)
            else:
                found.append((instant.phase, place, place + 1))
        return found


def ticks(most: int, count: int) -> list[int]:
    """Round amounts of bytes up to `most`, at most `count` of them beside zero.

    >>> ticks(3 * 2**30, 4) == [number * 2**30 for number in (0, 1, 2, 3)]
    True
    """
    unit = 1
    while most >= 1024 * unit:
        unit *= 1024
    steps = [unit // 10, unit // 5, unit // 2, *(unit * factor for factor in (1, 2, 5, 10, 20, 50, 100, 200, 500))]
    step = next(step for step in steps if step and most <= step * count)
    return [*range(0, most + 1, step)]
