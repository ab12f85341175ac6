"""Tables for terminals, in as much room as there is; sentences where columns would not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.format import Format

if TYPE_CHECKING:
    from rich.console import Console

    from cnncost.render.document import Document


def render(document: Document, raw: bool = False, console: Console | None = None) -> str:
    """The document for `console`, by default the one behind standard output."""
    if document.passages:
        from cnncost.render.terminal.prose import prose

        return prose(document.passages, None if console is None else console.width)
    from cnncost.render.terminal.plain import needs_no_rich, plain_tables

    if console is None and needs_no_rich():
        return plain_tables(document, raw)
    from cnncost.render.terminal.console import print_tables

    return print_tables(document, raw, console)


FORMAT = Format("table", "for terminals", ".txt", "tables", render)
