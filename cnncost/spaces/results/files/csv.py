"""Results as CSV: a header, and a line for each point."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Any

from cnncost.spaces.results.cells import cell_texts, column_of
from cnncost.spaces.results.files.lines import (
    LINES_AT_ONCE,
    append,
    cut_to_whole_lines,
    delete,
    is_there,
    lines_of,
    not_a_row,
    refuse_other_values,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cnncost.spaces.expressions.arrays import Array


class CsvFile:
    """A file of comma-separated values."""

    def __init__(self, path: str) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether there is such a file, with anything in it."""
        return is_there(self.path)

    def repair(self) -> None:
        """Take away a line that was cut off."""
        cut_to_whole_lines(self.path)

    def write(self, columns: Mapping[str, Array], figures: Collection[str]) -> None:
        """Append rows; the first ones with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not self.exists:
            writer.writerow(columns)
        writer.writerows(zip(*[cell_texts(name, column, figures) for name, column in columns.items()], strict=True))
        append(self.path, text.getvalue())

    def read(self, figures: Collection[str]) -> Iterator[dict[str, Array]]:
        """The columns of all rows, part by part."""
        reader = csv.reader(lines_of(self.path))
        header = next(reader, None)
        if header is None:
            return
        if twice := next((name for name in header if header.count(name) > 1), None):
            raise not_a_row(self.path, 1, f"`{twice}` is a heading twice")
        first = reader.line_num + 1
        while rows := self._rows(reader):
            for place, row in enumerate(rows):
                if len(row) != len(header):
                    raise not_a_row(self.path, first + place, f"{len(row)} cells below {len(header)} headings")
            columns = dict(zip(header, zip(*rows, strict=True), strict=True))
            read = {name: column_of(name, texts, figures) for name, texts in columns.items()}
            refuse_other_values(self.path, first, read, figures)
            yield read
            first = reader.line_num + 1

    def _rows(self, reader: Any) -> list[list[str]]:
        try:
            return [*islice(reader, LINES_AT_ONCE)]
        except csv.Error as error:
            raise not_a_row(self.path, reader.line_num, str(error)) from None

    def finish(self) -> None:
        """It has its last form already."""

    def delete(self) -> None:
        """Take the file away."""
        delete(self.path)
