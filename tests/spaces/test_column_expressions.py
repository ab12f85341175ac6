"""Expressions over columns: for each point what the language's own expression gives, and what they refuse."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncost.errors import SpecError
from cnncost.language.expressions.expression import parse_expression
from cnncost.spaces.expressions.arrays import as_array
from cnncost.spaces.expressions.expression import column_expression, option_span
from cnncost.spaces.results.sweep import Sweep

OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=", "and", "or")
OPERANDS = ("a", "b", "c", "t", "2", "0", "0.5", "-3", "true", "10**15")


class Names:
    """One point, as the language looks names up."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row

    def lookup(self, name: str) -> Any:
        return self.row[name]

    def names(self) -> list[str]:
        return [*self.row]


@st.composite
def texts(draw: st.DrawFn, depth: int = 3) -> str:
    """Expressions over four columns."""
    if depth == 0:
        return draw(st.sampled_from(OPERANDS))
    kind = draw(st.integers(0, 9))
    inner = texts(depth - 1)
    if kind < 6:
        return f"({draw(inner)} {draw(st.sampled_from(OPERATORS))} {draw(inner)})"
    if kind == 6:
        return f"({draw(inner)} if {draw(inner)} else {draw(inner)})"
    if kind == 7:
        return f"{draw(st.sampled_from(('round', 'abs', 'floor', 'ceil')))}({draw(inner)})"
    if kind == 8:
        return f"max({draw(inner)}, {draw(inner)})"
    return draw(st.sampled_from((f"not {draw(inner)}", f"(a < {draw(inner)} <= c)", f"[a, b][{draw(inner)}]")))


numbers = st.integers(-5, 5) | st.sampled_from([2**31, 2**62, -(2**53) - 1])


@settings(max_examples=150, deadline=None)
@given(
    texts(),
    st.lists(st.tuples(numbers, numbers, st.floats(-4, 4, width=16), st.booleans()), min_size=1, max_size=4),
)
def test_a_column_is_what_the_language_gives_for_each_point(text: str, rows: list[tuple[Any, ...]]) -> None:
    # The column of floats is one throughout, as NumPy has it.
    points = [dict(zip("abct", row, strict=True)) for row in rows]
    expected = []
    for point in points:
        try:
            span = option_span("--where", text)
            expected.append(parse_expression(text, span).evaluate(Names(point), span))
        except SpecError:
            with pytest.raises(SpecError):  # where one point has no value, the column has none
                _columns(text, points)
            return
    found = _columns(text, points)
    actual = found.tolist() if isinstance(found, np.ndarray) else [found] * len(points)
    assert actual == expected


def _columns(text: str, points: list[dict[str, Any]]) -> Any:
    columns = {name: as_array([point[name] for point in points]) for name in "abct"}
    return column_expression(text, "--where").values(columns, len(points))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("params <= 5M and macs < 600M", [True, False, False]),
        ("peak_bytes <= 64MiB", [True, True, False]),
        ("peak_bytes <= 67.2MB", [True, True, False]),
        ("input[1] >= 128", [False, True, True]),
        ("depths[2] == 6", [True, False, False]),
        ("sum(kernels) == 6", [True, True, False]),
        ("kernels[1] == 3 and act == 'relu'", [False, True, False]),
        ("act == '5M'", [False, False, True]),
        ("1 / (params - 5000001) > 0 if params != 5000001 else false", [False, False, True]),
        ("true", [True, True, True]),
    ],
)
def test_conditions(text: str, expected: list[bool]) -> None:
    columns = {
        "params": np.array([5_000_000, 5_000_001, 6_000_000]),
        "macs": np.array([1, 2, 3]),
        "peak_bytes": np.array([1, 2**26, 2**26 + 10**6]),
        "input": [(3, 32, 32), (3, 128, 32), (3, 256, 32)],
        "depths[2]": np.array([6, 7, 8]),
        "kernels": [[1, 5], [3, 3], [7, 7]],
        "act": ["gelu", "relu", "5M"],
    }
    assert column_expression(text, "--where").holds(columns, 3).tolist() == expected


def test_beyond_64_bits() -> None:
    wide = np.array([2**62, 3])
    with pytest.raises(SpecError, match=r"integers go up to 10\*\*30"):
        column_expression("a * a", "--score").values({"a": wide}, 2)
    assert column_expression("a * 16", "--score").values({"a": wide}, 2).tolist() == [2**66, 48]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "parms < 5M",
            """\
            error: unknown name `parms`; did you mean `params`?
             --> --where:1:1
              |
            1 | parms < 5M
              | ^^^^^
              = hint: columns: params, peak_bytes, act""",
        ),
        (
            "params < 5X",
            """\
            error: `5X` is neither a number nor a name
             --> --where:1:10
              |
            1 | params < 5X
              |          ^^
              = hint: a product needs `*`""",
        ),
        (
            "peak_bytes < 24G",
            """\
            error: `peak_bytes` is in bytes, and `24G` may be of two kinds
             --> --where:1:14
              |
            1 | peak_bytes < 24G
              |              ^^^
              = hint: write `24GB` in powers of 1000, or `24GiB` in powers of 1024""",
        ),
        (
            "params < 1.5.2M",
            """\
            error: `1.5.2M` is neither a number nor a name
             --> --where:1:10
              |
            1 | params < 1.5.2M
              |          ^^^^^^
              = hint: a product needs `*`""",
        ),
        (
            "act < 3",
            """\
            error: `<` needs numbers, got the string 'relu'
             --> --where:1:1
              |
            1 | act < 3
              | ^^^^^^^""",
        ),
        (
            "log(params) > 1",
            """\
            error: unknown name `log`
             --> --where:1:1
              |
            1 | log(params) > 1
              | ^^^
              = hint: columns: params, peak_bytes, act""",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    columns = {"params": np.array([6, 7]), "peak_bytes": np.array([1, 2]), "act": ["relu", "gelu"]}
    with pytest.raises(SpecError) as caught:
        _holds(text, columns)
    assert str(caught.value) == dedent(message)


def _holds(text: str, columns: dict[str, Any]) -> None:
    expression = column_expression(text, "--where")
    expression.refuse_unknown(columns, "columns")
    expression.holds(columns, 2)


def test_points_at_which_it_divides_by_zero_do_not_fulfil_a_condition() -> None:
    expression = column_expression("1 / (params - 7) > 0", "--where")
    columns = {"params": np.array([7, 8, 6, 7])}
    assert expression.defined(columns, 4).tolist() == [False, True, True, False]
    assert expression.holds(columns, 4).tolist() == [False, True, False, False]


def test_points_at_which_it_divides_by_zero_have_no_score() -> None:
    sweep = Sweep("net", ["width"], ["params"], {"width": [1, 2], "params": [7, 8]}).scored("1 / (params - 7)")
    assert [row["score"] for row in sweep] == [None, 1.0]
