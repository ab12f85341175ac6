"""Operations on columns of whole numbers: between which bounds the results lie, and how they are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.symbolic.columns.column import Column, constant, fits, integers, objects

if TYPE_CHECKING:
    from collections.abc import Callable

    Bounds = tuple[int, int]


def whole(
    operation: Callable[[Any, Any], Any], bounds: Callable[[Column, Column], Bounds], one: Column, other: Column
) -> Column:
    """An operation on whole numbers whose results are whole: with 64 bits where nothing can be beyond them.

    Args:
        operation: on arrays of NumPy's, or of Python's integers.
        bounds: between which numbers the results lie, from the bounds of both.
        one: the first.
        other: the second.
    """
    if one.low == one.high and other.low == other.high:
        numbers = [np.array(int(each.low), dtype=object) for each in (one, other)]  # of more than 64 bits, too
        return constant(int(operation(*numbers)))
    ends = bounds(one, other)
    if not fits(*ends):
        one.tighten()
        other.tighten()
        ends = bounds(one, other)
    is_small = fits(*ends) and fits(one.low, one.high) and fits(other.low, other.high)
    if is_small and one.kind is int and other.kind is int:
        return Column.later(int, ends, operation, one, other)

    def function(first: Any, second: Any) -> Any:
        if is_small:
            return operation(integers(first), integers(second))
        found = operation(objects(first), objects(second))
        return found.astype(np.int64) if fits(*ends) else found

    return Column.later(int, ends, function, one, other)


def sum_bounds(one: Column, other: Column) -> Bounds:
    """Of both together."""
    return one.low + other.low, one.high + other.high


def difference_bounds(one: Column, other: Column) -> Bounds:
    """Of the first less the second."""
    return one.low - other.high, one.high - other.low


def product_bounds(one: Column, other: Column) -> Bounds:
    """Of the product."""
    if one.low >= 0 and other.low >= 0:
        return one.low * other.low, one.high * other.high
    ends = [mine * theirs for mine in (one.low, one.high) for theirs in (other.low, other.high)]
    return min(ends), max(ends)


def quotient_bounds(one: Column, other: Column) -> Bounds:
    """Of the quotient rounded down."""
    if other.low > 0:
        least = one.low // (other.low if one.low < 0 else other.high)
        return least, one.high // (other.high if one.high < 0 else other.low)
    most = max(abs(one.low), abs(one.high))
    return -most - 1, most + 1


def remainder_bounds(_: Column, other: Column) -> Bounds:
    """Of what the quotient leaves."""
    return min(0, other.low + 1), max(0, other.high - 1)


def power_bounds(one: Column, other: Column) -> Bounds:
    """Of the power; no exponent is below zero."""
    if one.low >= 1:
        return one.low ** max(other.low, 0), one.high**other.high
    most = max(abs(int(one.low)), abs(int(one.high)), 1) ** int(other.high)
    return -most, most


def larger_bounds(one: Column, other: Column) -> Bounds:
    """Of the larger of both."""
    return max(one.low, other.low), max(one.high, other.high)


def smaller_bounds(one: Column, other: Column) -> Bounds:
    """Of the smaller of both."""
    return min(one.low, other.low), min(one.high, other.high)


def divisor_bounds(one: Column, other: Column) -> Bounds:
    """Of the greatest common divisor."""
    return 0, max(abs(end) for each in (one, other) for end in (each.low, each.high))
