"""Results as JSON lines: an object for each point, on a line of its own."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from cnncost.spaces.expressions.arrays import as_array
from cnncost.spaces.figures import UNKNOWN
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
from cnncost.spaces.space.values import is_input

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cnncost.spaces.expressions.arrays import Array


class JsonLinesFile:
    """A file of JSON objects, one a line."""

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
        """Append rows."""
        plain = [_plain(name in figures, column) for name, column in columns.items()]
        names = [*columns]
        rows = [dict(zip(names, cells, strict=True)) for cells in zip(*plain, strict=True)]
        append(self.path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def read(self, figures: Collection[str]) -> Iterator[dict[str, Array]]:
        """The columns of all rows, part by part."""
        lines, first = lines_of(self.path), 1
        names: list[str] | None = None
        while part := [*islice(lines, LINES_AT_ONCE)]:
            rows = [self._row(line, first + place) for place, line in enumerate(part)]
            names = names or [*rows[0]]
            for place, row in enumerate(rows):
                if [*row] != names:
                    raise not_a_row(self.path, first + place, "its fields are not those of the first line")
            read = {name: _column(name, [row[name] for row in rows], figures) for name in names}
            refuse_other_values(self.path, first, read, figures)
            yield read
            first += len(part)

    def _row(self, line: str, number: int) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except ValueError:
            raise not_a_row(self.path, number, "it is not JSON") from None
        if not isinstance(row, dict):
            raise not_a_row(self.path, number, "it is not an object")
        return row

    def finish(self) -> None:
        """It has its last form already."""

    def delete(self) -> None:
        """Take the file away."""
        delete(self.path)


def _plain(is_figure: bool, column: Array) -> list[Any]:
    values: list[Any] = column.tolist()
    if is_figure:
        return [None if value == UNKNOWN else value for value in values]
    return [None if isinstance(value, float) and value != value else value for value in values]  # noqa: PLR0124


def _column(name: str, values: list[Any], figures: Collection[str]) -> Array:
    if name in figures:
        return as_array([UNKNOWN if value is None else value for value in values])
    if is_input(name):
        return as_array([tuple(value) if isinstance(value, list) else value for value in values])
    if None in values and all(value is None or type(value) in (int, float) for value in values):
        if all(value is None for value in values):
            return as_array(values)
        values = [float("nan") if value is None else value for value in values]
    return as_array(values)
