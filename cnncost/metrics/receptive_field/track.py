"""One axis of a receptive field: which pixels the units of a layer see, exactly, in whole numbers."""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncost.layers.base.window import Window


class Track(NamedTuple):
    """What units see of one axis: unit `q * P + r` sees the pixels `q * step + firsts[r]` to `q * step + lasts[r]`.

    The period P, the number of phases, is 1 until a layer magnifies: two outputs of a nearest upsampling see the same
    place, so fields differ by phase from there on. A unit between the kernels of a transposed convolution sees nothing:
    its first pixel lies behind its last.
    """

    step: int
    """Pixels by which the fields lie further on after a period of units."""
    firsts: tuple[int, ...]
    """The first pixel of each phase's first unit."""
    lasts: tuple[int, ...]
    """The last pixel of each phase's first unit."""

    @property
    def period(self) -> int:
        """The number of phases."""
        return len(self.firsts)

    @property
    def jump(self) -> tuple[int, int]:
        """Pixels between the fields of neighbouring units, on average, as a reduced fraction."""
        return _reduced(self.step, self.period)

    @property
    def size(self) -> int:
        """The largest extent."""
        return max([last - first for first, last in zip(self.firsts, self.lasts, strict=True)]) + 1

    @property
    def twice_center(self) -> tuple[int, int]:
        """Twice the center of the first unit's field, as a reduced fraction.

        Where there are phases it is what the units are evenly spaced around: the mean of the phases' centers, each less
        the jumps that lie before it.
        """
        return _reduced(sum(self.firsts) + sum(self.lasts) - (self.period - 1) * self.step, self.period)

    def first(self, unit: int) -> int:
        """The first pixel that `unit` sees."""
        return unit // self.period * self.step + self.firsts[unit % self.period]

    def last(self, unit: int) -> int:
        """The last pixel that `unit` sees."""
        return unit // self.period * self.step + self.lasts[unit % self.period]

    def at_first_unit(self) -> Track:
        """Of the first unit alone, wherever one looks."""
        return Track(0, self.firsts[:1], self.lasts[:1])

    def through(self, window: Window) -> Track:
        """What units see that look at these units through a window: size + (k - 1) j, start + t j, jump s j.

        >>> from cnncost.layers.base.window import Window
        >>> Track(2, (-3,), (3,)).through(Window(3, 2, -1))
        Track(step=4, firsts=(-5,), lasts=(5,))
        """
        size, stride, start, phases, gap = window
        if phases or self.period > 1 or type(stride) is not int or type(start) is not int:
            return self._through_phases(stride.numerator, phases or _phases(window), gap)
        step, (first,), (last,) = self
        return Track(step * stride, (first + start * step,), (last + (start + size - 1) * step,))

    def _through_phases(self, advance: int, windows: tuple[tuple[int, int], ...], gap: int) -> Track:
        """Through windows that differ by phase; after a turn of them, the next begins `advance` units further on."""
        period = self.period
        turns = period // gcd(period, advance)
        seen = [
            self._hull(range(start + turn * advance, end + turn * advance + 1, gap))
            for turn in range(turns)
            for start, end in windows
        ]
        step = self.step * turns * advance // period
        return Track(step, tuple([first for first, _ in seen]), tuple([last for _, last in seen]))

    def _hull(self, units: range) -> tuple[int, int]:
        """The first and last pixel that any of the units sees; first behind last where none sees any.

        A period further on, units see pixels further on: one period from either end holds the outermost.
        """
        heads = [unit for unit in units[: self.period] if self.first(unit) <= self.last(unit)]
        tails = [unit for unit in units[-self.period :] if self.first(unit) <= self.last(unit)]
        if not heads:
            place = self.first(units.start)
            return place, place - 1
        return min(map(self.first, heads)), max(map(self.last, tails))


def unite(tracks: list[Track]) -> tuple[Track, ...]:
    """What is seen along any of the tracks: those of the same jump make one, the others lie side by side.

    >>> unite([Track(2, (-1,), (1,)), Track(2, (0,), (3,))])
    (Track(step=2, firsts=(-1,), lasts=(3,)),)
    """
    by_jump: dict[tuple[int, int], list[Track]] = {}
    for track in tracks:
        by_jump.setdefault(track.jump, []).append(track)
    return tuple([_hull(alike) for alike in by_jump.values()])


def largest_extent(tracks: tuple[Track, ...], units: int) -> int:
    """The largest extent that one of the `units` sees along all tracks together.

    Tracks of unlike jump drift apart towards one end, so the largest is found within a period of the first or the last.
    """
    if len(tracks) == 1:
        return tracks[0].size
    period = min(units, lcm(*(track.period for track in tracks)))
    ends = {*range(period), *range(units - period, units)}
    return max(_last(tracks, unit) - _first(tracks, unit) + 1 for unit in ends)


def twice_center(tracks: tuple[Track, ...]) -> tuple[int, int]:
    """Twice the center of the first unit's field, along all tracks together."""
    return tracks[0].twice_center if len(tracks) == 1 else (_first(tracks, 0) + _last(tracks, 0), 1)


def _first(tracks: tuple[Track, ...], unit: int) -> int:
    return _seen(tracks, unit)[0]


def _last(tracks: tuple[Track, ...], unit: int) -> int:
    return _seen(tracks, unit)[1]


def _seen(tracks: tuple[Track, ...], unit: int) -> tuple[int, int]:
    """The first and last pixel that a unit sees along any of the tracks that it sees something along."""
    fields = [(track.first(unit), track.last(unit)) for track in tracks]
    seen = [(first, last) for first, last in fields if first <= last] or fields[:1]
    return min([first for first, _ in seen]), max([last for _, last in seen])


def _hull(tracks: list[Track]) -> Track:
    """The union of tracks of the same jump."""
    if len(tracks) == 1:
        return tracks[0]
    period = lcm(*(track.period for track in tracks))
    together = tuple(tracks)
    return Track(
        tracks[0].step * period // tracks[0].period,
        tuple([_first(together, unit) for unit in range(period)]),
        tuple([_last(together, unit) for unit in range(period)]),
    )


def _phases(window: Window) -> tuple[tuple[int, int], ...]:
    """The windows of one turn where the layer gives none: from the integer nearest to their start on."""
    starts = [_nearest(output * window.stride + window.start) for output in range(window.stride.denominator)]
    return tuple((start, start + window.size - 1) for start in starts)


def _nearest(value: Fraction | int) -> int:
    """The nearest integer, halves rounded up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _reduced(numerator: int, denominator: int) -> tuple[int, int]:
    if denominator == 1:
        return numerator, 1
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor
