"""Polynomials with floors are what the formulas are that they were made by, at every number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.symbolic.polynomials.compiled import Compiled
from cnncost.symbolic.polynomials.floors import UNKNOWN, letter
from cnncost.symbolic.polynomials.polynomial import Polynomial
from cnncost.symbolic.polynomials.progressions import Condition, Inexact, exact

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = settings(deadline=None, derandomize=True, max_examples=60)
STEPS = st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 9)), min_size=1, max_size=6)


def run(steps: list[tuple[str, int]], height: Any, width: Any) -> Any:
    """Arithmetic, one step after the other, on whatever the two are."""
    value = height
    for place, (operation, number) in enumerate(steps):
        other = width if place % 3 == 2 else number
        if operation == "+":
            value = value + other
        elif operation == "-":
            value = value - number
        elif operation == "*":
            value = value * other
        else:
            value = value // number
    return value


@FEW
@given(steps=STEPS, sizes=st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=1, max_size=5))
def test_arithmetic(steps: list[tuple[str, int]], sizes: list[tuple[int, int]]) -> None:
    formula = run(steps, letter("H"), letter("W"))
    found = [formula.evaluate({"H": h, "W": w}) if isinstance(formula, Polynomial) else formula for h, w in sizes]
    assert found == [run(steps, h, w) for h, w in sizes]


@FEW
@given(steps=STEPS, sizes=st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=1, max_size=5))
def test_compiled(steps: list[tuple[str, int]], sizes: list[tuple[int, int]]) -> None:
    compiled = Compiled([run(steps, letter("H"), letter("W"))])
    heights, widths = (np.array(column) for column in zip(*sizes, strict=True))
    assert compiled({"H": heights, "W": widths})[0].tolist() == [run(steps, h, w) for h, w in sizes]


def test_floors_have_one_form() -> None:
    height, width = letter("H"), letter("W")
    assert str((4 * height + 9) // 4) == "H + 2"
    assert str((height // 4 + 3) // 8) == "⌊(H + 12)/32⌋"
    assert str((height + 2 * width - 1) // 2 + 1) == "W + ⌊(H − 1)/2⌋ + 1"


def test_ceilings() -> None:
    """A convolution of stride 2 over a kernel of 3 with padding 1, twice; and PyTorch's pool that rounds up."""
    height = letter("H")
    once = (height + 2 - 3) // 2 + 1
    assert (str(once), str((once + 2 - 3) // 2 + 1)) == ("⌈H/2⌉", "⌈H/4⌉")
    assert str(-(-(height - 3) // 2) + 1) == "⌊H/2⌋"


def test_what_is_seen_to_hold_is_no_factor() -> None:
    height = letter("H")
    assert ((height + 31) // 32 >= 1, height > 0, height - 1 >= height) == (1, 1, 0)
    assert str(height > 7) == "[H − 7 > 0]"


@pytest.mark.parametrize(
    ("formula", "now", "polynomial", "steps"),
    [
        (lambda h: (h + 31) // 32, 224, "(1/32)·H", "a multiple of 32"),
        (lambda h: (h + 31) // 32, 225, "(1/32)·H + 31/32", "= 32·n + 1"),
        (lambda h: (h // 6) * (h // 4), 24, "(1/24)·H²", "a multiple of 12"),
        (lambda h: h * h, 5, "H²", "from 1 on"),
        (lambda h: (2 * h + 4) // 4 * 2, 7, "H + 1", "= 2·n + 1"),
    ],
)
def test_steps_in_which_floors_are_exact(formula: Callable[[Any], Any], now: int, polynomial: str, steps: str) -> None:
    found = exact(formula(letter("H")), (), {"H": now})
    assert (str(found.polynomial).replace("(31/32)", "31/32"), str(found.steps["H"])) == (polynomial, steps)
    first, step = found.steps["H"]
    for number in (first, first + step, first + 9 * step):
        assert found.polynomial.evaluate({"H": number}) == formula(number)


def test_conditions_say_where_letters_start() -> None:
    """Five 3 x 3 windows without padding, of which each halves: H from 64 on has something left."""
    height = letter("H")
    found = exact(height // 4, [Condition(height - 61, "≥")], {"H": 224})
    assert str(found.steps["H"]) == "a multiple of 4, from 64 on"
    assert found.conditions == ()


def test_what_holds_for_the_present_number_alone_is_noted() -> None:
    height = letter("H")
    found = exact(3 * height, [Condition(512 - height, "≥")], {"H": 224})
    assert [str(condition) for condition in found.conditions] == ["−H + 512 ≥ 0"]
    assert found.steps["H"].first == 224


def test_a_quotient_by_a_letter_is_no_polynomial() -> None:
    with pytest.raises(Inexact, match="a quotient by W"):
        exact(letter("H") // letter("W"), (), {"H": 8, "W": 3})
    assert 6 * letter("W") // letter("W") == 6


def test_no_overflow_is_silent() -> None:
    """8192 x 8192 x 10^6 samples x 10^6 is beyond 64 bits; a shift and a division round down below 0 alike."""
    formula = letter("H") * letter("H") * letter("B") * 10**6
    found = Compiled([formula])({"H": [8192, 1], "B": [10**6, 1]})[0]
    assert (found.tolist(), found.dtype) == ([8192 * 8192 * 10**12, 10**6], object)
    negative = Compiled([(letter("H") - 10) // 4, (letter("H") - 10) // 3])({"H": [1, 5]})
    assert [values.tolist() for values in negative] == [[-3, -2], [-3, -2]]


def test_comparisons_and_common_divisors_are_compiled() -> None:
    height = letter("H")
    formula = height * (height > 7) + height.greatest_common_divisor(12)
    assert Compiled([formula])({"H": [6, 8, 18]})[0].tolist() == [6, 12, 24]
    with pytest.raises(TypeError, match="is not computed on arrays"):
        Compiled([height.rounded_logarithm()])
    assert UNKNOWN.divide(height * 3, height) == 3
