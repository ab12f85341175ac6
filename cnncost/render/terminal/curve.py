"""Areas over time in characters: heights an eighth of a line exact, the phases below, the peak marked."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from cnncost.render.curve import ticks
from cnncost.render.terminal.plot import tick_line
from cnncost.render.terminal.screen import cut, ellipsis, in_ascii, printable
from cnncost.units import bytes_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnncost.render.curve import Curve
    from cnncost.render.terminal.layout import Piece

_WIDEST, _NARROWEST = 100, 30
_LINES = 10
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_SIGNS = str.maketrans({"│": "|", "┤": "+", "└": "+", "┬": "+", "─": "-", "▼": "v", "█": "#"})


def draw_curve(curve: Curve, width: int, *, ascii_only: bool = False) -> Iterator[list[Piece]]:
    """The lines of a curve that is at most `width` characters wide, as pieces from left to right."""
    width = max(_NARROWEST, min(width, _WIDEST))
    most = max(1, curve.instants[curve.highest].bytes)
    labels = {round(_LINES * amount / most): bytes_text(amount) for amount in ticks(most, 4)}
    margin = max(map(len, labels.values())) + 2
    phases = _phases(curve, width - margin)
    heights = [_height(size, most, ascii_only) for _, sizes in phases for size in sizes]
    highest = heights.index(max(heights))
    lines = [
        *([("title", line)] for line in wrap(printable(curve.title), width)),
        [("label", _beside(highest, curve.peak, margin, width, ascii_only))],
        *(_row(row, heights, labels.get(row + 1, ""), margin) for row in reversed(range(_LINES))),
        *_below(phases, labels.get(0, ""), margin),
        [("caption", " " * margin + curve.x_heading.rjust(len(heights)))],
    ]
    for line in lines:
        yield [(role, in_ascii(text.translate(_SIGNS)) if ascii_only else text) for role, text in line]


def _phases(curve: Curve, width: int) -> list[tuple[str, list[int]]]:
    """The height of each column, by phase: every phase has one at the least, and every moment is in one."""
    phases = curve.phases()
    whole = len(curve.instants)
    widths = [max(1, width * (end - start) // whole) for _, start, end in phases]
    longest = widths.index(max(widths))
    widths[longest] = max(1, widths[longest] + width - sum(widths))
    columns = []
    for (phase, start, end), wide in zip(phases, widths, strict=True):
        count = end - start
        bounds = [(start + place * count // wide, start - (-(place + 1) * count // wide)) for place in range(wide)]
        columns.append((phase, [max(each.bytes for each in curve.instants[low:high]) for low, high in bounds]))
    return columns


def _height(size: int, most: int, ascii_only: bool) -> int:
    """In eighths of a line; whole lines where there are no eighths."""
    eighths = (16 * _LINES * size + most) // (2 * most)
    return 8 * ((eighths + 4) // 8) if ascii_only else eighths


def _row(row: int, heights: list[int], label: str, margin: int) -> list[Piece]:
    area = "".join(_EIGHTHS[max(0, min(8, height - 8 * row))] for height in heights).rstrip()
    return [("caption", label.rjust(margin - 2)), ("rule", " ┤" if label else " │"), ("bar", area)]


def _beside(place: int, text: str, margin: int, width: int, ascii_only: bool) -> str:
    """The mark over the highest column, and what is said of it on the side that has more room."""
    text = printable(text)
    room = width - margin - place - 2
    if len(text) <= room or room >= place - 1:
        return " " * (margin + place) + "▼ " + cut(text, max(room, 0), ellipsis(ascii_only))
    return " " * margin + cut(text, place - 1, ellipsis(ascii_only)).rjust(place - 1) + " ▼"


def _below(phases: list[tuple[str, list[int]]], zero: str, margin: int) -> list[list[Piece]]:
    """The axis with a tick where a phase begins, and the names of the phases."""
    rule = "".join("┬" + "─" * (len(columns) - 1) for _, columns in phases)
    middles: dict[int, str] = {}
    start = 0
    for phase, columns in phases:
        middles[start + len(columns) // 2] = phase
        start += len(columns)
    return [
        [("caption", zero.rjust(margin - 2)), ("rule", f" └{rule}"[: margin + len(rule)])],
        [("caption", " " * margin + tick_line(middles, len(rule)))],
    ]
