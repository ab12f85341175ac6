"""Operations on columns with fractions, in double precision: how they are computed, and between which bounds.

A result of double precision is the exact one rounded, and rounding keeps the order: what the operation gives of the
bounds bounds what it gives of the numbers.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.symbolic.columns.column import Column, by_python, constant, doubles, is_exact

if TYPE_CHECKING:
    from collections.abc import Callable

    Operation = Callable[[Any, Any], Any]

_ANY = (-math.inf, math.inf)


def has_fractions(one: Column, other: Column) -> bool:
    """Whether one of both is of numbers with a fraction."""
    return one.kind is float or other.kind is float


def computed(operation: Operation, one: Column, other: Column) -> Column:
    """A sum or a product."""
    if one.is_one and other.is_one:
        return constant(operation(float(one.low), float(other.low)))
    return Column.later(float, _bounds(operation, one, other), _of_doubles(operation, one, other), one, other)


def difference(one: Column, other: Column) -> Column:
    """The first less the second; of finite numbers less themselves, nothing."""
    if one is other and math.isfinite(one.low) and math.isfinite(one.high):
        return constant(0.0)
    return computed(operator.sub, one, other)


def quotient(one: Column, other: Column) -> Column:
    """The first over the second, neither of which need have fractions; nothing is divided by zero."""
    if not (is_exact(one) and is_exact(other)):
        return by_python_at_once(operator.truediv, one, other)
    if one.is_one and other.is_one:
        return constant(float(one.low) / float(other.low))
    is_known = other.low > 0 or other.high < 0
    bounds = _bounds(operator.truediv, one, other) if is_known else _ANY
    return Column.later(float, bounds, _of_doubles(operator.truediv, one, other), one, other)


def root(given: Column) -> Column:
    """The square root of numbers that are not negative."""
    if given.is_one:
        return constant(math.sqrt(given.low))
    bounds = math.sqrt(max(given.low, 0)), math.sqrt(given.high)
    return Column.later(float, bounds, lambda numbers: np.sqrt(doubles(numbers)), given)


def by_python_at_once(operation: Operation, one: Column, other: Column) -> Column:
    """What NumPy would round in another way than Python, or where Python may refuse a point."""
    numbers = by_python(operation, one.numbers, other.numbers)
    if not np.ndim(numbers):
        return constant(float(numbers))
    made = Column(float, 0.0, 1.0, numbers.astype(np.float64))
    made.tighten()
    return made


def _of_doubles(operation: Operation, one: Column, other: Column) -> Operation:
    """The operation on arrays, of which whole ones become ones of double precision."""
    if one.kind is other.kind is float:
        return operation
    return lambda first, second: operation(doubles(first), doubles(second))


def _bounds(operation: Operation, one: Column, other: Column) -> tuple[float, float]:
    """What the operation gives of the bounds, where that is finite."""
    ends = [operation(float(mine), float(theirs)) for mine in (one.low, one.high) for theirs in (other.low, other.high)]
    return (min(ends), max(ends)) if all(map(math.isfinite, ends)) else _ANY
