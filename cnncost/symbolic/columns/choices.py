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

from cnncost.symbolic.columns.column import (
    Column,
    by_python,
    constant,
    doubles,
    dtype_of,
    fits,
    is_exact,
    objects,
)
from cnncost.symbolic.columns.fractions import has_fractions

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
    return Column.later(bool, (0, 1), np.logical_not, given)


def is_whole(given: Column) -> Column:
    """Where there is no fraction."""
    return Column.later(bool, (0, 1), lambda numbers: numbers == np.floor(numbers), given)


def chosen(condition: Column, one: Column, other: Column) -> Column:
    """The first where the condition holds, elsewhere the second; both are of one kind."""
    if condition.is_one:
        return one if condition.low else other
    ends = min(one.low, other.low), max(one.high, other.high)
    is_large = one.kind is int and not (fits(one.low, one.high) and fits(other.low, other.high))

    def of_large(test: Any, first: Any, second: Any) -> Any:
        return np.where(test, objects(first), objects(second))

    return Column.later(one.kind, ends, of_large if is_large else np.where, condition, one, other)


def element(place: Column, *items: Column) -> Column:
    """The item of a list at each place, from 0; all items are of one kind."""
    if place.is_one:
        return items[int(place.low)]
    kind, low, high = items[0].kind, min([each.low for each in items]), max([each.high for each in items])
    dtype = dtype_of(Column(kind, low, high, None))

    def function(where: Any, *arrays: Any) -> Any:
        if not any(map(np.ndim, arrays)):
            return np.array(arrays, dtype=dtype)[where]
        rows = [np.broadcast_to(np.asarray(each, dtype=dtype), where.shape) for each in arrays]
        return np.array(rows)[where, np.arange(len(where))]

    return Column.later(kind, (low, high), function, place, *items)


def _compared(operation: Callable[[Any, Any], Any], one: Column, other: Column) -> Column:
    """A comparison that bounds do not decide; of whole numbers with fractions exact, as Python's is."""

    if has_fractions(one, other):
        if is_exact(one) and is_exact(other):
            return Column.later(bool, (0, 1), lambda a, b: operation(doubles(a), doubles(b)), one, other)
        return Column.later(bool, (0, 1), lambda a, b: by_python(operation, a, b).astype(np.bool_), one, other)
    if fits(one.low, one.high) and fits(other.low, other.high):
        return Column.later(bool, (0, 1), operation, one, other)
    return Column.later(bool, (0, 1), lambda a, b: operation(objects(a), objects(b)).astype(np.bool_), one, other)
