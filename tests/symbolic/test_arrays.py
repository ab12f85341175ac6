"""Arrays are exact: each operator gives what Python's integers give, one by one, on either side of 64 bits."""

from __future__ import annotations

import copy
import operator
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.errors import SpecError
from cnncost.symbolic import dims
from cnncost.symbolic.arrays import ExactArray

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = settings(deadline=None, derandomize=True, max_examples=40)

EDGE = 2**63
NUMBERS = st.one_of(
    st.integers(-20, 20),
    st.integers(-(2**70), 2**70),
    st.sampled_from([EDGE, EDGE - 1, -EDGE, -EDGE - 1, 2**31, 2**32, 2**64, 0, 1, -1]),
)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5)
OPERATORS = [operator.add, operator.sub, operator.mul, operator.gt, operator.ge, operator.lt, operator.le, operator.eq]
DIVISIONS = [operator.floordiv, operator.mod]


def check(operation: Callable[[Any, Any], Any], pairs: list[tuple[int, int]]) -> None:
    """Both arrays, and an array with a number on either side."""
    first, second = ([pair[place] for pair in pairs] for place in (0, 1))
    assert operation(ExactArray(first), ExactArray(second)).numbers == [operation(*pair) for pair in pairs]
    assert operation(ExactArray(first), second[0]).numbers == [operation(each, second[0]) for each in first]
    assert operation(first[0], ExactArray(second)).numbers == [operation(first[0], each) for each in second]


@pytest.mark.parametrize("operation", [*OPERATORS, operator.ne], ids=lambda operation: operation.__name__)
@FEW
@given(pairs=PAIRS)
def test_operators(operation: Callable[[Any, Any], Any], pairs: list[tuple[int, int]]) -> None:
    check(operation, pairs)


@pytest.mark.parametrize("operation", DIVISIONS, ids=lambda operation: operation.__name__)
@FEW
@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS.filter(bool)), min_size=1, max_size=5))
def test_divisions(operation: Callable[[Any, Any], Any], pairs: list[tuple[int, int]]) -> None:
    check(operation, pairs)


@FEW
@given(pairs=st.lists(st.tuples(NUMBERS, st.integers(0, 40)), min_size=1, max_size=5))
def test_powers(pairs: list[tuple[int, int]]) -> None:
    check(operator.pow, pairs)


@FEW
@given(numbers=st.lists(NUMBERS, min_size=1, max_size=5))
def test_the_negative(numbers: list[int]) -> None:
    assert (-ExactArray(numbers)).numbers == [-number for number in numbers]


SIZES = st.integers(1, 2**31 - 1)


@FEW
@given(pairs=st.lists(st.tuples(SIZES, SIZES), min_size=1, max_size=4))
@pytest.mark.parametrize(
    "function",
    [dims.ceil_div, dims.maximum, dims.greatest_common_divisor, dims.adaptive_elements],
    ids=lambda function: function.__name__,
)
def test_functions_of_two_sizes(function: Callable[[Any, Any], Any], pairs: list[tuple[int, int]]) -> None:
    check(function, pairs)


@FEW
@given(sizes=st.lists(st.integers(1, 2**62), min_size=1, max_size=5))
@pytest.mark.parametrize(
    "function",
    [dims.power_of_two_from, dims.rounded_logarithm, dims.positive_part],
    ids=lambda function: function.__name__,
)
def test_functions_of_a_size(function: Callable[[Any], Any], sizes: list[int]) -> None:
    assert function(ExactArray(sizes)).numbers == [function(size) for size in sizes]


def test_windows_and_padding() -> None:
    sizes = [7, 224, 225, 8192]
    counts = dims.window_count(ExactArray(sizes), 3, 2, 2)  # type: ignore[arg-type]
    assert counts.numbers == [4, 112, 113, 4096]  # type: ignore[attr-defined]
    before, after = dims.same_padding(ExactArray(sizes), 3, 2)  # type: ignore[arg-type]
    assert before.numbers == [1, 0, 1, 0]  # type: ignore[attr-defined]
    assert after.numbers == [1, 1, 1, 1]  # type: ignore[attr-defined]


def test_shapes_are_broadcast() -> None:
    grid = ExactArray([[1], [2]]) * ExactArray([10, 20, 30])
    assert (grid.shape, grid.numbers) == ((2, 3), [10, 20, 30, 20, 40, 60])


def test_64_bits_are_used_for_as_long_as_they_hold_the_numbers() -> None:
    large = ExactArray([3, 2**62])
    assert large.values.dtype == np.int64
    assert (large + large).values.dtype == object
    assert (large + large - large).values.dtype == np.int64
    assert (large * 0).numbers == [0, 0]


def test_what_numpy_holds_is_taken() -> None:
    assert (np.array([3, 4]) * ExactArray([5, 6])).numbers == [15, 24]
    assert (ExactArray([5, 6]) - np.array([3, 4], dtype=np.int32)).numbers == [2, 2]
    assert ExactArray(np.array([True, False])).numbers == [1, 0]
    assert ExactArray(np.array([2**64 - 1], dtype=np.uint64)).numbers == [2**64 - 1]
    assert (ExactArray(7) + 1).numbers == [8]


@pytest.mark.parametrize("values", [[1.0], np.array([1.5]), ["1"], [None], [1, 2.0]], ids=repr)
def test_only_whole_numbers_are_held(values: Any) -> None:
    with pytest.raises(TypeError, match="holds whole numbers"):
        ExactArray(values)


@pytest.mark.parametrize(
    "operation",
    [
        lambda array: array * 0.5,
        lambda array: array / 2,
        lambda array: array + None,
        lambda array: 1.0 - array,
        lambda array: "1" + array,
        list,
        range,
        lambda array: array[0],
    ],
)
def test_fractions_and_single_numbers_are_refused(operation: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        operation(ExactArray([1, 2]))


def test_a_formula_cannot_branch_or_look_up() -> None:
    array = ExactArray([1, 2])
    with pytest.raises(TypeError, match="must not branch"):
        bool(array > 1)
    with pytest.raises(TypeError, match="cannot be a key"):
        hash(array)


@pytest.mark.parametrize("operation", DIVISIONS, ids=lambda operation: operation.__name__)
def test_nothing_is_divided_by_zero(operation: Callable[[Any, Any], Any]) -> None:
    for first, second in ((ExactArray([1, 2]), 0), (ExactArray([1, 2]), ExactArray([1, 0])), (1, ExactArray([0]))):
        with pytest.raises(ZeroDivisionError):
            operation(first, second)


def test_a_negative_power_is_refused() -> None:
    with pytest.raises(ValueError, match="is a fraction"):
        ExactArray([2]) ** -1


def test_copies_and_pickles_hold_the_same() -> None:
    array = ExactArray([3, 2**70])
    for other in (copy.deepcopy(array), pickle.loads(pickle.dumps(array))):
        assert other.numbers == array.numbers


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(SpecError, match="need NumPy") as refused:
        ExactArray([1])
    assert refused.value.hint == "install it: pip install numpy"


def test_numpy_is_imported_by_the_first_array_only() -> None:
    program = (
        "import sys, cnncost.graph.stacking, cnncost.symbolic.arrays as arrays\n"
        "assert 'numpy' not in sys.modules\n"
        "arrays.ExactArray([1])\n"
        "assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
