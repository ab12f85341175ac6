"""Plots as SVG: axes with round values and units, names that cover nothing, the frontier, and what is not drawn."""

from __future__ import annotations

import random
from itertools import combinations
from math import log10
from xml.etree import ElementTree

import pytest

import cnncost
from cnncost.errors import SpecError
from cnncost.language.load import loads
from cnncost.render.plot import Plot, Point
from cnncost.render.svg.axes import Axis
from cnncost.render.svg.labels import Box, place_labels
from cnncost.render.svg.lettering import width_of
from cnncost.render.svg.scatter import scatter_svg
from cnncost.render.views.catalogue.zoo import frontier_plot
from cnncost.render.views.costs.compare import comparison_document, comparison_plot

SVG = "{http://www.w3.org/2000/svg}"
HELVETICA = {
    **dict.fromkeys("abdeghnopqu0123456789_L", 556),
    **dict.fromkeys("ckvxysz", 500),
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys("ft.,", 278),
    "r": 333,
    "m": 833,
    "w": 722,
    **dict.fromkeys("ABEKPSVXY", 667),
    **dict.fromkeys("CDHNRU", 722),
    "M": 833,
}
"""Widths of letters in thousandths of their size, as Adobe's font metrics (AFM) of Helvetica have them."""


def texts(svg: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def marks(svg: str) -> dict[str, str]:
    """The fill of each mark, by its name."""
    circles = ElementTree.fromstring(svg).findall(f"{SVG}circle")
    return {title.text or "": each.attrib["fill"] for each in circles for title in each.iter(f"{SVG}title")}


@pytest.mark.parametrize("word", ["resnet50", "efficientnet_b4", "mobilenet_v2", "VGG", "MMMwww", "ill"])
def test_no_word_is_wider_than_thought(word: str) -> None:
    assert width_of(word, 1000) >= sum(HELVETICA.get(letter, 778) for letter in word)


def test_names_cover_neither_each_other_nor_marks() -> None:
    draw = random.Random(0)
    spots = [(draw.uniform(100, 500), draw.uniform(100, 300), f"a network {turn}") for turn in range(40)]
    room = Box(0, 0, 600, 400)
    labels = [label for label in place_labels(spots, room, 10) if label is not None]
    assert len(labels) > 30
    for one, other in combinations(labels, 2):
        assert not one.box.touches(other.box)
    for label in labels:
        assert label.box.within(room)
        assert not any(label.box.touches(Box(x - 4, y - 4, x + 4, y + 4)) for x, y, _ in spots)


def test_a_name_stands_beside_its_mark_and_a_far_one_at_the_end_of_a_line() -> None:
    (alone,) = place_labels([(50, 50, "alone")], Box(0, 0, 200, 100), 10)
    assert alone is not None
    assert alone.line is None
    assert 50 < alone.box.left < 60
    crowd = place_labels([(100, 100, f"name {turn}") for turn in range(12)], Box(0, 0, 200, 200), 10)
    far = [label for label in crowd if label is not None and label.line is not None]
    assert far
    for label in far:
        x, y = label.line or (0, 0)
        assert label.box.left - 1 <= x <= label.box.right + 1
        assert label.box.top - 1 <= y <= label.box.bottom + 1


def test_where_there_is_no_room_there_is_no_name() -> None:
    assert place_labels([(50, 50, "a name that is long")], Box(0, 0, 60, 100), 10) == [None]


@pytest.mark.parametrize(
    ("low", "high", "in_bytes", "shown"),
    [
        (1e6, 1e7, False, ["1 M", "2 M", "5 M", "10 M"]),
        (1e5, 1e9, False, ["100 K", "1 M", "10 M", "100 M", "1 G"]),
        (3.41e6, 3.49e6, False, ["3.42 M", "3.44 M", "3.46 M", "3.48 M"]),
        (900, 2100, False, ["1 K", "1.2 K", "1.4 K", "1.6 K", "1.8 K", "2 K"]),
        (2.0**20, 2.0**23, True, ["1 MiB", "2 MiB", "4 MiB", "8 MiB"]),
        (2.0**10, 2.0**40, True, ["1 KiB", "32 KiB", "1 MiB", "32 MiB", "1 GiB", "32 GiB", "1 TiB"]),
        (
            101 * 2.0**20,
            139 * 2.0**20,
            True,
            ["105 MiB", "110 MiB", "115 MiB", "120 MiB", "125 MiB", "130 MiB", "135 MiB"],
        ),
    ],
)
def test_values_at_an_axis_are_round_and_have_units(low: float, high: float, in_bytes: bool, shown: list[str]) -> None:
    axis = Axis(log10(low) - 1e-9, log10(high) + 1e-9, True, 0, 1, in_bytes)
    assert [axis.text_of(tick) for tick in axis.ticks()] == shown


def test_the_best_are_discs_on_a_line_and_the_others_rings() -> None:
    points = (Point(1e6, 60, "a"), Point(2e6, 50, "b", is_best=False), Point(4e6, 80, "c"), Point(3e6, 20))
    root = scatter_svg(Plot("t", "x", "y", points))
    fills = marks(root)
    assert fills["a"] == fills["c"] != fills["b"] == "#ffffff"
    assert "on the frontier" in texts(root)
    (line,) = ElementTree.fromstring(root).findall(f"{SVG}path")
    assert line.attrib["d"].count("L") == 1
    assert {"a", "b", "c", "x", "y", "t"} <= {*texts(root)}


def test_a_frontier_in_more_than_two_figures_is_no_line() -> None:
    points = tuple(Point(10**power, height, str(power)) for power, height in ((1, 5), (2, 9), (3, 7)))
    assert "<path" not in scatter_svg(Plot("t", "x", "y", points))


def test_one_point_is_a_picture_too() -> None:
    assert "alone" in texts(scatter_svg(Plot("t", "MACs", "%", (Point(4e9, 76.1, "alone"),))))


def test_long_names_are_cut_and_whole_where_the_mouse_rests() -> None:
    name = "a_network_of_a_very_long_name_" * 5
    svg = scatter_svg(Plot("t", "x", "y", (Point(10, 1, name),)))
    assert name in marks(svg)
    assert [text for text in texts(svg) if text.startswith("a_network") and text.endswith("…")]


def test_networks_are_drawn_by_two_figures() -> None:
    comparison = cnncost.compare(["resnet18", "resnet50", "mobilenet_v2", "vgg16"])
    plot = comparison_plot(comparison)
    assert {point.name: (point.x, point.y) for point in plot.points}["resnet18"] == (1_814_073_344, 11_689_512)
    # MobileNet v2 has 300 M and 3.5 M: less of both than any other here.
    assert [point.name for point in plot.points if point.is_best] == ["mobilenet_v2"]
    memory = comparison_plot(comparison, "macs", "peak_bytes")
    assert (memory.x_heading, memory.y_heading, memory.y_in_bytes) == ("MACs", "memory (peak)", True)
    assert any(text.endswith("MiB") for text in texts(scatter_svg(memory)))


def test_what_has_no_place_is_named() -> None:
    plain = loads("{name: plain, input: [3, 8, 8], network: [relu]}")
    comparison = cnncost.compare([plain, "lenet5", "alexnet"])
    plot = comparison_plot(comparison)
    assert plot.missing == ("plain",)
    assert "not drawn, since not both are known and above 0: plain" in texts(scatter_svg(plot))
    with pytest.raises(SpecError, match="nothing can be drawn: no network has both, `macs` and `params`, above 0"):
        comparison_plot(cnncost.compare([plain, plain]))
    with pytest.raises(SpecError, match="unknown figure `memory`; did you mean `peak_bytes`"):
        comparison_plot(comparison, "macs", "memory")


def test_a_page_of_three_networks_has_a_picture_and_one_of_two_has_none() -> None:
    three = comparison_document(cnncost.compare(["lenet5", "alexnet", "resnet18"]))
    assert len(three.pictures) == 1
    assert comparison_document(cnncost.compare(["lenet5", "alexnet"])).pictures == ()


def test_the_frontier_of_the_zoo_is_marked_among_all() -> None:
    zoo = cnncost.zoo("resnet*")
    svg = scatter_svg(frontier_plot(zoo))
    best = {entry.name for entry in zoo.frontier().entries}
    fills = marks(svg)
    assert {name for name, fill in fills.items() if fill != "#ffffff"} == best
    assert len(fills) == sum(entry.accuracy is not None and entry.metric == "ImageNet top-1" for entry in zoo.entries)
