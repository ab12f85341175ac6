"""Points in a plane as SVG: those with a name are marked and named, the others are dots."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.svg.canvas import COLOURS, element, escaped, number, picture, text
from cnncost.render.terminal.screen import cut
from cnncost.units import count_text, number_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.plot import Plot, Point

_WIDTH, _HEIGHT = 900, 540
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 40, 56, 62
_FAINT, _DARK = "#bbbbbb", "#222222"
_LETTER = 6.5
_MOST_NAMES = 40
"""Marks of more points than these go without names, which would lie over each other."""


class _Axis(NamedTuple):
    """From values to places, logarithmically or not."""

    low: float
    high: float
    log: bool
    start: float
    end: float

    @classmethod
    def of(cls, values: Sequence[float], log: bool, start: float, end: float) -> _Axis:
        """The axis of what values span, with a margin."""
        scaled = [log10(value) if log else value for value in values]
        low, high = min(scaled), max(scaled)
        margin = 0.05 * (high - low) or 0.5
        return cls(low - margin, high + margin, log, start, end)

    def place(self, value: float) -> float:
        scaled = log10(value) if self.log else value
        return self.start + (self.end - self.start) * (scaled - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Round values that lie on it."""
        if self.log:
            mantissas = (1, 2, 5) if self.high - self.low < 3 else (1,)
            decades = range(floor(self.low), ceil(self.high) + 1)
            values = [mantissa * 10.0**decade for decade in decades for mantissa in mantissas]
            return [value for value in values if self.low <= log10(value) <= self.high]
        steps = (mantissa * 10.0**decade for decade in range(-9, 16) for mantissa in (1, 2, 5))
        step = next(step for step in steps if (self.high - self.low) / step <= 8)
        return [step * turn for turn in range(ceil(self.low / step), floor(self.high / step) + 1)]


def scatter_svg(plot: Plot) -> str:
    """The picture of a plot, a file of its own that needs nothing else.

    >>> from cnncost.render.plot import Plot, Point
    >>> points = (Point(1e6, 60.0, "a <b>"), Point(2e6, 59.0))
    >>> scatter_svg(Plot("frontier", "params", "accuracy", points)).count("<circle")
    2
    """
    across = _Axis.of([point.x for point in plot.points], True, _LEFT, _WIDTH - _RIGHT)
    upwards = _Axis.of([point.y for point in plot.points], plot.log_y, _HEIGHT - _BOTTOM, _TOP)
    named = sorted([point for point in plot.points if point.name])
    elements = [
        text(plot.title, _LEFT, 26, font_size=15, font_weight="bold"),
        *_scales(plot, across, upwards),
        *_dots([point for point in plot.points if not point.name], across, upwards),
        *_frontier(named, across, upwards),
    ]
    about = f"{plot.y_heading} over {plot.x_heading}: {len(named)} of {len(plot.points)} points are marked"
    return picture(_WIDTH, _HEIGHT, plot.title, about, elements)


def _scales(plot: Plot, across: _Axis, upwards: _Axis) -> Iterator[str]:
    """Both axes, with lines at round values."""
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for value in upwards.ticks():
        y = upwards.place(value)
        yield element("line", x1=_LEFT, x2=right, y1=y, y2=y, stroke=_FAINT, stroke_width=0.5)
        yield text(_tick(value, upwards.log), _LEFT - 8, y + 4, text_anchor="end")
    for value in across.ticks():
        x = across.place(value)
        yield element("line", x1=x, x2=x, y1=_TOP, y2=bottom, stroke=_FAINT, stroke_width=0.5)
        yield text(_tick(value, across.log), x, bottom + 18, text_anchor="middle")
    middle = (_TOP + bottom) / 2
    yield text(plot.y_heading, 16, middle, text_anchor="middle", transform=f"rotate(-90 16 {number(middle)})")
    yield text(plot.x_heading, (_LEFT + right) / 2, _HEIGHT - 14, text_anchor="middle")


def _dots(points: Sequence[Point], across: _Axis, upwards: _Axis) -> Iterator[str]:
    for point in points:
        yield element("circle", cx=across.place(point.x), cy=upwards.place(point.y), r=2, fill=COLOURS[-1], opacity=0.5)


def _frontier(points: Sequence[Point], across: _Axis, upwards: _Axis) -> Iterator[str]:
    """The marks, with names where there are few enough of them."""
    for point in points:
        x, y = across.place(point.x), upwards.place(point.y)
        yield element("circle", element("title", escaped(point.name)), cx=x, cy=y, r=4, fill=COLOURS[0])
        if len(points) <= _MOST_NAMES:
            yield text(cut(point.name, int((_WIDTH - x) / _LETTER)), x + 6, y - 5, font_size=10, fill=_DARK)


def _tick(value: float, log: bool) -> str:
    return count_text(round(value)) if log and value >= 1 else number_text(value)
