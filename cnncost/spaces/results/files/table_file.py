"""What a file of results is, whatever its format, and which formats there are."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from cnncost.errors import SpecError
from cnncost.files import shown_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cnncost.spaces.expressions.arrays import Array

FORMATS = {
    ".csv": ("cnncost.spaces.results.files.csv", "CsvFile"),
    ".jsonl": ("cnncost.spaces.results.files.json_lines", "JsonLinesFile"),
    ".parquet": ("cnncost.spaces.results.files.parquet", "ParquetFile"),
}
"""The module and the class of each format, by the suffix of its files."""


class TableFile(Protocol):
    """A file of rows. Nothing is held back: what was written is there when the process ends, however it ends."""

    def __init__(self, path: str) -> None: ...

    @property
    def exists(self) -> bool:
        """Whether anything has been written."""

    def repair(self) -> None:
        """Take away what the end of a process has cut off in the middle."""

    def write(self, columns: Mapping[str, Array], figures: Collection[str]) -> None:
        """Append rows."""

    def read(self, figures: Collection[str]) -> Iterator[dict[str, Array]]:
        """The columns of all rows, part by part.

        Raises:
            SpecError: there is no such file, or something in it is not of such a table; with its line.
        """

    def finish(self) -> None:
        """Put the file into its last form, when all rows are there."""

    def delete(self) -> None:
        """Take the file away, and all that belongs to it."""


def table_file(path: str) -> TableFile:
    """The file at a path, of the format that its suffix names.

    Raises:
        SpecError: no format has that suffix, or the package is missing that it needs.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise SpecError(f"`{shown_path(path)}` has no suffix of a file of results", hint=f"it is one of {known}")
    module, name = FORMATS[suffix]
    made: TableFile = getattr(import_module(module), name)(path)
    return made
