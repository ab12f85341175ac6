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

    def choose(self, first: Any, second: Any) -> Any:
        """The first where this holds, elsewhere the second."""
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
        found = chosen(number > found, number, found)
    return found


def smallest(numbers: Sequence[Any]) -> Any:
    """The smallest number at every design point, the first of those that are equal; there must be one."""
    found = numbers[0]
    for number in numbers[1:]:
        found = chosen(number < found, number, found)
    return found


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
