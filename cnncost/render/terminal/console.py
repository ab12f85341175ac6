"""Tables and plots on the console: laid out by hand in one pass over the lines, coloured and printed by rich.

`rich.table` measures every cell several times and wraps what does not fit. This table drops columns instead, aligns
units below each other, and stays linear: ten thousand lines take a fraction of a second.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from rich.style import Style

from cnncost.render.terminal.layout import lay_out
from cnncost.render.terminal.plot import draw_plot
from cnncost.render.terminal.room import Room, standard_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import ConsoleOptions, RenderResult

    from cnncost.render.document import Document, Table
    from cnncost.render.plot import Plot
    from cnncost.render.terminal.layout import Piece

_STYLES = {
    "title": Style(bold=True),
    "caption": Style(dim=True),
    "heading": Style(bold=True),
    "detail": Style(dim=True),
    "rule": Style(dim=True),
    "name": Style(color="cyan"),
    "block": Style(bold=True),
    "faint": Style(dim=True),
    "bar": Style(color="green"),
    "dot": Style(dim=True),
    "mark": Style(color="green", bold=True),
    "label": Style(color="cyan"),
    "total": Style(bold=True),
    "good": Style(color="green", bold=True),
    "bad": Style(color="red", bold=True),
}
"""Styles by role; NO_COLOR, pipes and simple terminals are rich's business."""
_PLAIN = Style()


def print_tables(document: Document, raw: bool = False, console: Console | None = None) -> str:
    """The figures and tables of a document as they look on `console`, by default the one behind standard output."""
    room = standard_room() if console is None else Room(console.width, True)
    console = console or Console(highlight=False, width=room.width, _environ=_without_sizes(os.environ))
    tables = [TableOnConsole(table, raw, bounded=room.bounded) for table in document.titled_tables(rounded=not raw)]
    with console.capture() as capture:
        for number, part in enumerate([*map(PlotOnConsole, document.figures), *tables]):
            if number:
                console.line()
            console.print(part, crop=False, soft_wrap=True)
    return capture.get()


def _without_sizes(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for rich, which takes any text for a number of columns or lines."""
    return {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}


class TableOnConsole:
    """A table as a rich renderable."""

    def __init__(self, table: Table, raw: bool = False, *, bounded: bool = True) -> None:
        self.table = table
        self.raw = raw
        self.bounded = bounded

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = Room(options.max_width, self.bounded)
        layout = lay_out(self.table, self.raw, room, ascii_only=options.ascii_only)
        yield from _segments(layout.lines())


class PlotOnConsole:
    """A plot as a rich renderable."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _segments(draw_plot(self.plot, options.max_width, ascii_only=options.ascii_only))


def _segments(lines: Iterable[list[Piece]]) -> RenderResult:
    newline = Segment.line()
    for line in lines:
        for role, text in line:
            yield Segment(text, _STYLES.get(role, _PLAIN))
        yield newline
