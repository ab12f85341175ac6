"""The kinds of numbers that formulas run on, and what must be known of each beyond its arithmetic.

Formulas are plain arithmetic, the same on both. What is not arithmetic is asked of the domain: whether something is
there at all, and which of several values is the largest.

>>> from cnncost.symbolic.symbols import Symbol
>>> INTEGERS.largest([3, 5]), str(SYMBOLS.largest([Symbol("C"), 5]))
(5, 'max(C, 5)')
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.symbolic.dims import maximum
from cnncost.symbolic.varying import largest, smallest, total

if TYPE_CHECKING:
    from collections.abc import Sequence


class Domain:
    """A kind of numbers: what can be said of any by arithmetic alone."""

    name = "numbers"
    """In the plural, for people."""

    def exists(self, count: Any) -> bool:
        """Whether a count is of anything at all: a matter of structure, not of size."""
        raise NotImplementedError

    def sum(self, values: Sequence[Any]) -> Any:
        """All together; 0 where there are none."""
        return sum(values)

    def largest(self, values: Sequence[Any]) -> Any:
        """The largest, and 0 where there are none. None of them is below 0."""
        return reduce(maximum, values) if values else 0

    def smallest(self, values: Sequence[Any]) -> Any:
        """The smallest; there must be one."""
        return -reduce(maximum, [-value for value in values])

    def refuse_unless_integers(self, what: str) -> None:
        """Refuse what no formula says, but an algorithm on numbers.

        Raises:
            SpecError: always, but on integers.
        """
        raise SpecError(f"{what} can't be computed on {self.name}", hint="analyze every network by itself")


class _Integers(Domain):
    name = "whole numbers"

    def exists(self, count: int) -> bool:
        return bool(count > 0)

    def sum(self, values: Sequence[int]) -> int:
        return total(values)  # type: ignore[no-any-return]

    def largest(self, values: Sequence[int]) -> int:
        return largest(values) if values else 0

    def smallest(self, values: Sequence[int]) -> int:
        least: int = smallest(values)
        return least

    def refuse_unless_integers(self, what: str) -> None:
        """Nothing to refuse."""


class _Symbols(Domain):
    name = "symbols"

    def exists(self, count: Any) -> bool:
        """What is written with symbols is there, whatever their numbers."""
        return not isinstance(count, int) or count > 0


INTEGERS: Domain = _Integers()
"""Python's integers, of any size; numbers that vary over design points stand for them."""

SYMBOLS: Domain = _Symbols()
"""Expressions, :mod:`cnncost.symbolic.symbols`, with integers among them."""
