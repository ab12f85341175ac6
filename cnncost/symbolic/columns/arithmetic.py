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

from cnncost.symbolic.columns import whole
from cnncost.symbolic.columns.column import Column, by_python, column, constant, doubles, is_exact

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST_ROUNDED = 2.0**62
"""Below it, whole numbers of double precision are numbers of 64 bits."""


def add(one: Column, other: Column) -> Column:
    """Both together."""
    if has_fractions(one, other):
        return _of_doubles(operator.add, one, other)
    return whole.whole(operator.add, whole.sum_bounds, one, other)


def subtract(one: Column, other: Column) -> Column:
    """The first less the second."""
    if has_fractions(one, other):
        return _of_doubles(operator.sub, one, other)
    return whole.whole(operator.sub, whole.difference_bounds, one, other)


def multiply(one: Column, other: Column) -> Column:
    """The product."""
    if has_fractions(one, other):
        return _of_doubles(operator.mul, one, other)
    return whole.whole(operator.mul, whole.product_bounds, one, other)


def divide(one: Column, other: Column) -> Column:
    """The quotient, with its fraction; nothing is divided by zero."""
    if is_exact(one) and is_exact(other):
        return _of_doubles(operator.truediv, one, other)
    return _with_fractions(by_python(operator.truediv, one, other))


def floor_divide(one: Column, other: Column) -> Column:
    """The quotient rounded down; nothing is divided by zero."""
    if has_fractions(one, other):
        return _with_fractions(by_python(operator.floordiv, one, other))
    return whole.whole(operator.floordiv, whole.quotient_bounds, one, other)


def remainder(one: Column, other: Column) -> Column:
    """What the quotient rounded down leaves, of the sign of the second; nothing is divided by zero."""
    if has_fractions(one, other):
        return _with_fractions(by_python(operator.mod, one, other))
    return whole.whole(operator.mod, whole.remainder_bounds, one, other)


def power(one: Column, other: Column) -> Column:
    """The power; exponents of whole numbers are all below zero, or none is."""
    if has_fractions(one, other) or other.high < 0:
        return _with_fractions(by_python(operator.pow, one, other))
    return whole.whole(operator.pow, whole.power_bounds, one, other)


def negative(given: Column) -> Column:
    """Below zero what was above, and the other way round."""
    return multiply(given, constant(-1))


def absolute(given: Column) -> Column:
    """The distance from zero."""
    if given.kind is float:
        return _with_fractions(abs(given.numbers))
    return whole.whole(np.maximum, whole.larger_bounds, given, negative(given))


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
    return _with_fractions(np.sqrt(doubles(given)))


def greatest_common_divisor(one: Column, other: Column) -> Column:
    """Of two whole numbers."""
    return whole.whole(np.gcd, whole.divisor_bounds, one, other)


def rounded_logarithm(given: Column) -> Column:
    """The logarithm to the base of two, rounded up, of whole numbers from 1; of smaller ones 0."""
    return column(np.atleast_1d(by_python(lambda number: max(number - 1, 0).bit_length(), given)))


def has_fractions(one: Column, other: Column) -> bool:
    """Whether one of both is of numbers with a fraction."""
    return one.kind is float or other.kind is float


def _of_doubles(operation: Callable[[Any, Any], Any], one: Column, other: Column) -> Column:
    return _with_fractions(operation(doubles(one), doubles(other)))


def _with_fractions(numbers: Any) -> Column:
    """Numbers that are computed at once, since their bounds are what is found among them."""
    if not np.ndim(numbers):
        return constant(float(numbers))
    made = Column(float, 0.0, 1.0, numbers.astype(np.float64, copy=False))
    made.tighten()
    return made


def _rounded(by_numpy: Callable[[Any], Any], one_by_one: Callable[[Any], int], given: Column) -> Column:
    """Whole numbers from ones with fractions."""
    if given.kind is not float:
        return add(given, constant(0))
    if not np.ndim(given.numbers):
        return constant(one_by_one(given.numbers))
    if given.low > -_LARGEST_ROUNDED and given.high < _LARGEST_ROUNDED:
        return column(by_numpy(given.numbers).astype(np.int64))
    return column(by_python(one_by_one, given))
