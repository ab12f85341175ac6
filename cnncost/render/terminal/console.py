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

if TYPE_CHECKING:
    from collections.abc import Iterable

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

_WIDTH_OF_A_PIPE = 100_000
"""Nothing is left out of what another program reads."""


def print_tables(document: Document, raw: bool = False, console: Console | None = None) -> str:
    """The figures and tables of a document as they look on `console`, by default the one behind standard output."""
    console = console or _standard_console()
    tables = [TableOnConsole(table, raw) for table in document.titled_tables(rounded=not raw)]
    with console.capture() as capture:
        for number, part in enumerate([*map(PlotOnConsole, document.figures), *tables]):
            if number:
                console.line()
            console.print(part, crop=False, soft_wrap=True)
    return capture.get()


def _standard_console() -> Console:
    """The console behind standard output; `COLUMNS` says how wide it is if that is a number of columns."""
    given = os.environ.get("COLUMNS", "")
    is_width = given.isascii() and given.isdigit() and len(given) < 10 and int(given) > 0
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS" or is_width}
    console = Console(highlight=False, _environ=environment)
    if not console.is_terminal and not is_width:
        console.width = _WIDTH_OF_A_PIPE
    return console


class TableOnConsole:
    """A table as a rich renderable."""

    def __init__(self, table: Table, raw: bool = False) -> None:
        self.table = table
        self.raw = raw

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        layout = lay_out(self.table, self.raw, options.max_width, ascii_only=options.ascii_only)
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
