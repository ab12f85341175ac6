"""CSV: one header, one line per layer, whole numbers; no totals, so that a column adds up to what it says.

Texts come from specs, which may be anybody's: none is a formula to a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from cnncost.render.cells import plain
from cnncost.render.format import Format

if TYPE_CHECKING:
    from cnncost.render.document import Document


_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
"""How a text begins that a spreadsheet would compute; full-width signs are signs to it, too."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?%?")


def render(document: Document, raw: bool = True) -> str:  # noqa: ARG001 - every format takes it
    """The document's records; numbers are whole whatever `raw` says."""
    table = document.records
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_guarded(column.name) for column in table.columns)
    kinds = [column.kind for column in table.columns]
    writer.writerows(
        [_guarded(plain(kind, cell)) for kind, cell in zip(kinds, line.cells, strict=True)]
        for line in table.lines
        if not line.title
    )
    return file.getvalue()


def _guarded(value: Any) -> Any:
    """The value; before a text that a spreadsheet would take for a formula, an apostrophe, which makes it a text.

    >>> _guarded("=1+1"), _guarded("-1"), _guarded(-1), _guarded("conv")
    ("'=1+1", '-1', -1, 'conv')
    """
    if not isinstance(value, str):
        return value
    # A carriage return alone would end the line for some readers, without being quoted by Python's writer.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if _FORMULA.match(value) and not _NUMBER.fullmatch(text) else text


FORMAT = Format("csv", "for spreadsheets and data frames", ".csv", "records", render)
