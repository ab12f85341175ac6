"""A curve as SVG: areas on top of each other, the phases apart, the peak and the limit marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.curve import ticks
from cnncost.render.svg.canvas import COLOURS, element, number, picture, text
from cnncost.render.svg.labels import Box
from cnncost.render.svg.lettering import shortened, width_of
from cnncost.units import bytes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.render.curve import Curve

_WIDTH, _HEIGHT = 900, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 190, 64, 62
_SIZE = 12
"""Of letters."""
_FAINT = "#bbbbbb"
_DARK = "#222222"
_LIMIT_SHOWN_UP_TO = 2
"""A limit that is more than so many times the peak would leave no room for the curve."""


class _Frame(NamedTuple):
    """From values to places."""

    instants: int
    most: int

    def x(self, place: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * place / self.instants

    def y(self, size: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * size / self.most


def curve_svg(curve: Curve) -> str:
    """The picture of a curve, a file of its own that needs nothing else.

    >>> from cnncost.render.curve import Curve, Instant
    >>> instants = tuple([Instant("run", size, {"all": size}) for size in (1, 3, 2)])
    >>> curve_svg(Curve("a <b>", "moments", "bytes", instants, "peak", ("all",))).count("&lt;b&gt;")
    2
    """
    peak = curve.instants[curve.highest].bytes
    drawn_limit = curve.limit is not None and curve.limit[0] <= _LIMIT_SHOWN_UP_TO * peak
    limit = curve.limit[0] if curve.limit is not None and drawn_limit else 0
    frame = _Frame(len(curve.instants), max(1, peak, limit))
    elements = [
        text(curve.title, _LEFT, 24, font_size=15, font_weight="bold"),
        *_scale(curve, frame),
        *_areas(curve, frame),
        *_phases(curve, frame),
        *(_limit(curve, frame) if drawn_limit else ()),
        *_peak(curve, frame),
        *_legend(curve),
    ]
    return picture(_WIDTH, _HEIGHT, curve.title, f"{curve.y_heading} over {curve.x_heading}: {curve.peak}", elements)


def _scale(curve: Curve, frame: _Frame) -> Iterator[str]:
    """The axis of bytes with its lines, and what both axes are."""
    for amount in ticks(frame.most, 6):
        y = frame.y(amount)
        yield element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=_FAINT, stroke_width=0.5)
        yield text(bytes_text(amount), _LEFT - 8, y + 4, text_anchor="end")
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    turned = f"rotate(-90 16 {number(middle)})"
    yield text(curve.y_heading, 16, middle, text_anchor="middle", transform=turned)
    yield text(curve.x_heading, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14, text_anchor="middle")


def _areas(curve: Curve, frame: _Frame) -> Iterator[str]:
    """An area for each part, on top of those before it; steps, since nothing changes between two moments."""
    below = [0] * len(curve.instants)
    for place, part in enumerate(curve.parts):
        above = [base + each.parts.get(part, 0) for base, each in zip(below, curve.instants, strict=True)]
        path = "M" + "L".join([*_steps(above, frame), *reversed(_steps(below, frame))]) + "Z"
        yield element("path", element("title", part), d=path, fill=COLOURS[place % len(COLOURS)])
        below = above


def _steps(sizes: list[int], frame: _Frame) -> list[str]:
    """The corners of a line that is level over each moment, without those where nothing changes."""
    corners = []
    for place, size in enumerate(sizes):
        if place == 0 or size != sizes[place - 1]:
            corners.append(f"{number(frame.x(place))} {number(frame.y(size))}")
        if place + 1 == len(sizes) or size != sizes[place + 1]:
            corners.append(f"{number(frame.x(place + 1))} {number(frame.y(size))}")
    return corners


def _phases(curve: Curve, frame: _Frame) -> Iterator[str]:
    """Lines between the phases, and their names; one that is too short has its name above the others."""
    bottom = _HEIGHT - _BOTTOM
    previous_end = 0.0
    for phase, start, end in curve.phases():
        if start:
            x = frame.x(start)
            yield element("line", x1=x, x2=x, y1=_TOP, y2=bottom + 6, stroke=_DARK, stroke_dasharray="3 3")
        half = 3.5 * len(phase)
        middle = min(max((frame.x(start) + frame.x(end)) / 2, previous_end + half + 6), _WIDTH - _RIGHT + half)
        yield text(phase, middle, bottom + 18, text_anchor="middle", font_style="italic")
        previous_end = middle + half
    yield element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=bottom, y2=bottom, stroke=_DARK)


def _limit(curve: Curve, frame: _Frame) -> Iterator[str]:
    """The line that the curve should stay below, and what it is, where that does not cover what is said of the peak."""
    assert curve.limit is not None
    size, name = curve.limit
    y = frame.y(size)
    yield element(
        "line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke=_DARK, stroke_width=1.5, stroke_dasharray="8 4"
    )
    shown = shortened(name, _SIZE, _WIDTH - _LEFT - _RIGHT - 12)
    above, below = (Box(_LEFT + 6, top, _LEFT + 6 + width_of(shown, _SIZE), top + 15) for top in (y - 17, y + 3))
    box = below if above.touches(_about_peak(curve, frame)) else above
    yield _veil(box)
    yield text(shown, box.left, box.bottom - 4)


def _peak(curve: Curve, frame: _Frame) -> Iterator[str]:
    """A mark over the highest moment, and what is said of it above that."""
    place = curve.highest
    x, y = frame.x(place + 0.5), frame.y(curve.instants[place].bytes)
    box = _about_peak(curve, frame)
    yield element("path", d=f"M{number(x)} {number(y)}l-5 -9h10Z", fill=_DARK)
    yield _veil(box)
    yield text(_words_on_peak(curve), (box.left + box.right) / 2, box.bottom - 4, text_anchor="middle")


def _about_peak(curve: Curve, frame: _Frame) -> Box:
    """Where stands what is said of the peak: above its mark, and between the ends of the curve."""
    place, width = curve.highest, width_of(_words_on_peak(curve), _SIZE)
    x, y = frame.x(place + 0.5), frame.y(curve.instants[place].bytes)
    left = max(_LEFT, min(x - width / 2, _WIDTH - _RIGHT - width))
    return Box(left, y - 26, left + width, y - 11)


def _words_on_peak(curve: Curve) -> str:
    return shortened(curve.peak, _SIZE, _WIDTH - _LEFT - _RIGHT)


def _veil(box: Box) -> str:
    """What keeps the lines and areas below a text from being read with it."""
    width, height = box.right - box.left, box.bottom - box.top
    return element("rect", x=box.left, y=box.top, width=width, height=height, fill="#ffffff", opacity=0.7)


def _legend(curve: Curve) -> Iterator[str]:
    """What the colours are, in the order of the areas, the highest first."""
    left = _WIDTH - _RIGHT + 16
    for line, (place, part) in enumerate(reversed([*enumerate(curve.parts)])):
        y = _TOP + 40 + 20 * line
        yield element("rect", x=left, y=y - 10, width=12, height=12, fill=COLOURS[place % len(COLOURS)])
        yield text(part, left + 18, y)
