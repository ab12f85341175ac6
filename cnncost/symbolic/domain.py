"""The kinds of numbers that formulas run on, and what must be known of each beyond its arithmetic.

Formulas are plain arithmetic, the same on all of them. What is not arithmetic is asked of the domain: whether equal
layers can be found by hashing, whether something is there at all, and which of several values is the largest.

>>> INTEGERS.largest([3, 5]), ARRAYS.largest([3, 5])
(5, 5)
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
    """A kind of numbers. Of the three, this is the one for arithmetic without further knowledge."""

    name = "numbers"
    """In the plural, for people."""
    hashable = False
    """Whether equal numbers have equal hashes, so that equal layers are recognised."""

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
    hashable = True

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


class _Arrays(Domain):
    name = "arrays of design points"

    def exists(self, count: Any) -> bool:
        """The same answer for all design points.

        Raises:
            SpecError: some have it and others don't, so that they are not of one structure.
        """
        if isinstance(count, int):
            return count > 0
        answers = {number > 0 for number in count.numbers}
        if len(answers) > 1:
            raise SpecError("some design points have parameters where others have none: they are of unlike structure")
        return answers.pop() if answers else False


class _Symbols(Domain):
    name = "symbols"
    hashable = True

    def exists(self, count: Any) -> bool:
        """What is written with symbols is there, whatever their numbers."""
        return not isinstance(count, int) or count > 0


INTEGERS: Domain = _Integers()
"""Python's integers, of any size."""

ARRAYS: Domain = _Arrays()
"""Arrays of design points, :class:`cnncost.symbolic.arrays.ExactArray`, with integers among them."""

SYMBOLS: Domain = _Symbols()
"""Expressions, :mod:`cnncost.symbolic.symbols`, with integers among them."""
