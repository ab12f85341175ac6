"""What an axis may be: accepted and refused, side by side."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from cnncost.errors import SpecError
from cnncost.spaces.space.axes import Interval
from cnncost.spaces.space.options import axis_of_argument, axis_of_option


def _values(option: str) -> list[Any]:
    axis = axis_of_option(option)
    assert axis.size is not None
    return axis.nth(np.arange(axis.size)).tolist()


@pytest.mark.parametrize(
    ("option", "values"),
    [
        # Exact decimals: 0.25 + 1 * 0.05 is 0.3, not 0.30000000000000004.
        ("width=0.25:0.5:0.05", [0.25, 0.3, 0.35, 0.4, 0.45, 0.5]),
        ("width=0.25:0.5:0.1", [0.25, 0.35, 0.45]),
        ("width=1:0.5:-0.25", [1.0, 0.75, 0.5]),
        ("depths[2]=3..6", [3, 4, 5, 6]),
        ("depths[2] = 3:6", [3, 4, 5, 6]),
        ("n=10..3:-3", [10, 7, 4]),
        ("batch=1,8,64", [1, 8, 64]),
        ("batch=1..3,8,16..64:x2", [1, 2, 3, 8, 16, 32, 64]),
        ("act=relu,gelu", ["relu", "gelu"]),
        ("bias=true,false", [True, False]),
        ("depths=[2,2,2,2],[3,4,6,3]", [[2, 2, 2, 2], [3, 4, 6, 3]]),
        ("rates=[0.5, 1],[]", [[0.5, 1], []]),
        ("rate=0.5,1", [0.5, 1.0]),
        ("rate=5e-1,1.0", [0.5, 1.0]),
        ("input=3x128x128..3x192x192:32", [(3, 128, 128), (3, 160, 160), (3, 192, 192)]),
        ("input=3x64x128..3x66x126", [(3, 64, 128), (3, 65, 127), (3, 66, 126)]),
        ("input=3x64x64,3x96x128", [(3, 64, 64), (3, 96, 128)]),
        ("input=[3,64,64],3x96x96", [(3, 64, 64), (3, 96, 96)]),
        ("input.slow=3x4x64x64", [(3, 4, 64, 64)]),
        ("batch=1..1000:x10", [1, 10, 100, 1000]),
        ("batch=1..100:log3", [1, 10, 100]),
        ("width=0.25..4:log5", [0.25, 0.5, 1.0, 2.0, 4.0]),
        ("one=7..7", [7]),
    ],
)
def test_values(option: str, values: list[Any]) -> None:
    found = _values(option)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


def test_large_axes_cost_nothing() -> None:
    axis = axis_of_option("n=1..1000000000000")
    assert axis.size == 10**12
    assert axis.nth(np.array([10**12 - 1])).tolist() == [10**12]


def test_fractions_without_a_step_are_an_interval() -> None:
    axis = axis_of_option("width=0.25..2")
    assert isinstance(axis, Interval)
    assert axis.at(np.array([0.0, 0.5])).tolist() == [0.25, 1.125]
    scaled = axis_of_option("width=0.25..4:log")
    assert scaled.at(np.array([0.0, 0.5])).tolist() == [0.25, 1.0]


def test_from_python() -> None:
    assert axis_of_argument("width", "0.5:1:0.5").nth(np.arange(2)).tolist() == [0.5, 1.0]
    assert axis_of_argument("width", np.array([0.5, 1.0])).nth(np.arange(2)).tolist() == [0.5, 1.0]
    assert axis_of_argument("input", [[3, 8, 8], (3, 9, 9)]).nth(np.arange(2)).tolist() == [(3, 8, 8), (3, 9, 9)]
    with pytest.raises(SpecError, match=r"`vary\['width'\]` must be a text such as"):
        axis_of_argument("width", 3)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "width=2:1:0.5",
            """\
            error: the range of `width` is empty: 2 is above 1
             --> --vary:1:7
              |
            1 | width=2:1:0.5
              |       ^^^^^^^
              = hint: write `1:2:0.5`""",
        ),
        (
            "width",
            """\
            error: `--vary width` varies nothing
              = hint: write `--vary NAME=VALUES`, such as `--vary batch=1,8,64`""",
        ),
        (
            "2width=1,2",
            """\
            error: `2width` is not the name of something that varies
             --> --vary:1:1
              |
            1 | 2width=1,2
              | ^^^^^^
              = hint: a variable of the spec, an element such as `depths[2]`, `batch`, `input` or `input.NAME`""",
        ),
    ],
)
def test_refused_with_its_place(option: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        axis_of_option(option)
    assert str(caught.value) == dedent(message)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("width=", "there are no values"),
        ("width=1,,2", "a value is missing"),
        ("width=1:2:0", "the step of `width` is zero"),
        ("width=1:2:x", "`` is not a number"),
        ("width=1:2:y", "`y` is not a number"),
        ("width=1:2:-1", "the range of `width` is empty: 1 is below 2"),
        ("width=0.5..0.5", "the range of `width` is empty: 0.5 is not below 0.5"),
        ("width=1,2,1", "`width` has `1` twice"),
        ("width=64 * n", "`64 * n` is not a value that `width` could have"),
        ("width=[1,2", "unbalanced brackets in `[1,2`"),
        ("width=1..9:x1", "`width` is multiplied from a number above 0 by a factor above 1"),
        ("width=0..9:x2", "`width` is multiplied from a number above 0 by a factor above 1"),
        ("width=1..9:log1", "`log` takes how many values there are, such as `log5`, not `log1`"),
        ("width=0..9:log5", "`width` is on a logarithmic scale, which has no zero"),
        ("width=0:1:0.00000000000000000001", "`0.00000000000000000001` has more than 15 digits"),
        ("n=0:1000000000000000", "`n` has more than 1,000,000,000,000,000 values"),
        ("batch=1..200000,3", "`1..200000` has 200,000 values, too many for a list"),
        ("width=0.5..1,3", "the range `0.5..1` has no step"),
        ("input=3x128x128..3x512:32", "`3x128x128` and `3x512` have unlike numbers of sizes"),
        ("input=3x128x128..3x512x256:32", "the sizes of `input` take unlike numbers of steps"),
        ("input=3x128x128..3x130x130:32", "the step of `input` is larger than the whole range"),
        ("input=3x128x128..3x130x130:0", "the step of `input` must be a whole number from 1, not `0`"),
        ("input=large", "`large` is not a shape of `input`"),
        ("input=3x0x8", "`3x0x8` is not a shape of `input`"),
    ],
)
def test_refused(option: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        axis_of_option(option)
    assert message in caught.value.message
