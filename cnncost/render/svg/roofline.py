"""A roofline as SVG: layers as marks whose area is their time and whose shape says what binds them, below ceilings."""

from __future__ import annotations

from math import atan2, degrees, sqrt
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.roofline import BOUNDS, merged
from cnncost.render.svg.axes import Axis, scales
from cnncost.render.svg.canvas import COLOURS, element, escaped, number, picture, text
from cnncost.render.terminal.screen import cut
from cnncost.units import count_text, number_text, seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.render.roofline import Roofline, Spot

_WIDTH, _HEIGHT = 900, 560
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 170, 56, 62
_DARK = "#222222"
_LETTER = 5.5
"""The width of a small letter, about."""
_SMALLEST, _LARGEST = 3.0, 13.0
"""Radii of marks."""
_NAMED = 8
"""Layers whose names are written beside their marks: those that take longest."""
_LINE = 12
"""The height of a line of names."""
_SHORT = 24
"""Letters of a name for which there is no room in whole."""
_WORDS = {"compute": "compute binds", "bandwidth": "bandwidth binds", "launches": "launches bind"}


def roofline_svg(roofline: Roofline) -> str:
    """The picture of a roofline, a file of its own that needs nothing else.

    >>> from cnncost.render.roofline import Ceiling, Roofline, Spot
    >>> spots = (Spot("conv <1>", 40.0, 4e12, 1e-3, "compute"), Spot("relu", 0.1, 1e11, 1e-4, "bandwidth"))
    >>> picture = roofline_svg(Roofline("lenet5", spots, (Ceiling("float32", 5e12),), (Ceiling("memory", 1e12),)))
    >>> "conv &lt;1&gt;" in picture, "5.00 T" in picture
    (True, True)
    """
    intensities = [*[spot.intensity for spot in roofline.spots], *roofline.ridges]
    across = Axis.of(intensities, True, _LEFT, _WIDTH - _RIGHT)
    rates = [each.rate for each in roofline.compute] or [roofline.roof(max(intensities))]
    lowest = [spot.flops_per_second for spot in roofline.spots]
    upwards = Axis.of([*lowest, *rates], True, _HEIGHT - _BOTTOM, _TOP)
    elements = [
        text(roofline.title, _LEFT, 26, font_size=15, font_weight="bold"),
        *scales(across, upwards, roofline.x_heading, roofline.y_heading),
        *_ceilings(roofline, across, upwards),
        *_marks(roofline, across, upwards),
        *_legend({spot.bound_by for spot in roofline.spots}),
    ]
    ceilings = [f"{each.name} {count_text(round(each.rate))}" for each in (*roofline.compute, *roofline.bandwidth)]
    about = f"{roofline.y_heading} over {roofline.x_heading}; ceilings: {', '.join(ceilings)}"
    return picture(_WIDTH, _HEIGHT, roofline.title, about, elements)


def _ceilings(roofline: Roofline, across: Axis, upwards: Axis) -> Iterator[str]:
    """Level lines from where bytes no longer bind, and rising ones up to there; each with what it is."""
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    fastest = max([each.rate for each in roofline.bandwidth])
    for ceiling in roofline.compute:
        y, start = upwards.place(ceiling.rate), across.place(ceiling.rate / fastest)
        yield element("line", x1=max(start, _LEFT), x2=right, y1=y, y2=y, stroke=_DARK, stroke_width=1.5)
        yield text(ceiling.name, right + 6, y - 2, font_size=11)
        yield text(f"{count_text(round(ceiling.rate))}FLOP/s", right + 6, y + 11, font_size=11)
    top_left, top_right = 10**across.low, 10**across.high
    for ceiling, ridge in zip(
        roofline.bandwidth, roofline.ridges or [top_right] * len(roofline.bandwidth), strict=True
    ):
        start, end = max(top_left, 10**upwards.low / ceiling.rate), min(ridge, top_right)
        ends = [(across.place(each), upwards.place(each * ceiling.rate)) for each in (start, end)]
        (x1, y1), (x2, y2) = ends
        yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=_DARK, stroke_width=1.5)
        middle = (x1 + x2) / 2, (y1 + y2) / 2 - 6
        turn = f"rotate({number(_degrees(x2 - x1, y2 - y1))} {number(middle[0])} {number(middle[1])})"
        words = f"{ceiling.name}, {count_text(round(ceiling.rate))}B/s"
        yield text(words, *middle, font_size=11, text_anchor="middle", transform=turn)
    yield element("line", x1=_LEFT, x2=right, y1=bottom, y2=bottom, stroke=_DARK)


def _degrees(across: float, down: float) -> float:
    return degrees(atan2(down, across))


def _marks(roofline: Roofline, across: Axis, upwards: Axis) -> Iterator[str]:
    """The layers, the longest first so that others lie on top of them; the names of some over all marks."""
    slowest = roofline._replace(spots=merged(roofline.spots)).slowest
    longest = slowest[0].seconds
    discs = [
        _Disc(
            across.place(spot.intensity),
            upwards.place(spot.flops_per_second),
            max(_SMALLEST, _LARGEST * sqrt(spot.seconds / longest)) if longest else _SMALLEST,
        )
        for spot in slowest
    ]
    yield from [_mark(spot, *disc) for spot, disc in zip(slowest, discs, strict=True)]
    names: list[_Words] = []
    for spot, disc in [*zip(slowest, discs, strict=True)][:_NAMED]:
        free = [words for words in _places(spot.name, disc) if not any(map(words.touches, names))]
        clear = [words for words in free if not any(words.covers(other) for other in discs)]
        names += (clear or free)[:1]
    yield from [text(words.content, words.x, words.y, font_size=10) for words in names]


class _Disc(NamedTuple):
    """Where a mark is, and how large."""

    x: float
    y: float
    radius: float


class _Words(NamedTuple):
    """A name where it may stand."""

    content: str
    x: float
    y: float

    def touches(self, other: _Words) -> bool:
        """Whether two names would lie over each other."""
        starts, ends = max(self.x, other.x), min(self.end, other.end)
        return abs(self.y - other.y) < _LINE and starts < ends + _LETTER

    def covers(self, disc: _Disc) -> bool:
        """Whether it would lie over a mark."""
        beside = disc.x + disc.radius < self.x or disc.x - disc.radius > self.end
        return not beside and self.y - _LINE - disc.radius < disc.y < self.y + disc.radius

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.x + len(self.content) * _LETTER


def _places(name: str, disc: _Disc) -> Iterator[_Words]:
    """A name beside its mark, above it, or in lines below, where there is room for it."""
    width = len(name) * _LETTER
    right, left, below = disc.x + disc.radius + 3, disc.x - disc.radius - 3 - width, disc.y + disc.radius
    middle = max(_LEFT + 2, min(disc.x - width / 2, _WIDTH - _RIGHT - width - 2))
    beside = [(right, disc.y + 4), (left, disc.y + 4), (middle, disc.y - disc.radius - 4)]
    for start, line in (*beside, *[(middle, below + _LINE * line) for line in (1, 2, 3, 4)]):
        if start > _LEFT and start + width < _WIDTH - _RIGHT:
            yield _Words(name, start, line)
    yield _Words(cut(name, _SHORT), min(right, _WIDTH - _RIGHT - _SHORT * _LETTER), disc.y + 4)


def _mark(spot: Spot, x: float, y: float, radius: float) -> str:
    """A mark whose shape and colour say what binds, with what there is to say of the layer."""
    said = (
        f"{spot.name}: {seconds_text(spot.seconds)}, {number_text(spot.intensity)} FLOPs per byte, "
        f"{count_text(round(spot.flops_per_second))}FLOP/s, {_WORDS[spot.bound_by]}"
    )
    return _shape(spot.bound_by, x, y, radius, element("title", escaped(said)))


def _shape(bound_by: str, x: float, y: float, radius: float, content: str = "") -> str:
    """A circle, a square or a triangle of about the same area."""
    look = {"fill": COLOURS[BOUNDS.index(bound_by)], "fill_opacity": 0.75, "stroke": _DARK, "stroke_width": 0.5}
    if bound_by == "compute":
        return element("circle", content, cx=x, cy=y, r=radius, **look)
    if bound_by == "bandwidth":
        side = 1.77 * radius
        return element("rect", content, x=x - side / 2, y=y - side / 2, width=side, height=side, **look)
    half = 1.35 * radius
    corners = [(x, y - 1.15 * half), (x + half, y + 0.6 * half), (x - half, y + 0.6 * half)]
    points = " ".join([f"{number(right)},{number(down)}" for right, down in corners])
    return element("polygon", content, points=points, **look)


def _legend(occurring: Iterable[str]) -> Iterator[str]:
    """What the shapes are, and what their area is."""
    left, top = _WIDTH - _RIGHT + 16, _HEIGHT - _BOTTOM - 80
    shown = [bound for bound in BOUNDS if bound in set(occurring)]
    for line, bound in enumerate(shown):
        yield _shape(bound, left, top + 20 * line, 6)
        yield text(_WORDS[bound], left + 14, top + 4 + 20 * line)
    yield text("area: time", left - 6, top + 6 + 20 * len(shown), font_size=11, font_style="italic")
