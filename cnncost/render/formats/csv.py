"""CSV: one header, one line per layer, whole numbers; no totals, so that a column adds up to what it says."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from cnncost.render.cells import plain
from cnncost.render.format import Format

if TYPE_CHECKING:
    from cnncost.render.document import Document


def render(document: Document, raw: bool = True) -> str:  # noqa: ARG001 - every format takes it
    """The document's records; numbers are whole whatever `raw` says."""
    table = document.records
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    kinds = [column.kind for column in table.columns]
    writer.writerows(
        [plain(kind, cell) for kind, cell in zip(kinds, line.cells, strict=True)]
        for line in table.lines
        if not line.title
    )
    return file.getvalue()


FORMAT = Format("csv", "for spreadsheets and data frames", ".csv", "records", render)
