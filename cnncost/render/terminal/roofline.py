"""A roofline drawn in characters: the ceilings as lines, the layers as marks that say what binds them."""

from __future__ import annotations

from math import log10
from textwrap import wrap
from typing import TYPE_CHECKING

from cnncost.render.roofline import merged
from cnncost.render.terminal.plot import (
    HIGHEST,
    LOWEST,
    NARROWEST,
    WIDEST,
    Canvas,
    axis_of,
    below,
    log_ticks,
    write_name,
)
from cnncost.render.terminal.screen import ASCII, printable
from cnncost.units import count_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.render.roofline import Roofline
    from cnncost.render.terminal.layout import Piece
    from cnncost.render.terminal.plot import Axis

_MARKS = {"compute": "●", "bandwidth": "■", "launches": "▲"}
_WORDS = {"compute": "compute binds", "bandwidth": "bandwidth binds", "launches": "launches bind"}
_SIGNS = ASCII | str.maketrans({"●": "*", "■": "#", "▲": "^", "│": "|", "└": "+", "┬": "+", "╱": "/"})
_NAMED = 6
"""Layers whose names are written: those that take longest."""


def draw_roofline(roofline: Roofline, width: int, *, ascii_only: bool = False) -> Iterator[list[Piece]]:
    """The lines of a roofline that is at most `width` characters wide, as pieces from left to right."""
    width = max(NARROWEST, min(width, WIDEST))
    rates = [each.rate for each in roofline.compute]
    reached = [log10(spot.flops_per_second) for spot in roofline.spots]
    down = axis_of([*reached, *map(log10, rates)], max(LOWEST, min(HIGHEST, width // 4)), 0.04, 0.06)
    labels = {down.place(log10(tick)): text for tick, text in log_ticks(down)}
    margin = max(map(len, labels.values())) + 2
    intensities = [log10(each) for each in (*[spot.intensity for spot in roofline.spots], *roofline.ridges)]
    across = axis_of(intensities, width - margin, 0.03, 0.1)
    canvas = Canvas(across.length, down.length)
    _roof(canvas, roofline, across, down)
    _marks(canvas, roofline, across, down)
    lines: list[list[Piece]] = [
        *([("title", line)] for line in wrap(printable(roofline.title), width)),
        [("caption", roofline.y_heading)],
        *(
            [("caption", labels.get(row, "").rjust(margin - 2)), ("rule", " │"), *canvas.pieces(row)]
            for row in reversed(range(down.length))
        ),
        *below(across, margin, roofline.x_heading),
        *([("caption", line)] for line in wrap(_legend(roofline), width)),
    ]
    for line in lines:
        yield [(role, text.translate(_SIGNS) if ascii_only else text) for role, text in line]


def _roof(canvas: Canvas, roofline: Roofline, across: Axis, down: Axis) -> None:
    """The most that can be reached at each intensity, and level lines of lower ceilings."""
    step = (across.high - across.low) / (across.length - 1)
    for column in range(across.length):
        intensity = 10 ** (across.low + step * column)
        rising = max([each.rate for each in roofline.bandwidth]) * intensity
        levels = [each.rate for each in roofline.compute if each.rate < rising]
        rates = [(rate, "─") for rate in levels]
        if len(levels) < len(roofline.compute) or not roofline.compute:
            rates.append((rising, "╱"))
        for rate, sign in rates:
            row = down.place(log10(rate))
            if 0 <= row < down.length:
                canvas.put(row, column, sign, "dot")


def _marks(canvas: Canvas, roofline: Roofline, across: Axis, down: Axis) -> None:
    """Marks of all layers, the longest on top, then the names of those where there is room."""
    spots = roofline._replace(spots=merged(roofline.spots)).slowest
    placed = [(down.place(log10(spot.flops_per_second)), across.place(log10(spot.intensity)), spot) for spot in spots]
    for row, column, spot in reversed(placed):
        canvas.put(row, column, _MARKS[spot.bound_by], "mark")
    for row, column, spot in placed[:_NAMED]:
        write_name(canvas, row, column, spot.name)


def _legend(roofline: Roofline) -> str:
    """What the marks are, and the ceilings."""
    occurring = {spot.bound_by for spot in roofline.spots}
    marks = [f"{sign} {_WORDS[bound]}" for bound, sign in _MARKS.items() if bound in occurring]
    levels = [f"─ {each.name}: {count_text(round(each.rate))}FLOP/s" for each in roofline.compute]
    rising = [f"╱ {each.name}: {count_text(round(each.rate))}B/s" for each in roofline.bandwidth]
    return "; ".join([*marks, *levels, *rising])
