"""Axes of a design space: what a name may be, without listing it before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnncost.records import NamedTuple
from cnncost.spaces.expressions.arrays import as_array

if TYPE_CHECKING:
    from decimal import Decimal

    from cnncost.errors import Span
    from cnncost.spaces.expressions.arrays import Array


class Axis(Protocol):
    """One thing that varies."""

    @property
    def name(self) -> str:
        """A variable, an element of a list that is one, ``batch``, ``input`` or ``input.NAME``."""

    @property
    def span(self) -> Span:
        """Where it is named."""

    @property
    def size(self) -> int | None:
        """How many values there are; ``None`` where there is one between any two."""

    def at(self, shares: Array) -> Array:
        """Values at parts of the axis, from 0 to below 1."""

    def nth(self, places: Array) -> Array:
        """Values by their number, from 0."""

    def to_dict(self) -> dict[str, Any]:
        """What it is, in plain data: two axes of the same values say the same."""

    def _replace(self, *, span: Span) -> Axis:
        """The same, named elsewhere."""


class Listed(NamedTuple):
    """An axis of values that are written out: numbers, words, lists, or shapes of an input."""

    name: str
    values: tuple[Any, ...]
    span: Span

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def at(self, shares: Array) -> Array:
        """Values at parts of the axis, from 0 to below 1."""
        return self.nth((shares * self.size).astype("int64"))

    def nth(self, places: Array) -> Array:
        """Values by their number, from 0."""
        return as_array(self.values)[places]

    def to_dict(self) -> dict[str, Any]:
        """What it is, in plain data."""
        return {"values": [list(value) if isinstance(value, tuple) else value for value in self.values]}


class Stepped(NamedTuple):
    """An axis of decimal numbers a step apart, exactly: the tenth step of 0.05 is at 0.5.

    >>> import numpy as np
    >>> from decimal import Decimal
    >>> from cnncost.spaces.expressions.expression import option_span
    >>> axis = Stepped("width", Decimal("0.25"), Decimal("0.05"), 36, option_span("--vary", ""))
    >>> axis.nth(np.array([0, 1, 35])).tolist()
    [0.25, 0.3, 2.0]
    """

    name: str
    start: Decimal
    step: Decimal
    size: int
    span: Span

    def at(self, shares: Array) -> Array:
        """Values at parts of the axis, from 0 to below 1."""
        return self.nth((shares * self.size).astype("int64"))

    def nth(self, places: Array) -> Array:
        """Values by their number, from 0: whole, where start and step are."""
        digits = max(_places(self.start), _places(self.step))
        start, step = (int(number.scaleb(digits)) for number in (self.start, self.step))
        whole = start + step * places
        return whole if digits == 0 else whole / 10**digits  # of two exact floats: it is rounded once

    def to_dict(self) -> dict[str, Any]:
        """What it is, in plain data."""
        return {"from": str(self.start.normalize()), "step": str(self.step.normalize()), "count": self.size}


class Interval(NamedTuple):
    """An axis of all numbers between two, for sampling; on a logarithmic one, their logarithms are drawn evenly."""

    name: str
    low: float
    high: float
    log: bool
    span: Span

    @property
    def size(self) -> None:
        """There is always another one."""
        return

    def at(self, shares: Array) -> Array:
        """Values at parts of the axis, from 0 to below 1."""
        if self.log:
            return self.low * (self.high / self.low) ** shares
        return self.low + (self.high - self.low) * shares

    def nth(self, places: Array) -> Array:
        """Nothing: they cannot be counted."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """What it is, in plain data."""
        return {"from": self.low, "to": self.high, "log": self.log}


def _places(number: Decimal) -> int:
    """Digits behind the point that are not zeros at the end."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
