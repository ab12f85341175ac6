"""Markdown: GitHub's tables, with the title above and the notes below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cnncost.render.cells import LEFT_ALIGNED, line_texts
from cnncost.render.format import Format
from cnncost.render.terminal.screen import in_ascii, output_is_ascii, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.render.document import Column, Document, Line, Table


_ESCAPED_COMMAND = re.compile(r"\\`(cnncost [a-z]+)\\`")
"""The name of a command, which stands as code: it has nothing that would have to be escaped."""


def render(document: Document, raw: bool = False) -> str:
    """The document's tables, one table each; in ASCII where standard output is not in Unicode."""
    escaped = _escaped_in_ascii if output_is_ascii() else _escaped
    return "\n".join(_table(table, raw, escaped) for table in document.titled_tables(rounded=not raw))


def _table(table: Table, raw: bool, escaped: Callable[[str], str]) -> str:
    above = [f"**{escaped(table.title)}**"] if table.title else []
    above += [_paragraph(escaped(" · ".join(table.facts)))] if table.facts else []
    rows = [
        _row([escaped(f"{column.heading} {column.detail}".strip()) for column in table.columns]),
        _row(["---" if column.kind in LEFT_ALIGNED else "---:" for column in table.columns]),
        *(_row(_cells(line, table.columns, raw, escaped)) for line in table.lines),
    ]
    if table.totals:
        rows.append(_row([f"**{cell}**" if cell else "" for cell in _cells(table.totals, table.columns, raw, escaped)]))
    parts = [*above, "\n".join(rows), *(_paragraph(escaped(remark)) for remark in table.remarks())]
    return "\n\n".join(parts) + "\n"


def _cells(line: Line, columns: tuple[Column, ...], raw: bool, escaped: Callable[[str], str]) -> list[str]:
    cells = [escaped(text) for text in line_texts(line, columns, raw)]
    cells[0] = "&emsp;" * line.level + cells[0]  # ordinary blanks at the start of a cell are dropped
    return cells


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """The text as itself: no table borders, emphasis, links, mathematics or HTML out of a layer's name."""
    shown = re.sub(r"[\\|*_`\[\]<~&$]", r"\\\g<0>", printable(" ".join(text.split())))
    return _ESCAPED_COMMAND.sub(r"`\1`", shown)


def _escaped_in_ascii(text: str) -> str:
    return _escaped(in_ascii(text))


def _paragraph(text: str) -> str:
    """The text as a paragraph, whatever it begins with: no heading, quotation or list."""
    return re.sub(r"^(\d+(?=[.)](?: |$))|(?=[#>+=-]))", r"\1\\", text)


FORMAT = Format("markdown", "for issues and README files", ".md", "tables", render)
