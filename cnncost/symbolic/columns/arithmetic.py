"""The arithmetic of columns, as Python's on each number.

>>> from cnncost.symbolic.columns.column import column, constant
>>> widths = column([64, 2**40])
>>> multiply(multiply(widths, widths), constant(9)).numbers.tolist()
[36864, 10880332376531662572355584]
>>> rounded(multiply(column([3, 5]), constant(0.5))).numbers.tolist()  # 1.5 and 2.5, each to the even neighbour
[2, 2]
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.symbolic.columns import fractions, whole
from cnncost.symbolic.columns.column import Column, by_python, constant, fits
from cnncost.symbolic.columns.fractions import has_fractions

if TYPE_CHECKING:
    from collections.abc import Callable


def add(one: Column, other: Column) -> Column:
    """Both together."""
    if has_fractions(one, other):
        return fractions.computed(operator.add, one, other)
    return whole.whole(operator.add, whole.sum_bounds, one, other)


def subtract(one: Column, other: Column) -> Column:
    """The first less the second."""
    if has_fractions(one, other):
        return fractions.difference(one, other)
    return whole.whole(operator.sub, whole.difference_bounds, one, other)


def multiply(one: Column, other: Column) -> Column:
    """The product."""
    if has_fractions(one, other):
        return fractions.computed(operator.mul, one, other)
    return whole.whole(operator.mul, whole.product_bounds, one, other)


def divide(one: Column, other: Column) -> Column:
    """The quotient, with its fraction; nothing is divided by zero."""
    return fractions.quotient(one, other)


def floor_divide(one: Column, other: Column) -> Column:
    """The quotient rounded down; nothing is divided by zero."""
    if has_fractions(one, other):
        return fractions.by_python_at_once(operator.floordiv, one, other)
    return whole.whole(operator.floordiv, whole.quotient_bounds, one, other)


def remainder(one: Column, other: Column) -> Column:
    """What the quotient rounded down leaves, of the sign of the second; nothing is divided by zero."""
    if has_fractions(one, other):
        return fractions.by_python_at_once(operator.mod, one, other)
    return whole.whole(operator.mod, whole.remainder_bounds, one, other)


def power(one: Column, other: Column) -> Column:
    """The power; exponents of whole numbers are all below zero, or none is."""
    if has_fractions(one, other) or other.high < 0:
        return fractions.by_python_at_once(operator.pow, one, other)
    return whole.whole(operator.pow, whole.power_bounds, one, other)


def negative(given: Column) -> Column:
    """Below zero what was above, and the other way round."""
    return multiply(given, constant(-1))


def absolute(given: Column) -> Column:
    """The distance from zero."""
    if given.kind is float:
        return Column.later(float, (0.0, max(abs(given.low), abs(given.high))), abs, given)
    return maximum(given, negative(given))


def maximum(one: Column, other: Column) -> Column:
    """The larger of two whole numbers."""
    return whole.whole(np.maximum, whole.larger_bounds, one, other)


def minimum(one: Column, other: Column) -> Column:
    """The smaller of two whole numbers."""
    return whole.whole(np.minimum, whole.smaller_bounds, one, other)


def floor(given: Column) -> Column:
    """The whole number below."""
    return _rounded(np.floor, math.floor, given)


def ceiling(given: Column) -> Column:
    """The whole number above."""
    return _rounded(np.ceil, math.ceil, given)


def truncated(given: Column) -> Column:
    """The whole number towards zero."""
    return _rounded(np.trunc, math.trunc, given)


def rounded(given: Column) -> Column:
    """The nearest whole number, of two the even one."""
    return _rounded(np.rint, round, given)


def square_root(given: Column) -> Column:
    """The root of numbers that are not negative."""
    return fractions.root(given)


def greatest_common_divisor(one: Column, other: Column) -> Column:
    """Of two whole numbers."""
    return whole.whole(np.gcd, whole.divisor_bounds, one, other)


def rounded_logarithm(given: Column) -> Column:
    """The logarithm to the base of two, rounded up, of whole numbers from 1; of smaller ones 0."""

    def logarithm(number: Any) -> int:
        return max(int(number) - 1, 0).bit_length()

    if given.is_one:
        return constant(logarithm(given.low))
    ends = logarithm(given.low), logarithm(given.high)
    return Column.later(int, ends, lambda numbers: by_python(logarithm, numbers).astype(np.int64), given)


def _rounded(by_numpy: Callable[[Any], Any], one_by_one: Callable[[Any], int], given: Column) -> Column:
    """Whole numbers from ones with fractions; the rounding keeps their order, so that bounds stay bounds."""
    if given.kind is not float:
        return add(given, constant(0))
    if given.is_one:
        return constant(one_by_one(given.low))
    if not (math.isfinite(given.low) and math.isfinite(given.high)):
        given.tighten()
    low, high = one_by_one(given.low), one_by_one(given.high)
    if fits(low, high) and fits(2 * low, 2 * high):
        return Column.later(int, (low, high), lambda numbers: by_numpy(numbers).astype(np.int64), given)

    def function(numbers: Any) -> Any:
        found = by_python(one_by_one, numbers)
        return found.astype(np.int64) if fits(low, high) else found

    return Column.later(int, (low, high), function, given)
