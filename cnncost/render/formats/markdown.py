"""Markdown: GitHub's tables, with the title above and the notes below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.render.cells import LEFT_ALIGNED, line_texts
from cnncost.render.format import Format

if TYPE_CHECKING:
    from cnncost.render.document import Column, Document, Line, Table


def render(document: Document, raw: bool = False) -> str:
    """The document's tables, one table each."""
    return "\n".join(_table(table, raw) for table in document.titled_tables(rounded=not raw))


def _table(table: Table, raw: bool) -> str:
    above = [f"**{_escaped(table.title)}**"] if table.title else []
    above += [_escaped(" · ".join(table.facts))] if table.facts else []
    rows = [
        _row([_escaped(f"{column.heading} {column.detail}".strip()) for column in table.columns]),
        _row(["---" if column.kind in LEFT_ALIGNED else "---:" for column in table.columns]),
        *(_row(_cells(line, table.columns, raw)) for line in table.lines),
    ]
    if table.totals:
        rows.append(_row([f"**{cell}**" if cell else "" for cell in _cells(table.totals, table.columns, raw)]))
    parts = [*above, "\n".join(rows), *map(_escaped, table.remarks())]
    return "\n\n".join(parts) + "\n"


def _cells(line: Line, columns: tuple[Column, ...], raw: bool) -> list[str]:
    cells = [_escaped(text) for text in line_texts(line, columns, raw)]
    cells[0] = "&emsp;" * line.level + cells[0]  # ordinary blanks at the start of a cell are dropped
    return cells


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """The text as itself: no table borders, emphasis, links or HTML out of a layer's name."""
    for character in "\\|*_`[]<":
        text = text.replace(character, "\\" + character)
    return " ".join(text.split())


FORMAT = Format("markdown", "for issues and README files", ".md", "tables", render)
