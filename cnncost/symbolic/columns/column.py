"""A column: numbers of one kind, one for each design point, which are computed when somebody needs them.

A column knows between which numbers it lies. Most of what is asked follows from that alone: whether a size is positive,
say, or whether a product overflows.

>>> widths = column([64, 32, 128])
>>> widths.low, widths.high, widths.same, constant(3).same
(32, 128, None, 3)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LARGEST = 2**63 - 1
_LARGEST_EXACT = 2**53
"""Whole numbers up to here are numbers of double precision too."""
_DEEPEST = 100
"""Columns that wait for each other to be computed; what would wait longer is computed at once."""
_UNKNOWN = 10**9
"""The depth of a column that waits for numbers that nobody has."""


class UnknownError(Exception):
    """The numbers of a column are asked for of which nothing but the bounds is known."""


class Column:
    """Numbers of one kind, one for each design point."""

    __slots__ = ("_numbers", "depth", "function", "high", "kind", "low", "operands")

    def __init__(self, kind: type, low: Any, high: Any, numbers: Any) -> None:
        self.kind = kind
        """``int``, ``float`` or ``bool``."""
        self.low = low
        """No number is below it."""
        self.high = high
        """No number is above it."""
        self.depth = 0
        """How many columns wait for each other, at the most, until this one is computed."""
        self.function: Callable[..., Any] | None = None
        """What computes the numbers, of arrays..."""
        self.operands: tuple[Column, ...] = ()
        """... which are those of these."""
        self._numbers = numbers

    @classmethod
    def later(cls, kind: type, bounds: tuple[Any, Any], function: Callable[..., Any], *operands: Column) -> Column:
        """A column that a function computes of the arrays of others, when its numbers are asked for."""
        made = cls(kind, bounds[0], bounds[1], None)
        made.function, made.operands = function, operands
        for operand in operands:
            if operand.depth >= made.depth:
                made.depth = operand.depth + 1
        if _DEEPEST < made.depth < _UNKNOWN:
            made.numbers  # noqa: B018 - computed at once
        return made

    @classmethod
    def unknown(cls, kind: type, low: Any, high: Any) -> Column:
        """A column of which nothing is known but the bounds."""
        made = cls(kind, low, high, None)
        made.depth = _UNKNOWN
        return made

    @property
    def numbers(self) -> Any:
        """The numbers as an array of NumPy's; one alone where they are all the same, and known to be.

        Raises:
            UnknownError: nothing but the bounds is known.
        """
        if self.depth:
            if self.depth >= _UNKNOWN:
                raise UnknownError
            assert self.function is not None
            self._numbers = self.function(*[operand.numbers for operand in self.operands])
            self.depth, self.operands = 0, ()
        return self._numbers

    @property
    def is_one(self) -> bool:
        """Whether all are the same, and known to be."""
        return bool(self.low == self.high)

    def of(self, points: int) -> Any:
        """The numbers as an array, for so many points."""
        numbers = self.numbers
        return numbers if np.ndim(numbers) else np.full(points, numbers, dtype=dtype_of(self))

    @property
    def same(self) -> int | float | None:
        """The number that all of them are; ``None`` where they differ."""
        if not self.is_one:
            numbers = self.numbers
            if not np.ndim(numbers):
                return self.kind(numbers)  # type: ignore[no-any-return]
            if numbers[0] != numbers[-1]:
                return None
            self.tighten()
        return self.kind(self.low) if self.is_one else None

    def tighten(self) -> None:
        """Find the bounds that there are, and not only those that follow from what it was computed of."""
        numbers = self.numbers
        if np.ndim(numbers):
            plain = float if self.kind is float else int
            self.low, self.high = plain(numbers.min()), plain(numbers.max())


def column(values: Any) -> Column:
    """A column of Python's numbers or an array of NumPy's: all of them whole, all with a fraction, or all truths.

    Raises:
        TypeError: they are something else.
    """
    array = values if isinstance(values, np.ndarray) else np.array(values, dtype=_dtype_for(values))
    if array.dtype.kind in "ui":
        array = array.astype(np.int64 if array.dtype != np.uint64 else object)
    kind = {"i": int, "O": int, "f": float, "b": bool}[array.dtype.kind]
    made = Column(kind, 0, 1, array.astype(np.float64) if kind is float else array)
    made.tighten()
    if array.dtype.kind == "O" and fits(made.low, made.high):
        made._numbers = array.astype(np.int64)
    return made


def constant(value: float) -> Column:
    """A column of one number, the same at all points."""
    return Column(type(value), value, value, value)


def every_point(points: int) -> Any:
    """Numbers of which no two points have the same."""
    return np.arange(points)


def _dtype_for(values: Sequence[Any]) -> Any:
    kinds = {type(value) for value in values}
    if len(kinds) == 1 and kinds <= {float, bool}:
        return kinds.pop()
    if kinds == {int}:
        return np.int64 if all(fits(value, value) for value in values) else object
    raise TypeError(f"a column holds numbers of one kind, not {sorted(kind.__name__ for kind in kinds)}")


def fits(low: Any, high: Any) -> bool:
    """Whether 64 bits hold whole numbers between these."""
    return low >= -_LARGEST and high <= _LARGEST  # type: ignore[no-any-return]


def is_exact(given: Column) -> bool:
    """Whether double precision holds the numbers as they are."""
    return given.kind is float or bool(given.low >= -_LARGEST_EXACT and given.high <= _LARGEST_EXACT)


def dtype_of(given: Column) -> Any:
    """What NumPy holds the numbers in."""
    if given.kind is int:
        return np.int64 if fits(given.low, given.high) else object
    return np.float64 if given.kind is float else np.bool_


def integers(numbers: Any) -> Any:
    """Truths as whole numbers."""
    return numbers.astype(np.int64) if np.ndim(numbers) else int(numbers)


def objects(numbers: Any) -> Any:
    """Whole numbers or truths as Python's integers."""
    return integers(numbers).astype(object) if np.ndim(numbers) and numbers.dtype == bool else plain(numbers)


def plain(numbers: Any) -> Any:
    """Python's numbers."""
    return numbers.astype(object) if np.ndim(numbers) else numbers


def doubles(numbers: Any) -> Any:
    """The numbers in double precision, rounded to the nearest, a half to the even, as Python's are."""
    return numbers.astype(np.float64) if np.ndim(numbers) else float(numbers)


def by_python(operation: Callable[..., Any], *numbers: Any) -> Any:
    """What Python computes of Python's numbers, point by point."""
    return np.frompyfunc(operation, len(numbers), 1)(*[plain(each) for each in numbers])
