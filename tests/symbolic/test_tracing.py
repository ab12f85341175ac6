"""Values of a trace are numbers to all code that computes with them, and part the points where it asks for one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cnncost.symbolic.columns.column import column
from cnncost.symbolic.dims import maximum, positive_part, power_of_two_from, rounded_logarithm
from cnncost.symbolic.tracing import Split, Trace, Traced
from cnncost.symbolic.varying import chosen, element, largest, smallest, square_root, total

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = [7, 3, 12]


def traced(*numbers: Any) -> Traced:
    return Trace(len(numbers)).add(column(numbers))


@pytest.mark.parametrize(
    "ask",
    [
        range,
        bool,
        int,
        str,
        float,
        "{:d}".format,
        "{!r}".format,
        [0, 1, 2].__getitem__,
        lambda value: [0] * value,
        lambda value: value.bit_length(),
        lambda value: value & 1,
        lambda value: 1 << value,
        lambda value: round(value, -1),
        lambda value: value == 0 or value > 1,
        lambda value: max(value, 1),
        lambda value: 2 in (value, 1),
        lambda value: sorted([value, 1]),
    ],
)
def test_what_asks_for_one_number_parts_those_that_differ(ask: Callable[[Any], Any]) -> None:
    with pytest.raises(Split) as split:
        ask(traced(0, 2, 2))
    assert len(set(np.asarray(split.value.numbers).tolist())) == 2
    assert len({*np.asarray(split.value.numbers).tolist()[1:]}) == 1
    alone, plain = ask(traced(2, 2)), ask(2)
    assert [alone] == [plain] or alone[0] == plain[0]


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda x: (x + 2 - 3) // 1 + 1, [7, 3, 12]),
        (lambda x: 3 - x, [-4, 0, -9]),
        (lambda x: -x % 5, [3, 2, 3]),
        (lambda x: 2**x // 3, [42, 2, 1365]),
        (lambda x: x * x - x, [42, 6, 132]),
        (lambda x: x / 2, [3.5, 1.5, 6.0]),
        (lambda x: round(x / 2), [4, 2, 6]),
        (lambda x: math.floor(x * 0.5) + math.ceil(x * 0.5), [7, 3, 12]),
        (lambda x: math.trunc(-x / 2), [-3, -1, -6]),
        (lambda x: (x > 5) * x, [7, 0, 12]),
        (lambda x: (x != 7) + (x >= 7) + (x <= 3) + (x < 3), [1, 2, 2]),
        (lambda x: largest([x, 5, 10 - x]), [7, 7, 12]),
        (lambda x: smallest([x, 5, 10 - x]), [3, 3, -2]),
        (lambda x: chosen(x > 5, x, 0), [7, 0, 12]),
        (lambda x: element([10, 20, 30], x % 3), [20, 10, 10]),
        (lambda x: square_root(x * x), [7.0, 3.0, 12.0]),
        (lambda x: total([x, 1, x, x * 2]), [29, 13, 49]),
        (lambda x: maximum(x, 5) + positive_part(5 - x), [7, 7, 12]),
        (lambda x: power_of_two_from(x) + rounded_logarithm(x), [11, 6, 20]),
        (abs, [7, 3, 12]),
    ],
)
def test_arithmetic_is_element_by_element(compute: Callable[[Any], Any], expected: list[Any]) -> None:
    assert compute(traced(*SIZES)).column.of(3).tolist() == expected
    assert [compute(size) for size in SIZES] == expected


def test_a_value_is_of_the_kind_of_its_numbers() -> None:
    assert isinstance(traced(1, 2), int)
    assert isinstance(traced(0.5, 2.5), float)
    assert isinstance(traced(True, False), bool)
    assert not isinstance(traced(1, 2), float)


def test_what_differs_by_the_same_everywhere_is_decided() -> None:
    size = traced(*SIZES)
    assert (size + 2 - 2) is size
    assert (size + 3) - (size + 1) == 2
    assert size + 1 > size
    assert size + 2 - 1 == size + 1
    assert size != size + 1


def test_division_by_zero_parts_the_points_and_fails_where_it_is_by_zero() -> None:
    with pytest.raises(Split):
        8 // traced(0, 2)
    for divide in (lambda zero: 8 / zero, lambda zero: 8 // zero, lambda zero: 8 % zero, lambda zero: zero**-1):
        with pytest.raises(ZeroDivisionError):
            divide(traced(0, 0))


def test_what_python_refuses_at_one_point_parts_all_of_them() -> None:
    with pytest.raises(Split):
        traced(1e200, 2.0) ** 2.0
    with pytest.raises(OverflowError):
        traced(1e200) ** 2.0


def test_a_value_belongs_to_its_trace() -> None:
    import copy

    with pytest.raises(TypeError, match="belongs to it"):
        copy.deepcopy(traced(1, 2))
    with pytest.raises(AttributeError, match="a number has no attribute 'shape'"):
        traced(1, 2).shape  # noqa: B018 - asked for
