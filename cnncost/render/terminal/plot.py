"""A plot drawn in characters: points with a name are marked, the others are dots. The axis across is logarithmic."""

from __future__ import annotations

from itertools import groupby
from math import ceil, floor, log10
from textwrap import wrap
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple
from cnncost.render.terminal.screen import ASCII, printable, width_of
from cnncost.units import COUNT_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.render.plot import Plot, Point
    from cnncost.render.terminal.layout import Piece

WIDEST = 110
NARROWEST = 30
HIGHEST = 24
LOWEST = 8
_LEFT_MARGIN, _RIGHT_MARGIN = 0.12, 0.02
_TOP_MARGIN, _BOTTOM_MARGIN = 0.14, 0.04
"""Parts of what the points span that stay free beside them: on the left and above, for names."""
_MOST_TICKS_IN_DECADES = 3
"""In fewer decades than these, 2 and 5 have ticks too."""

_SIGNS = ASCII | str.maketrans({"●": "*", "·": ".", "│": "|", "└": "+", "┬": "+"})


class Axis(NamedTuple):
    """From values to places: characters from the start, of so many."""

    low: float
    high: float
    length: int

    def place(self, value: float) -> int:
        """Where a value is drawn."""
        return round((value - self.low) / (self.high - self.low) * (self.length - 1))


def draw_plot(plot: Plot, width: int, *, ascii_only: bool = False) -> Iterator[list[Piece]]:
    """The lines of a plot that is at most `width` characters wide, as pieces from left to right."""
    width = max(NARROWEST, min(width, WIDEST))
    heights = [log10(point.y) if plot.log_y else point.y for point in plot.points]
    down = axis_of(heights, max(LOWEST, min(HIGHEST, width // 4)), _BOTTOM_MARGIN, _TOP_MARGIN)
    labels = {down.place(log10(tick)): text for tick, text in log_ticks(down)} if plot.log_y else _whole_labels(down)
    margin = max(map(len, labels.values())) + 2
    across = _horizontal(plot.points, width - margin)
    canvas = Canvas(across.length, down.length)
    _fill(canvas, [point._replace(y=height) for point, height in zip(plot.points, heights, strict=True)], across, down)
    lines = [
        *([("title", line)] for line in wrap(printable(plot.title), width)),
        [("caption", printable(plot.y_heading))],
        *(
            [("caption", labels.get(row, "").rjust(margin - 2)), ("rule", " │"), *canvas.pieces(row)]
            for row in reversed(range(down.length))
        ),
        *below(across, margin, plot.x_heading),
    ]
    for line in lines:
        yield [(role, text.translate(_SIGNS) if ascii_only else text) for role, text in line]


def below(across: Axis, margin: int, heading: str) -> list[list[Piece]]:
    """The logarithmic axis, its ticks and its heading."""
    ticks = {across.place(log10(value)): text for value, text in log_ticks(across)}
    rule = "".join("┬" if place in ticks else "─" for place in range(across.length))
    blank = " " * margin
    return [
        [("rule", f"{blank[1:]}└{rule}")],
        [("caption", blank + tick_line(ticks, across.length))],
        [("caption", blank + printable(heading).rjust(across.length))],
    ]


class Canvas:
    """Characters on a grid, rows counted from below, each with the role of what it is part of."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.cells = [[(" ", "")] * width for _ in range(height)]

    def put(self, row: int, column: int, text: str, role: str) -> None:
        for character in text:
            width = width_of(character)
            if not width:  # it stands over the one before
                before, role_before = self.cells[row][column - 1]
                self.cells[row][column - 1] = (before + character, role_before)
            for beside in range(width):  # a wide character takes the room of two
                self.cells[row][column + beside] = ("" if beside else character, role)
            column += width

    def has_room(self, row: int, start: int, end: int, giving_way: Sequence[str]) -> bool:
        """Whether a row is free between two columns and beside them, but for roles that give way."""
        if not (0 <= row < self.height and start >= 0 and end <= self.width):
            return False
        return all(not role or role in giving_way for _, role in self.cells[row][max(0, start - 1) : end + 1])

    def pieces(self, row: int) -> Iterator[Piece]:
        """The characters of a row, those of one role together, without blanks at the end."""
        cells = self.cells[row]
        while cells and cells[-1][0] == " ":
            cells = cells[:-1]
        for role, run in groupby(cells, key=lambda cell: cell[1]):
            yield role, "".join(character for character, _ in run)


def _fill(canvas: Canvas, points: Sequence[Point], across: Axis, down: Axis) -> None:
    """Dots, then marks over them, then names where there is room for them."""
    named = [point.name if point.is_best else "" for point in points]
    places = [(down.place(point.y), across.place(log10(point.x))) for point in points]
    placed = [(*place, name) for place, name in zip(places, named, strict=True)]
    for row, column, name in sorted(placed, key=lambda each: bool(each[2])):
        canvas.put(row, column, *(("●", "mark") if name else ("·", "dot")))
    for row, column, name in sorted(placed, reverse=True):  # from above, where there are fewer dots
        if name:
            write_name(canvas, row, column, name)


def write_name(canvas: Canvas, row: int, column: int, name: str) -> None:
    """A name that touches its mark, rather than over a dot; none where only other names would give way."""
    name = printable(" ".join(name.split()))
    width = width_of(name)
    beside = (
        (row, column - 1 - width),
        (row + 1, column + 1 - width),
        (row, column + 2),
        (row + 1, column - width // 2),
        (row - 1, column + 1),
        (row + 1, column + 1),
        (row - 1, column + 1 - width),
        (row - 1, column - width // 2),
    )
    for giving_way in ((), ("dot",)):
        for place, start in beside:
            if canvas.has_room(place, start, start + width, giving_way):
                canvas.put(place, start, name, "label")
                return


def _horizontal(points: Sequence[Point], length: int) -> Axis:
    """The logarithmic axis, with its margins."""
    values = [log10(point.x) for point in points]
    return axis_of(values, length, _LEFT_MARGIN, _RIGHT_MARGIN)


def axis_of(values: Sequence[float], length: int, before: float, behind: float) -> Axis:
    """An axis of what the values span, which is one percent or one decade at the least, and its margins."""
    missing = max(0.0, 1 - (max(values) - min(values))) / 2
    low, high = min(values) - missing, max(values) + missing
    return Axis(low - before * (high - low), high + behind * (high - low), length)


def _whole_labels(axis: Axis) -> dict[int, str]:
    """What is written at an axis that is not logarithmic, by place."""
    return {axis.place(tick): f"{tick:g}" for tick in _whole_ticks(axis)}


def _whole_ticks(axis: Axis) -> list[float]:
    """Values to write at an axis, as round and as many as there is room for."""
    steps = (mantissa * 10**exponent for exponent in range(-3, 9) for mantissa in (1, 2, 5))
    step = next(step for step in steps if (axis.high - axis.low) / step <= axis.length / 3)
    return [step * number for number in range(ceil(axis.low / step), floor(axis.high / step) + 1)]


def log_ticks(axis: Axis) -> list[tuple[float, str]]:
    """Values to write at a logarithmic axis, and how they are written."""
    mantissas = (1, 2, 5) if axis.high - axis.low < _MOST_TICKS_IN_DECADES else (1,)
    exponents = range(floor(axis.low), ceil(axis.high) + 1)
    ticks = [(mantissa, exponent) for exponent in exponents for mantissa in mantissas]
    return [
        (mantissa * 10.0**exponent, _count(mantissa, exponent))
        for mantissa, exponent in ticks
        if axis.low <= log10(mantissa) + exponent <= axis.high
    ]


def _count(mantissa: int, exponent: int) -> str:
    """A round number with its unit, `20 M`."""
    unit = max(0, exponent // 3)
    return f"{mantissa * 10.0 ** (exponent - 3 * unit):g} {COUNT_UNITS[unit]}".rstrip()


def tick_line(ticks: dict[int, str], length: int) -> str:
    """The texts of ticks, each below its place, without those that would run into the one before."""
    line = ""
    for place, text in sorted(ticks.items()):
        start = max(0, min(place - len(text) // 2, length - len(text)))
        if not line or start > len(line) + 1:
            line = line.ljust(start) + text
    return line
