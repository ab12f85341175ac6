"""Comparisons of columns, and choices among them.

>>> from cnncost.symbolic.columns.column import column, constant
>>> sizes = column([32, 64, 128])
>>> is_large = less(constant(50), sizes)
>>> is_large.numbers.tolist(), chosen(is_large, constant(1), constant(2)).numbers.tolist()
([False, True, True], [2, 1, 1])
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.symbolic.columns.arithmetic import has_fractions
from cnncost.symbolic.columns.column import (
    Column,
    by_python,
    constant,
    doubles,
    dtype_of,
    fits,
    integers,
    is_exact,
    objects,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_ALWAYS, _NEVER = constant(True), constant(False)


def less(one: Column, other: Column) -> Column:
    """Where the first is below the second."""
    if one.high < other.low:
        return _ALWAYS
    return _NEVER if one.low >= other.high else _compared(operator.lt, one, other)


def at_most(one: Column, other: Column) -> Column:
    """Where the first is not above the second."""
    if one.high <= other.low:
        return _ALWAYS
    return _NEVER if one.low > other.high else _compared(operator.le, one, other)


def equal(one: Column, other: Column) -> Column:
    """Where both are the same."""
    if one is other and one.kind is not float:  # what is no number at all is not itself either
        return _ALWAYS
    if one.high < other.low or other.high < one.low:
        return _NEVER
    return _ALWAYS if one.low == one.high == other.low == other.high else _compared(operator.eq, one, other)


def opposite(given: Column) -> Column:
    """True where it was false."""
    if given.is_one:
        return _NEVER if given.low else _ALWAYS
    return Column.later(bool, (0, 1), lambda: ~np.asarray(given.numbers), given)


def is_whole(given: Column) -> Column:
    """Where there is no fraction."""
    return Column.later(bool, (0, 1), lambda: np.asarray(given.numbers == np.floor(given.numbers)), given)


def chosen(condition: Column, one: Column, other: Column) -> Column:
    """The first where the condition holds, elsewhere the second; both are of one kind."""
    if condition.is_one:
        return one if condition.low else other
    ends = min(one.low, other.low), max(one.high, other.high)
    is_large = one.kind is int and not (fits(one.low, one.high) and fits(other.low, other.high))

    def make() -> Any:
        if is_large:
            return np.where(condition.numbers, objects(one), objects(other))
        return np.where(condition.numbers, one.numbers, other.numbers)

    return Column.later(one.kind, ends, make, condition, one, other)


def element(place: Column, *items: Column) -> Column:
    """The item of a list at each place, from 0; all items are of one kind."""
    if place.is_one:
        return items[int(place.low)]
    kind, low, high = items[0].kind, min([each.low for each in items]), max([each.high for each in items])
    where, dtype = integers(place), dtype_of(Column(kind, low, high, None))
    if all(not np.ndim(each.numbers) for each in items):
        numbers = np.array([each.numbers for each in items], dtype=dtype)[where]
    else:
        rows = [np.broadcast_to(np.asarray(each.numbers, dtype=dtype), where.shape) for each in items]
        numbers = np.array(rows)[where, np.arange(len(where))]
    found = Column(kind, low, high, numbers)
    found.tighten()
    return found


def _compared(operation: Callable[[Any, Any], Any], one: Column, other: Column) -> Column:
    """A comparison that bounds do not decide; of whole numbers with fractions exact, as Python's is."""

    def make() -> Any:
        if has_fractions(one, other):
            if is_exact(one) and is_exact(other):
                return operation(doubles(one), doubles(other))
            return by_python(operation, one, other).astype(np.bool_)
        if fits(one.low, one.high) and fits(other.low, other.high):
            return operation(one.numbers, other.numbers)
        return operation(objects(one), objects(other)).astype(np.bool_)

    return Column.later(bool, (0, 1), make, one, other)
