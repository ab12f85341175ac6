"""Points in a plane as SVG: those with a name are marked and named, a line joins the frontier, the others are dots."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from cnncost.render.svg.axes import Axis, scales
from cnncost.render.svg.canvas import COLOURS, element, escaped, number, picture, text
from cnncost.render.svg.labels import Box, place_labels
from cnncost.render.svg.lettering import shortened, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.plot import Plot, Point
    from cnncost.render.svg.labels import Label

_WIDTH, _HEIGHT = 900, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 40, 62, 76
_DARK, _FAINT, _BEST = "#222222", "#777777", COLOURS[0]
_SIZE = 10.5
"""Of the letters of names."""
_LONGEST = 190
"""The width of the longest name; what is longer is cut, and whole where the mouse rests on the mark."""
_MOST_MISSING = 3
"""Of more that have no place on the axes, the others are counted."""
_MOST_NAMES = 60
"""Marks of more points than these go without names."""


def scatter_svg(plot: Plot) -> str:
    """The picture of a plot, a file of its own that needs nothing else.

    >>> from cnncost.render.plot import Plot, Point
    >>> points = (Point(1e6, 60.0, "a <b>"), Point(2e6, 61.0, "c"))
    >>> scatter_svg(Plot("frontier", "params", "accuracy", points)).count("<circle")
    2
    """
    xs, ys = [point.x for point in plot.points], [point.y for point in plot.points]
    across = Axis.of(xs, True, _LEFT, _WIDTH - _RIGHT, in_bytes=plot.x_in_bytes)
    upwards = Axis.of(ys, plot.log_y, _HEIGHT - _BOTTOM, _TOP, in_bytes=plot.y_in_bytes)
    best = sorted([point for point in plot.points if point.name and point.is_best])
    named = [*best, *sorted([point for point in plot.points if point.name and not point.is_best])]
    dots = [(across.place(point.x), upwards.place(point.y)) for point in plot.points if not point.name]
    marks = [(across.place(point.x), upwards.place(point.y), point.name) for point in named]
    labels = _labels(marks, dots)
    elements = [
        text(shortened(plot.title, 15, _WIDTH - 2 * _LEFT), _LEFT, 26, font_size=15, font_weight="bold"),
        *scales(across, upwards, plot.x_heading, plot.y_heading),
        *(element("circle", cx=x, cy=y, r=2, fill=COLOURS[-1], opacity=0.5) for x, y in dots),
        *_frontier(marks[: len(best)]),
        *_names(marks, labels),
        *(_mark(point, *mark[:2]) for point, mark in zip(named, marks, strict=True)),
        element("g", "".join(_legend(len(best), len(named) - len(best), len(dots)))),
        *_footnote(plot, len(named) - sum(label is not None for label in labels)),
    ]
    about = f"{plot.y_heading} over {plot.x_heading}: {len(best)} of {len(plot.points)} points are marked"
    return picture(_WIDTH, _HEIGHT, plot.title, about, elements)


def _labels(marks: Sequence[tuple[float, float, str]], dots: Sequence[tuple[float, float]]) -> Sequence[Label | None]:
    """Where names go; nothing where there are too many of them."""
    if len(marks) > _MOST_NAMES:
        return [None] * len(marks)
    room = Box(_LEFT + 2, _TOP + 2, _WIDTH - _RIGHT - 2, _HEIGHT - _BOTTOM - 2)
    cut = [(x, y, shortened(name, _SIZE, _LONGEST)) for x, y, name in marks]
    return place_labels(cut, room, _SIZE, dots=dots)


def _frontier(marks: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    """A line through the best points, unless they are best in more than what is drawn and go up and down."""
    heights = [y for _, y, _ in marks]
    rises, falls = (all(a >= b for a, b in pairwise(heights)), all(a <= b for a, b in pairwise(heights)))
    if len(marks) > 1 and (rises or falls):
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y, _ in marks)
        yield element("path", d=path, fill="none", stroke=_BEST, stroke_width=1.2, opacity=0.6)


def _names(marks: Sequence[tuple[float, float, str]], labels: Sequence[Label | None]) -> Iterator[str]:
    """The names, each on a veil that keeps what lies below from being read with it."""
    shown = [(mark, label) for mark, label in zip(marks, labels, strict=True) if label is not None]
    for (x, y, _), label in shown:
        if label.line is not None:
            end_x, end_y = label.line
            yield element("line", x1=x, y1=y, x2=end_x, y2=end_y, stroke=_FAINT, stroke_width=0.7)
    for (x, _, _), label in shown:
        box = label.box
        width, height = box.right - box.left, box.bottom - box.top
        yield element("rect", x=box.left, y=box.top, width=width, height=height, fill="#ffffff", opacity=0.7)
        # The width is not known exactly: the end that is close to the mark stays where it is.
        start, anchor = (box.left, "start") if box.left > x else (box.right, "end")
        if box.left < x < box.right:
            start, anchor = box.left + width / 2, "middle"
        yield text(label.text, start, box.bottom - 0.3 * _SIZE, font_size=_SIZE, fill=_DARK, text_anchor=anchor)


def _mark(point: Point, x: float, y: float) -> str:
    """A disc for one of the best points, a ring for another one; its whole name where the mouse rests on it."""
    fill, stroke = (_BEST, _BEST) if point.is_best else ("#ffffff", _FAINT)
    return element("circle", element("title", escaped(point.name)), cx=x, cy=y, r=4, fill=fill, stroke=stroke)


def _legend(best: int, others: int, dots: int) -> Iterator[str]:
    """What the marks are, where there are several kinds."""
    kinds = [
        ("on the frontier", 4, _BEST, _BEST, best),
        ("not on the frontier", 4, "#ffffff", _FAINT, others),
        ("another point", 2, COLOURS[-1], "none", dots),
    ]
    if not best or not others + dots:
        return
    x = float(_LEFT + 5)
    for words, radius, fill, stroke, count in kinds:
        if count:
            yield element("circle", cx=x, cy=44, r=radius, fill=fill, stroke=stroke)
            yield text(words, x + 9, 48, font_size=11)
            x += 30 + width_of(words, 11)


def _footnote(plot: Plot, unnamed: int) -> Iterator[str]:
    """What is not there to be seen."""
    marks = "1 mark without its name" if unnamed == 1 else f"{unnamed} marks without their names"
    said = [f"{marks}, for want of room"] if unnamed else []
    if plot.missing:
        more = f" and {len(plot.missing) - _MOST_MISSING} more" if len(plot.missing) > _MOST_MISSING else ""
        names = ", ".join(shortened(name, 11, _LONGEST) for name in plot.missing[:_MOST_MISSING])
        said.append(f"not drawn, since not both are known and above 0: {names}{more}")
    if said:
        words = shortened("; ".join(said), 11, _WIDTH - _LEFT - _RIGHT)
        yield text(words, _LEFT, _HEIGHT - 8, font_size=11, font_style="italic")
