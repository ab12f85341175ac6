"""Numbers that need not be the same at all design points, as far as formulas and expressions must know of them.

Their arithmetic is element by element, so that most formulas need not know. What would look at one number, as Python's
`min` and `max` do, goes through the functions here. The numbers themselves are in :mod:`cnncost.symbolic.tracing`.

>>> largest([3, 5]), smallest([3, 5.0]), chosen(True, 1, 2)
(5, 3, 1)
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class Varying:
    """A number of many design points, to ``isinstance`` the `int`, `float` or `bool` that it is at every point."""

    __slots__ = ()

    @property
    def one(self) -> Any:
        """The number that it is at all points, where they are alike."""
        raise NotImplementedError

    def choose(self, first: Any, second: Any) -> Any:
        """The first where this holds, elsewhere the second."""
        raise NotImplementedError

    def larger(self, other: Any) -> Any:
        """Of two whole numbers, the larger at every point."""
        raise NotImplementedError

    def smaller(self, other: Any) -> Any:
        """Of two whole numbers, the smaller at every point."""
        raise NotImplementedError

    def square_root(self) -> Any:
        """The root at every point."""
        raise NotImplementedError

    def element_of(self, items: Sequence[Any]) -> Any:
        """The item at each place of a list, counted from 0."""
        raise NotImplementedError


def chosen(condition: Any, first: Any, second: Any) -> Any:
    """The first where a condition holds, elsewhere the second."""
    if isinstance(condition, Varying):
        return condition.choose(first, second)
    return first if condition else second


def largest(numbers: Sequence[Any]) -> Any:
    """The largest number at every design point, the first of those that are equal; there must be one."""
    found = numbers[0]
    for number in numbers[1:]:
        pair = _varying_first(found, number)
        found = chosen(number > found, number, found) if pair is None else pair[0].larger(pair[1])
    return found


def smallest(numbers: Sequence[Any]) -> Any:
    """The smallest number at every design point, the first of those that are equal; there must be one."""
    found = numbers[0]
    for number in numbers[1:]:
        pair = _varying_first(found, number)
        found = chosen(number < found, number, found) if pair is None else pair[0].smaller(pair[1])
    return found


def total(numbers: Sequence[Any]) -> Any:
    """The sum of numbers; of those that vary, each is added once, as often as it is there.

    >>> total([3, 5, 3])
    11
    """
    varying = [number for number in numbers if isinstance(number, Varying)]
    if not varying:
        return sum(numbers)
    often: dict[Any, int] = {}
    for number in varying:
        often[number] = often.get(number, 0) + 1
    return sum([number * count for number, count in often.items()]) + sum(
        [number for number in numbers if not isinstance(number, Varying)]
    )


def _varying_first(one: Any, other: Any) -> tuple[Varying, Any] | None:
    """Two whole numbers, one that varies before the other; ``None`` where neither does, or they are something else."""
    if one.__class__ is not int or other.__class__ is not int:
        return None
    if isinstance(one, Varying):
        return one, other
    return (other, one) if isinstance(other, Varying) else None


def square_root(number: Any) -> Any:
    """The root of a number that is not negative.

    >>> square_root(9)
    3.0
    """
    return number.square_root() if isinstance(number, Varying) else math.sqrt(number)


def element(items: Sequence[Any], place: Any) -> Any:
    """The item at a place of a list, counted from 0, that the list has.

    >>> element(["a", "b"], 1)
    'b'
    """
    return place.element_of(items) if isinstance(place, Varying) else items[place]
