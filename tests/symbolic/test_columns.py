"""Columns compute at every point what Python computes of the numbers there, to the bit, and keep within bounds."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.symbolic.columns import arithmetic, choices
from cnncost.symbolic.columns.column import Column, UnknownError, column, constant

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
"""What is not finite is none of NumPy's business."""

FEW = settings(deadline=None, derandomize=True, max_examples=60)

WHOLE = st.one_of(
    st.integers(-5, 5), st.integers(-(2**31), 2**31), st.integers(2**52, 2**54), st.integers(-(10**30), 10**30)
)
FRACTIONS = st.one_of(
    st.integers(-12, 12).map(lambda number: number / 4),
    st.floats(-1e15, 1e15),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200),
)
NUMBERS = st.one_of(st.lists(WHOLE, min_size=2, max_size=5), st.lists(FRACTIONS, min_size=2, max_size=5))

OPERATIONS: dict[str, tuple[Callable[..., Column], Callable[[Any, Any], Any]]] = {
    "add": (arithmetic.add, operator.add),
    "subtract": (arithmetic.subtract, operator.sub),
    "multiply": (arithmetic.multiply, operator.mul),
    "divide": (arithmetic.divide, operator.truediv),
    "floor_divide": (arithmetic.floor_divide, operator.floordiv),
    "remainder": (arithmetic.remainder, operator.mod),
    "less": (choices.less, operator.lt),
    "at_most": (choices.at_most, operator.le),
    "equal": (choices.equal, operator.eq),
}
DIVISIONS = ("divide", "floor_divide", "remainder")

ROUNDINGS: dict[str, tuple[Callable[[Column], Column], Callable[[Any], Any]]] = {
    "floor": (arithmetic.floor, math.floor),
    "ceiling": (arithmetic.ceiling, math.ceil),
    "truncated": (arithmetic.truncated, math.trunc),
    "rounded": (arithmetic.rounded, round),
    "negative": (arithmetic.negative, operator.neg),
    "absolute": (arithmetic.absolute, abs),
}


def shown(numbers: Any) -> list[tuple[type, str]]:
    """Python's numbers with their types, in digits that tell them apart."""
    return [(type(number), repr(number)) for number in np.atleast_1d(numbers).tolist()]


def check(made: Column, expected: list[Any]) -> None:
    """A column holds what is expected, of the kind that it says and within its bounds."""
    numbers = made.of(len(expected))
    assert shown(numbers) == [(type(number), repr(number)) for number in expected]
    assert all(type(number) is made.kind for number in expected)
    assert all(made.low <= number <= made.high for number in expected)


@pytest.mark.parametrize("name", OPERATIONS)
@FEW
@given(first=NUMBERS, second=NUMBERS)
def test_operations_of_two_are_pythons(name: str, first: list[Any], second: list[Any]) -> None:
    operation, expected = OPERATIONS[name]
    pairs = [(a, b) for a, b in zip(first, second, strict=False) if b or name not in DIVISIONS]
    results = [expected(*pair) for pair in pairs]
    if pairs and all(math.isfinite(result) for result in results if isinstance(result, float)):
        ones, others = zip(*pairs, strict=True)
        check(operation(column(ones), column(others)), results)
        check(operation(constant(ones[0]), column(others)), [expected(ones[0], other) for other in others])
        check(operation(column(ones), constant(others[0])), [expected(one, others[0]) for one in ones])


@pytest.mark.parametrize("name", ROUNDINGS)
@FEW
@given(numbers=NUMBERS)
def test_operations_of_one_are_pythons(name: str, numbers: list[Any]) -> None:
    operation, expected = ROUNDINGS[name]
    check(operation(column(numbers)), [expected(number) for number in numbers])


@FEW
@given(st.lists(st.integers(-20, 20), min_size=2, max_size=4), st.lists(st.integers(0, 40), min_size=2, max_size=4))
def test_powers_of_whole_numbers_are_pythons(bases: list[int], exponents: list[int]) -> None:
    pairs = [*zip(bases, exponents, strict=False)]
    ones, others = zip(*pairs, strict=True)
    check(arithmetic.power(column(ones), column(others)), [one**other for one, other in pairs])


@FEW
@given(st.lists(st.floats(0, 1e12), min_size=2, max_size=4), st.lists(st.floats(-4, 4), min_size=2, max_size=4))
def test_powers_with_fractions_and_roots_are_pythons(bases: list[float], exponents: list[float]) -> None:
    pairs = [(a + 0.5, b) for a, b in zip(bases, exponents, strict=False)]
    ones, others = zip(*pairs, strict=True)
    check(arithmetic.power(column(ones), column(others)), [one**other for one, other in pairs])
    check(arithmetic.square_root(column(ones)), [math.sqrt(one) for one in ones])


@FEW
@given(st.lists(st.tuples(WHOLE, WHOLE, st.booleans()), min_size=2, max_size=5), st.data())
def test_choices_are_pythons(rows: list[tuple[int, int, bool]], data: st.DataObject) -> None:
    ones, others, tests = zip(*rows, strict=True)
    one, other, test = column(ones), column(others), column(tests)
    check(choices.chosen(test, one, other), [a if which else b for a, b, which in rows])
    check(arithmetic.maximum(one, other), [max(a, b) for a, b, _ in rows])
    check(arithmetic.minimum(one, other), [min(a, b) for a, b, _ in rows])
    check(arithmetic.greatest_common_divisor(one, other), [math.gcd(a, b) for a, b, _ in rows])
    places = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    items = [(a, b, 7) for a, b, _ in rows]
    found = choices.element(column(places), one, other, constant(7))
    check(found, [row[place] for row, place in zip(items, places, strict=True)])


@FEW
@given(st.lists(st.integers(-3, 10**20), min_size=2, max_size=5))
def test_rounded_logarithms_are_those_of_whole_numbers(numbers: list[int]) -> None:
    expected = [max(number - 1, 0).bit_length() for number in numbers]
    check(arithmetic.rounded_logarithm(column(numbers)), expected)


def test_a_chain_of_any_length_is_computed() -> None:
    total = column([1, 2])
    for _ in range(5000):
        total = arithmetic.add(total, constant(1))
    assert total.numbers.tolist() == [5001, 5002]


def test_numbers_of_several_kinds_are_no_column() -> None:
    with pytest.raises(TypeError, match="a column holds numbers of one kind, not"):
        column([1, 2.0])


def test_bounds_alone_decide_what_they_can_and_nothing_else() -> None:
    size = Column.unknown(int, 32, 512)
    half = arithmetic.floor_divide(size, constant(2))
    assert (half.low, half.high) == (16, 256)
    assert choices.less(half, constant(16)).same is False
    with pytest.raises(UnknownError):
        choices.less(half, constant(17)).same  # noqa: B018 - asked for
