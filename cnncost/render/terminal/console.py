"""Tables and plots on the console: laid out by hand in one pass over the lines, coloured and printed by rich.

`rich.table` measures every cell several times and wraps what does not fit. This table drops columns instead, aligns
units below each other, and stays linear: ten thousand lines take a fraction of a second.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from cnncost.render.terminal.drawing import drawings
from cnncost.render.terminal.room import Room, standard_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnncost.render.document import Document
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
    room = room._replace(width=console.width)  # which rich fixes for a terminal that can do little
    with console.capture() as capture:
        for number, lines in enumerate(drawings(document, raw, room, ascii_only=console.options.ascii_only)):
            if number:
                console.line()
            console.print(Segments(_segments(lines)), crop=False, soft_wrap=True)
    return capture.get()


def _without_sizes(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for rich, which takes any text for a number of columns or lines."""
    return {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}


def _segments(lines: Iterable[list[Piece]]) -> Iterator[Segment]:
    newline = Segment.line()
    for line in lines:
        for role, text in line:
            yield Segment(text, _STYLES.get(role, _PLAIN))
        yield newline
