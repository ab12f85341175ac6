"""Curves in characters and as SVG: heights, phases, the mark of the peak, and what an ASCII terminal shows."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cnncost.render.curve import Curve, Instant, ticks
from cnncost.render.svg.curve import curve_svg
from cnncost.render.terminal.curve import draw_curve

MIB = 2**20
SIZES = [("up", 10), ("up", 40), ("down", 20), ("end", 5)]
CURVE = Curve(
    "a <title> & more",
    "moments",
    "bytes",
    tuple([Instant(phase, size * MIB, {"below": 5 * MIB, "above": (size - 5) * MIB}) for phase, size in SIZES]),
    "peak",
    ("below", "above"),
    (50 * MIB, "a limit"),
)


def drawn(width: int, ascii_only: bool = False) -> list[str]:
    return ["".join(text for _, text in line).rstrip() for line in draw_curve(CURVE, width, ascii_only=ascii_only)]


def test_heights_are_those_of_the_values() -> None:
    lines = drawn(30)
    area = [line[10:] for line in lines[2:12]]
    # Twenty columns in all; 40 MiB are ten lines, so that 10 MiB are two and a half, and 5 MiB one and a quarter.
    heights = [sum("▁▂▃▄▅▆▇█".find(row[place : place + 1] or " ") + 1 for row in area) for place in range(20)]
    assert heights == [20] * 5 + [80] * 5 + [40] * 5 + [10] * 5
    assert lines[1] == " " * 15 + "▼ peak"


def test_phases_stand_below_the_axis_where_they_are() -> None:
    *_, axis, names, heading = drawn(30)
    assert axis.endswith("└┬─────────┬────┬────")
    assert names.split() == ["up", "down", "end"]
    assert names.index("down") > axis.index("┬", axis.index("┬") + 1) - 2
    assert heading.endswith("moments")


@pytest.mark.parametrize("width", [1, 30, 47, 80, 500])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    assert max(map(len, drawn(width))) <= max(30, min(width, 100))


def test_an_ascii_terminal_gets_ascii() -> None:
    lines = drawn(60, ascii_only=True)
    assert all(line.isascii() for line in lines)
    assert any("#" in line for line in lines)


def test_phases_that_come_again_are_apart() -> None:
    again = CURVE._replace(instants=CURVE.instants * 2)
    assert [phase for phase, _, _ in again.phases()] == ["up", "down", "end"] * 2
    names = ["".join(text for _, text in line) for line in draw_curve(again, 90)][-2]
    assert names.split() == ["up", "down", "end"] * 2


def test_ticks_are_round() -> None:
    assert ticks(40 * MIB, 4) == [place * 10 * MIB for place in range(5)]
    assert ticks(3 * 2**30, 4) == [place * 2**30 for place in range(4)]
    assert ticks(7, 4) == [0, 2, 4, 6]


def test_areas_of_the_picture_stand_on_each_other() -> None:
    root = ElementTree.fromstring(curve_svg(CURVE))
    paths = [path.get("d", "") for path in root.iter("{http://www.w3.org/2000/svg}path")][:2]
    points = [[tuple(map(float, pair.split())) for pair in path.strip("MZ").split("L")] for path in paths]
    lowest, middle = (min(y for _, y in each) for each in points)
    bottom = max(y for _, y in points[0])
    # The limit of 50 MiB is the top of the axis: the first area is a tenth of it high, both are four fifths.
    assert (bottom - lowest) * 10 == pytest.approx((bottom - middle) * 10 / 8, abs=0.2)
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a <title> & more", "a limit", "peak", "below", "above", "up", "down", "end"} <= {*texts}


def test_a_limit_far_above_is_not_drawn() -> None:
    assert "a limit" not in curve_svg(CURVE._replace(limit=(10**12, "a limit")))
