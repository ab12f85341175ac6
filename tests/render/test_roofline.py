"""Rooflines in characters and as SVG: where marks and ceilings lie, what marks say, and what ASCII terminals show."""

from __future__ import annotations

from math import log10
from xml.etree import ElementTree

import pytest

from cnncost.render.roofline import Ceiling, Roofline, Spot, merged
from cnncost.render.svg.roofline import roofline_svg
from cnncost.render.terminal.roofline import draw_roofline

SVG = "{http://www.w3.org/2000/svg}"
ROOFLINE = Roofline(
    "a <title> & more",
    (
        Spot("relu", 0.25, 0.2e12, 1e-3, "bandwidth"),
        Spot("conv <1>", 100.0, 80e12, 4e-3, "compute"),
        Spot("small", 1.0, 0.01e12, 1e-4, "launches"),
    ),
    (Ceiling("bfloat16", 100e12),),
    (Ceiling("memory", 1e12),),
)


def drawn(width: int, ascii_only: bool = False, roofline: Roofline = ROOFLINE) -> list[str]:
    lines = draw_roofline(roofline, width, ascii_only=ascii_only)
    return ["".join(text for _, text in line).rstrip() for line in lines]


def shapes(roofline: Roofline) -> list[tuple[str, dict[str, str], str]]:
    """Every mark that says what layer it is: its element, its attributes and its words."""
    root = ElementTree.fromstring(roofline_svg(roofline))
    marks = [(each, each.find(f"{SVG}title")) for each in root.iter()]
    return [
        (each.tag.removeprefix(SVG), dict(each.attrib), title.text or "")
        for each, title in marks
        if title is not None and each is not root
    ]


def test_the_roof_is_the_lower_of_both_ceilings() -> None:
    # 100 Tops/s over 1 TB/s: operations bind from 100 operations for each byte.
    assert ROOFLINE.ridges == [100.0]
    assert [ROOFLINE.roof(intensity) for intensity in (1.0, 50.0, 100.0, 1000.0)] == [1e12, 50e12, 100e12, 100e12]
    assert ROOFLINE._replace(compute=()).roof(1000.0) == 1000e12


def test_marks_say_what_binds_by_shape_and_colour() -> None:
    found = {words.partition(":")[0]: (shape, look["fill"]) for shape, look, words in shapes(ROOFLINE)}
    # The first three colours of Okabe & Ito's that the pictures use.
    assert found == {
        "conv <1>": ("circle", "#0072b2"),
        "relu": ("rect", "#e69f00"),
        "small": ("polygon", "#cc79a7"),
    }


def test_marks_say_what_they_are() -> None:
    words = [words for _, _, words in shapes(ROOFLINE)]
    assert "conv <1>: 4.00 ms, 100 FLOPs per byte, 80.0 TFLOP/s, compute binds" in words
    assert "small: 100 µs, 1.00 FLOPs per byte, 10.0 GFLOP/s, launches bind" in words


def test_the_area_of_a_mark_is_its_time() -> None:
    spots = tuple([Spot(str(time), 10.0 * time, 1e12 * time, time, "compute") for time in (1.0, 4.0)])
    radii = [float(look["r"]) for _, look, _ in shapes(ROOFLINE._replace(spots=spots))]
    assert sorted(radii) == [6.5, 13.0]


def test_a_layer_below_the_roof_is_drawn_below_the_line() -> None:
    """Both axes are logarithmic, with one scale each: heights differ as logarithms do."""
    spots = tuple([Spot(str(rate), 100.0, rate, 1.0, "compute") for rate in (1e12, 10e12, 100e12)])
    low, middle, high = sorted([float(look["cy"]) for _, look, _ in shapes(ROOFLINE._replace(spots=spots))])
    assert middle - low == pytest.approx(high - middle, abs=0.02)


def test_layers_in_one_place_are_one_mark() -> None:
    spots = tuple([Spot(name, 2.0, 1e9, 1.0, "compute") for name in "abc"])
    assert merged(spots) == (Spot("a and 2 more", 2.0, 1e9, 3.0, "compute"),)
    other = Spot("d", 2.0, 1e9, 1.0, "launches")
    assert merged((*spots, other))[1] == other


def test_marks_of_a_terminal_stand_where_their_numbers_are() -> None:
    lines = drawn(80)
    rows = [line for line in lines if "│" in line]
    (relu,) = [(row, line.index("■")) for row, line in enumerate(rows) if "■" in line]
    (conv,) = [(row, line.index("●")) for row, line in enumerate(rows) if "●" in line]
    # From 0.25 to 100 FLOPs per byte, of an axis of that span and 13 % of margins, over some 72 characters.
    assert conv[1] - relu[1] == pytest.approx(72 * log10(100 / 0.25) / (1.13 * log10(100 / 0.25)), abs=2)
    assert conv[0] < relu[0]  # and above it
    assert "╱ memory: 1.00 TB/s" in " ".join(lines[-2:])


@pytest.mark.parametrize("width", [1, 30, 47, 80, 500])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    assert max(map(len, drawn(width))) <= max(30, min(width, 110))


def test_an_ascii_terminal_gets_ascii() -> None:
    lines = drawn(60, ascii_only=True)
    assert all(line.isascii() for line in lines)
    text = "\n".join(lines)
    assert all(sign in text for sign in ("/", "*", "#", "^"))


def test_without_a_rate_of_operations_there_is_the_rising_line_alone() -> None:
    alone = ROOFLINE._replace(compute=())
    assert "─ " not in "\n".join(drawn(80, roofline=alone)[-2:])
    ElementTree.fromstring(roofline_svg(alone))


def test_one_layer_is_enough() -> None:
    one = ROOFLINE._replace(spots=ROOFLINE.spots[:1])
    assert any("relu" in line for line in drawn(80, roofline=one))
    assert len(shapes(one)) == 1
