"""Symbols: what they write can be read back, and means what the engine computes."""

from __future__ import annotations

import re
from math import gcd
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnncost.explanation.formulas import Formulas
from cnncost.layers import REGISTRY, Tensor
from cnncost.symbolic import dims
from cnncost.symbolic.expression import evaluate
from cnncost.symbolic.symbols import Symbol
from tests.layers.strategies import Placement, fitting

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = ("a", "b", "k_h", "W_o")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def read(text: str, numbers: dict[str, int]) -> int:
    """The value of a formula's text, by Python's own grammar: wrong or missing parentheses change it."""
    python = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: "**" + power[0].translate(SUPERSCRIPTS), text)
    python = re.sub("⌈", "(-(-", python).replace("⌉", "))").replace("⌊", "(").replace("⌋", ")")
    python = python.replace("/", "//").replace("·", "*").replace("−", "-").replace(" mod ", " % ")
    python = python.replace("[", "int(").replace("]", ")").replace("≥", ">=")
    return int(eval(python, {"__builtins__": {}, "int": int, "max": max, "gcd": gcd}, numbers))


def expressions() -> st.SearchStrategy[Callable[[dict[str, Any]], Any]]:
    """Random formulas, as functions of the values of their letters."""
    leaves = st.sampled_from(LETTERS).map(lambda letter: lambda values: values[letter])
    numbers = st.integers(-3, 5).map(lambda number: lambda _: number)
    return st.recursive(leaves | numbers, combined, max_leaves=12)


def combined(
    parts: st.SearchStrategy[Callable[[dict[str, Any]], Any]],
) -> st.SearchStrategy[Callable[[dict[str, Any]], Any]]:
    def apply(operation: Callable[..., Any], *operands: Callable[[dict[str, Any]], Any]) -> Any:
        return lambda values: operation(*(operand(values) for operand in operands))

    two = st.sampled_from(
        (
            lambda a, b: a + b,
            lambda a, b: a - b,
            lambda a, b: a * b,
            lambda a, b: a * True + (b - b),
            lambda a, b: a * (a > b),
            lambda a, b: b - (a <= 3),
            dims.maximum,
        )
    )
    one = st.sampled_from(
        (
            lambda a: -a,
            lambda a: a**2,
            lambda a: a**3,
            lambda a: a // 2,
            lambda a: a % 3 + 1,
            lambda a: (a - 1) * a + a,
            lambda a: dims.ceil_div(a, 3),
            lambda a: 7 // (a * a + 1),
            dims.positive_part,
        )
    )
    return st.builds(apply, two, parts, parts) | st.builds(apply, one, parts)


@settings(max_examples=400, deadline=None)
@given(expressions(), st.fixed_dictionaries({letter: st.integers(0, 9) for letter in LETTERS}))
def test_an_expression_has_the_value_of_its_formula_and_of_its_text(
    formula: Callable[[dict[str, Any]], Any], numbers: dict[str, int]
) -> None:
    expression = formula({letter: Symbol(letter) for letter in LETTERS})
    expected = int(formula(numbers))
    assert evaluate(expression, numbers) == expected
    assert read(str(expression), numbers) == expected
    if not isinstance(expression, int):
        assert read(expression.substituted(numbers), {}) == expected


SYMBOLS: list[Any] = [*map(Symbol, "CHkn"), Symbol("g", divides=True)]
C, H, K, N, G = SYMBOLS


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (True * C + 0 * H, "C"),
        (1 * C * K * K, "C·k²"),
        (2 * (K * H) - H * K, "k·H"),
        ((K * K - 1) * C + C, "k²·C"),
        (H - (K - 1), "H − k + 1"),
        (-(H - 2), "−H + 2"),
        ((H + 2) * (H + 2), "(H + 2)²"),
        (-(-H // 2), "⌈H/2⌉"),
        (H // (2 * K), "⌊H/(2·k)⌋"),
        (H * 3 // K**2, "⌊3·H/k²⌋"),
        (C * (C // G), "C·(C/g)"),
        (C // G + 1, "C/g + 1"),
        (C // (G * G), "C/g²"),
        (H % K, "H mod k"),
        (dims.positive_part(H - K), "max(H − k, 0)"),
        (dims.positive_part(H - K) * dims.positive_part(H - K), "max(H − k, 0)²"),
        (dims.maximum(H, K), "max(H, k)"),
        (dims.maximum(H, H), "H"),
        (dims.greatest_common_divisor(H, 4), "gcd(H, 4)"),
        (dims.greatest_common_divisor(4, H), "gcd(H, 4)"),
        (H - (K >= 3), "H − [k ≥ 3]"),
        (sum((H, K, N)), "H + k + n"),
    ],
)
def test_text(expression: Any, text: str) -> None:
    assert str(expression) == text


def test_expressions_are_equal_up_to_the_order_of_terms_and_factors() -> None:
    assert C * H + K == K + H * C
    assert C * H + K != K + H
    assert Symbol("C") == C
    assert C != "C"


def test_a_formula_must_not_branch() -> None:
    with pytest.raises(TypeError, match=r"a formula must not branch on the value of \[H > 3\]"):
        max(3, H)


def figures(layer: Any, xs: Any, y: Tensor) -> dict[str, Any]:
    """Every figure of a layer that is a number, by the engine's own methods."""
    return {
        "parameters": layer.parameters(*xs),
        **{f"buffers: {kind}": count for kind, count in layer.buffers(*xs)._asdict().items()},
        **{f"operations: {kind}": count for kind, count in layer.operations(*xs, y=y)._asdict().items()},
        **{f"in training: {kind}": count for kind, count in layer.training_operations(*xs, y=y)._asdict().items()},
        **{f"gradients: {kind}": count for kind, count in layer.gradient_macs(*xs, y=y)._asdict().items()},
        "columns": layer.column_elements(*xs, y=y),
        "indices": layer.index_elements(*xs, y=y),
    }


@pytest.mark.parametrize("keyword", sorted(REGISTRY))
def test_formulas_mean_what_the_engine_computes(keyword: str) -> None:
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(fitting(REGISTRY[keyword]))
    def compare(placement: Placement) -> None:
        layer, xs = placement
        formulas, y = Formulas(layer, xs), layer.output(*xs)
        assert [evaluate(size, formulas.numbers) for size in formulas.output.dims] == list(y.dims)
        assert [evaluate(size, formulas.numbers) for size in formulas.y.dims] == list(y.dims)
        symbolic = figures(formulas.layer, formulas.xs, formulas.y)
        for name, number in figures(layer, xs, y).items():
            assert evaluate(symbolic[name], formulas.numbers) == number, name
            assert read(str(symbolic[name]), formulas.numbers) == number, name

    compare()
