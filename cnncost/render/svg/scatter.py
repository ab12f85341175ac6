"""Points in a plane as SVG: those with a name are marked and named, the others are dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.svg.axes import Axis, scales
from cnncost.render.svg.canvas import COLOURS, element, escaped, picture, text
from cnncost.render.terminal.screen import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.plot import Plot, Point

_WIDTH, _HEIGHT = 900, 540
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 40, 56, 62
_DARK = "#222222"
_LETTER = 6.5
_MOST_NAMES = 40
"""Marks of more points than these go without names, which would lie over each other."""


def scatter_svg(plot: Plot) -> str:
    """The picture of a plot, a file of its own that needs nothing else.

    >>> from cnncost.render.plot import Plot, Point
    >>> points = (Point(1e6, 60.0, "a <b>"), Point(2e6, 59.0))
    >>> scatter_svg(Plot("frontier", "params", "accuracy", points)).count("<circle")
    2
    """
    across = Axis.of([point.x for point in plot.points], True, _LEFT, _WIDTH - _RIGHT)
    upwards = Axis.of([point.y for point in plot.points], plot.log_y, _HEIGHT - _BOTTOM, _TOP)
    named = sorted([point for point in plot.points if point.name])
    elements = [
        text(plot.title, _LEFT, 26, font_size=15, font_weight="bold"),
        *scales(across, upwards, plot.x_heading, plot.y_heading),
        *_dots([point for point in plot.points if not point.name], across, upwards),
        *_frontier(named, across, upwards),
    ]
    about = f"{plot.y_heading} over {plot.x_heading}: {len(named)} of {len(plot.points)} points are marked"
    return picture(_WIDTH, _HEIGHT, plot.title, about, elements)


def _dots(points: Sequence[Point], across: Axis, upwards: Axis) -> Iterator[str]:
    for point in points:
        yield element("circle", cx=across.place(point.x), cy=upwards.place(point.y), r=2, fill=COLOURS[-1], opacity=0.5)


def _frontier(points: Sequence[Point], across: Axis, upwards: Axis) -> Iterator[str]:
    """The marks, with names where there are few enough of them."""
    for point in points:
        x, y = across.place(point.x), upwards.place(point.y)
        yield element("circle", element("title", escaped(point.name)), cx=x, cy=y, r=4, fill=COLOURS[0])
        if len(points) <= _MOST_NAMES:
            yield text(cut(point.name, int((_WIDTH - x) / _LETTER)), x + 6, y - 5, font_size=10, fill=_DARK)
