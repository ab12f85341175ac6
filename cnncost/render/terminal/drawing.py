"""The figures and tables of a document, drawn: lines of text in roles, for whoever colours them or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.terminal.layout import lay_out
from cnncost.render.terminal.plot import draw_plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnncost.render.document import Document
    from cnncost.render.terminal.layout import Piece
    from cnncost.render.terminal.room import Room


def drawings(document: Document, raw: bool, room: Room, *, ascii_only: bool) -> Iterator[Iterable[list[Piece]]]:
    """The lines of each figure, then of each table, then of each curve and each roofline."""
    for plot in document.figures:
        yield draw_plot(plot, room.width, ascii_only=ascii_only)
    for table in document.titled_tables(rounded=not raw):
        yield lay_out(table, raw, room, ascii_only=ascii_only).lines()
    if document.curves:
        from cnncost.render.terminal.curve import draw_curve  # few documents have one

        for curve in document.curves:
            yield draw_curve(curve, room.width, ascii_only=ascii_only)
    if document.rooflines:
        from cnncost.render.terminal.roofline import draw_roofline

        for roofline in document.rooflines:
            yield draw_roofline(roofline, room.width, ascii_only=ascii_only)
