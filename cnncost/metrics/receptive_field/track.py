"""One axis of a receptive field: which pixels the units of a layer see, exactly, in whole numbers.

Where that would take more than a bounded number of phases, a track says between which places the pixels lie.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor, gcd
from typing import TYPE_CHECKING

from cnncost.layers.base.window import MOST_PHASES
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncost.layers.base.window import Window

_MOST_UNITS = 64
"""Units that are looked at one by one for a phase, where the fields of neighbours do not lie in order."""


class Track(NamedTuple):
    """What units see of one axis: unit `q * P + r` sees the pixels `q * step + firsts[r]` to `q * step + lasts[r]`.

    The period P, the number of phases, is 1 until a layer magnifies: two outputs of a nearest upsampling see the same
    place, so fields differ by phase from there on. A unit between the kernels of a transposed convolution sees nothing:
    its first pixel lies behind its last.
    """

    step: int | Fraction
    """Pixels by which the fields lie further on after a period of units."""
    firsts: tuple[int | Fraction, ...]
    """The first pixel of each phase's first unit."""
    lasts: tuple[int | Fraction, ...]
    """The last pixel of each phase's first unit."""
    exact: bool = True
    """Whether units see just that. If not, its numbers are fractions, it has one phase, and units see less or all."""

    @property
    def period(self) -> int:
        """The number of phases."""
        return len(self.firsts)

    @property
    def jump(self) -> tuple[int, int]:
        """Pixels between the fields of neighbouring units, on average, as a reduced fraction."""
        return _reduced(self.step.numerator, self.period * self.step.denominator)

    @property
    def twice_center(self) -> int | Fraction:
        """Twice the center of the first unit's field.

        Where there are phases it is what the units are evenly spaced around: the mean of the phases' centers, each less
        the jumps that lie before it.
        """
        total = sum(self.firsts) + sum(self.lasts) - (self.period - 1) * self.step
        return total if self.period == 1 else _quotient(total, self.period)

    @property
    def in_order(self) -> bool:
        """Whether every unit sees something, and no later unit begins or ends before an earlier one."""
        if self.period == 1:
            return self.firsts <= self.lasts
        ascending = _ascending(self.firsts, self.step) and _ascending(self.lasts, self.step)
        return ascending and all(first <= last for first, last in zip(self.firsts, self.lasts, strict=True))

    def size(self, units: int) -> int:
        """The largest extent of so many units."""
        if self.period == 1:
            return floor(self.lasts[0] - self.firsts[0]) + 1
        extents = [last - first for first, last in zip(self.firsts[:units], self.lasts[:units], strict=True)]
        return floor(max(extents)) + 1

    def first(self, unit: int) -> int | Fraction:
        """The first pixel that `unit` sees."""
        return unit // self.period * self.step + self.firsts[unit % self.period]

    def last(self, unit: int) -> int | Fraction:
        """The last pixel that `unit` sees."""
        return unit // self.period * self.step + self.lasts[unit % self.period]

    def at(self, unit: int) -> Track:
        """Of one unit alone, wherever one looks."""
        return self._replace(step=0, firsts=(self.first(unit),), lasts=(self.last(unit),))

    def of_first(self, units: int) -> Track:
        """Of so many units from the first one on: phases that do not occur among them leave no trace."""
        if units >= self.period:
            return self
        from fractions import Fraction  # only the networks that magnify pay for the import

        jump = Fraction(self.step, self.period)
        if units > 1:
            last = units - 1
            jump = Fraction(self.firsts[last] + self.lasts[last] - self.firsts[0] - self.lasts[0], 2 * last)
        return Track(jump * units, self.firsts[:units], self.lasts[:units], self.exact)

    def over(self, units: int) -> Track:
        """Everything that so many units see together, wherever one looks."""
        if self.in_order:
            return self._replace(step=0, firsts=(self.first(0),), lasts=(self.last(units - 1),))
        first, last = self._hull(range(units))
        return Track(0, (first,), (last,), self.exact)

    def plus(self, other: Track) -> Track:
        """What is seen a constant further on, and further: `other` is the same for all units."""
        (first,), (last,) = other.firsts, other.lasts
        firsts, lasts = tuple([first + each for each in self.firsts]), tuple([last + each for each in self.lasts])
        return Track(self.step, firsts, lasts, self.exact and other.exact)

    def through(self, window: Window) -> Track:
        """What units see that look at these units through a window: size + (k - 1) j, start + t j, jump s j.

        >>> from cnncost.layers.base.window import Window
        >>> Track(2, (-3,), (3,)).through(Window(3, 2, -1))
        Track(step=4, firsts=(-5,), lasts=(5,), exact=True)
        """
        size, stride, start, phases, gap, _ = window
        if self.period == 1 and not phases:
            step, (first,), (last,), exact = self
            return Track(
                step * stride,
                (first + start * step,),
                (last + (start + size - 1) * step,),
                exact and (window.exact or not step),
            )
        windows = phases or ((int(start), int(start) + size - 1),)
        count = len(windows) * self.period // gcd(self.period, stride.numerator)
        looked_at = 1 if self.in_order else min(self.period, size)
        if not self.exact or not window.exact or count > MOST_PHASES or looked_at > _MOST_UNITS:
            return self.bounds().through(_bounds(window))
        return self._through_phases(stride.numerator, windows, gap)

    def _through_phases(self, advance: int, windows: tuple[tuple[int, int], ...], gap: int) -> Track:
        """Through windows that differ by phase; after a turn of them, the next begins `advance` units further on."""
        period = self.period
        turns = period // gcd(period, advance)
        hull = self._ends if self.in_order else self._hull
        seen = [
            hull(range(start + turn * advance, end + turn * advance + 1, gap))
            for turn in range(turns)
            for start, end in windows
        ]
        step = self.step * turns * advance // period
        return Track(step, tuple([first for first, _ in seen]), tuple([last for _, last in seen]))

    def _ends(self, units: range) -> tuple[int | Fraction, int | Fraction]:
        """What units that lie in order see together: from the first one's to the last one's."""
        if units:
            return self.first(units[0]), self.last(units[-1])
        place = self.first(units.start)
        return place, place - 1

    def _hull(self, units: range) -> tuple[int | Fraction, int | Fraction]:
        """The first and last pixel that any of the units sees; first behind last where none sees any.

        A period further on, units see pixels further on: one period from either end holds the outermost.
        """
        heads = [unit for unit in units[: self.period] if self.first(unit) <= self.last(unit)]
        tails = [unit for unit in units[-self.period :] if self.first(unit) <= self.last(unit)]
        if not heads:
            place = self.first(units.start)
            return place, place - 1
        return min(map(self.first, heads)), max(map(self.last, tails))

    def bounds(self) -> Track:
        """One phase that all units lie within, and so no longer exact."""
        if self.period == 1:
            return self
        from fractions import Fraction  # only the networks that magnify pay for the import

        jump = Fraction(self.step, self.period)
        seen = [
            (a - r * jump, b - r * jump) for r, (a, b) in enumerate(zip(self.firsts, self.lasts, strict=True)) if a <= b
        ]
        first, last = min([a for a, _ in seen], default=0), max([b for _, b in seen], default=-1)
        return Track(jump, (first,), (last,), exact=False)

    def split(self, inner: int) -> tuple[Track, Track]:
        """Of units in rows of so many: how the field moves from row to row, and what is seen along the first row."""
        if inner % self.period:
            rows, row = self.bounds().split(inner)
            return rows._replace(exact=False), row._replace(exact=False)
        return Track(self.step * (inner // self.period), (0,), (0,)), self


def whole(pixels: int, *, exact: bool) -> Track:
    """Every pixel, whichever unit looks; or any of them, where it is not known which."""
    return Track(0, (0,), (pixels - 1,), exact)


def _bounds(window: Window) -> Window:
    """A window without phases that all of them lie within."""
    if not window.phases:
        return window
    stride, phases = window.stride, window.phases
    seen = [(a - r * stride, b - r * stride) for r, (a, b) in enumerate(phases) if a <= b]
    first, last = min([a for a, _ in seen], default=0), max([b for _, b in seen], default=-1)
    return window._replace(size=max(1, ceil(last - first) + 1), start=first, phases=())


def _ascending(places: tuple[int | Fraction, ...], step: int | Fraction) -> bool:
    """Whether none lies before the one before it, from one period to the next one too."""
    return all(a <= b for a, b in pairwise(places)) and places[-1] <= places[0] + step


def _quotient(numerator: int | Fraction, denominator: int) -> int | Fraction:
    from fractions import Fraction  # only the networks that magnify pay for the import

    return Fraction(numerator, denominator)


def _reduced(numerator: int, denominator: int) -> tuple[int, int]:
    if denominator == 1:
        return numerator, 1
    divisor = gcd(numerator, denominator)
    return numerator // divisor, denominator // divisor
