"""Where the units of a tensor come from: every dimension is a number of digits, each a walk along an axis of the input.

Mixed-radix notation: an 8 x 8 map laid out as 64 tokens has one dimension of two digits, row and column, and token
t is the unit of row t // 8 and column t % 8. Reshaping cuts digits and lays them side by side, permuting puts them in
another order, and nothing else is needed to follow a unit through either.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncost.layers.base.window import MOST_PHASES, SAME_POSITION, Window
from cnncost.metrics.receptive_field.track import Track
from cnncost.metrics.receptive_field.tracks import seen_by
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Digit(NamedTuple):
    """One digit of a dimension: what is seen of one axis of the input, as it counts up.

    What a unit sees of an axis is the sum of what the digits of that axis say.
    """

    axis: int | None
    """The axis of the input along which the field moves; ``None`` where the digit changes nothing (channels)."""
    values: int
    """How many values it has; 1 where it is the same for all units."""
    tracks: tuple[Track, ...] = ()
    """What is seen of the axis: several tracks where paths of unlike jump met."""

    @property
    def moves(self) -> bool:
        """Whether units with other values of the digit may see something else."""
        return self.axis is not None and self.values > 1

    def over(self) -> Digit:
        """One value that sees what all of them see together."""
        if self.values == 1:
            return self
        return self._replace(values=1, tracks=_hull([track.over(self.values) for track in self.tracks]))

    def at(self, value: int) -> Digit:
        """One value alone."""
        return self._replace(values=1, tracks=_hull([track.at(value) for track in self.tracks]))

    def split(self, inner: int) -> tuple[Digit, Digit]:
        """Two digits in its place, the inner one of so many values."""
        outer = self.values // inner
        if self.axis is None:
            return Digit(None, outer), Digit(None, inner)
        (track,) = self.tracks
        rows, row = track.split(inner)
        return Digit(self.axis, outer, (rows,)), Digit(self.axis, inner, (row,))


Dimension = tuple[Digit, ...]
"""The digits of a dimension, outermost first; those of the channels may leave out the innermost if it moves nothing."""


def over(dimension: Dimension) -> Dimension:
    """What all units along a dimension see together."""
    return tuple([digit.over() for digit in dimension if digit.axis is not None])


def moves(dimensions: Iterable[Dimension]) -> bool:
    """Whether the fields of units differ."""
    for dimension in dimensions:
        for digit in dimension:
            if digit.values > 1 and digit.axis is not None:
                return True
    return False


def movers(dimensions: Iterable[Dimension]) -> set[int]:
    """The axes of the input along which the fields of units differ."""
    return {digit.axis for dimension in dimensions for digit in dimension if digit.moves and digit.axis is not None}


def slide(dimension: Dimension, window: Window, size: int, units: int) -> Dimension | None:
    """What units see that look along a dimension of so many units through a window; ``None`` where that has no digits.

    A window that leaves one row of a map for the next sees any of it.
    """
    if size == units and window == SAME_POSITION:
        return dimension
    line = dimension[0] if len(dimension) == 1 else line_of(dimension)
    if line is not None:
        rest = tuple(
            [digit for digit in dimension if digit.axis is not None and digit.values == 1 and digit is not line]
        )
        if line.axis is None:
            return (*rest, Digit(None, units))
        return (*rest, Digit(line.axis, units, tuple([track.through(window) for track in line.tracks])))
    if units == 1 and window.size == 1 and 0 <= window.start < size:
        return _at(dimension, int(window.start))
    if units == 1 and window.start == 0 and window.size == size:
        return over(dimension)
    return None if window.size == 1 else bounded(dimension, units)


def without_last(channels: Dimension) -> Dimension:
    """The digits of the channels without the innermost if it moves nothing: it is what is missing to all of them."""
    return channels[:-1] if channels and channels[-1].axis is None else channels


def bounded(dimension: Dimension, units: int = 1) -> Dimension:
    """Any of what the units along a dimension see, for each of so many units: it is not known what."""
    seen = [digit._replace(tracks=tuple([t._replace(exact=False) for t in digit.tracks])) for digit in over(dimension)]
    return tuple(seen) if units == 1 else (*seen, Digit(None, units))


def as_constant(dimensions: Sequence[Dimension], model: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """What all units see alike, in the digits of a tensor whose units may see different things."""
    left = {
        digit.axis: constant_of(dimensions, digit.axis) for each in model for digit in each if digit.axis is not None
    }
    nothing = Track(0, (0,), (0,))

    def same(digit: Digit) -> Digit:
        return digit if digit.axis is None else digit._replace(tracks=(left.pop(digit.axis, nothing),))

    return tuple([tuple([same(digit) for digit in dimension]) for dimension in model])


def constant_of(dimensions: Sequence[Dimension], axis: int) -> Track:
    """What the digits of an axis that do not move say together."""
    together = Track(0, (0,), (0,))
    for dimension in dimensions:
        for digit in dimension:
            if digit.axis == axis and digit.values == 1:
                together = together.plus(*_hull([track.at(0) for track in digit.tracks]))
    return together


def _hull(constants: Sequence[Track]) -> tuple[Track, ...]:
    """The union of what is the same for all units."""
    if len(constants) == 1:
        return (constants[0],)
    seen = seen_by(tuple(constants), 0)
    return (Track(0, seen[:1], seen[1:], all(track.exact for track in constants)),)


def line_of(dimension: Dimension) -> Digit | None:
    """The one digit that a dimension amounts to, if it moves along one axis only."""
    moving = [digit for digit in dimension if digit.values > 1]
    if not moving:
        return Digit(None, 1) if len(dimension) != 1 else dimension[0]
    if len(moving) == 1:
        return moving[0]
    axes = {digit.axis for digit in moving} - {None}
    if not axes:
        return Digit(None, prod(digit.values for digit in moving))
    line = moving[-1]
    for digit in reversed(moving[:-1]):
        together = merged(digit, line)
        if together is None:
            return None
        line = together
    return line


def merged(outer: Digit, inner: Digit) -> Digit | None:
    """Two digits as one; ``None`` where it would have too many phases, or two axes."""
    count = outer.values * inner.values
    if outer.axis is None and inner.axis is None:
        return Digit(None, count)
    axis = inner.axis if outer.axis is None else outer.axis
    if {outer.axis, inner.axis} - {None, axis} or len(outer.tracks) > 1 or len(inner.tracks) > 1:
        return None
    rows = outer.tracks[0] if outer.tracks else Track(0, (0,), (0,))
    row = inner.tracks[0] if inner.tracks else Track(0, (0,), (0,))
    if rows.period == 1 and inner.values % row.period == 0 and rows.step * row.period == row.step * inner.values:
        return Digit(axis, count, (row.plus(rows),))
    if rows.period * inner.values > MOST_PHASES or not (rows.exact and row.exact):
        return None
    values = [(phase, value) for phase in range(rows.period) for value in range(inner.values)]
    firsts = tuple([rows.firsts[phase] + row.first(value) for phase, value in values])
    lasts = tuple([rows.lasts[phase] + row.last(value) for phase, value in values])
    return Digit(axis, count, (Track(rows.step, firsts, lasts),))


def _at(dimension: Dimension, value: int) -> Dimension:
    """The one unit with this index."""
    taken: list[Digit] = []
    for digit in reversed(dimension):
        value, remainder = divmod(value, digit.values)
        if digit.axis is not None:
            taken.append(digit.at(remainder))
    return tuple(reversed(taken))
