"""Results as Parquet. A file of it can't be read before it is complete: chunks are files of their own until the end."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError, install_hint
from cnncost.files import reason, shown_path
from cnncost.spaces.expressions.arrays import as_array
from cnncost.spaces.figures import UNKNOWN
from cnncost.spaces.results.files.lines import delete
from cnncost.spaces.results.sweep import INDEX
from cnncost.spaces.space.values import is_input

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cnncost.spaces.expressions.arrays import Array

_PARTS = ".parts"
_DIGITS = 38
"""Those of the largest decimal number that Parquet has; no figure is larger."""


class ParquetFile:
    """A file of Apache Parquet, and the folder beside it that holds its chunks until all are there."""

    def __init__(self, path: str) -> None:
        _arrow()
        self.path = path
        self.folder = path + _PARTS

    @property
    def exists(self) -> bool:
        """Whether there is such a file, or a chunk of it."""
        return bool(self._parts()) or os.path.exists(self.path)

    def repair(self) -> None:
        """Take away chunks that were cut off."""
        if os.path.isdir(self.folder):
            for name in os.listdir(self.folder):
                if name.startswith("."):
                    os.unlink(os.path.join(self.folder, name))

    def write(self, columns: Mapping[str, Array], figures: Collection[str]) -> None:
        """Write a chunk: under another name, until it is whole."""
        pa, pq = _arrow()
        table = pa.table({name: _arrow_column(pa, name in figures, column) for name, column in columns.items()})
        name = f"{int(columns[INDEX][0]):015}.parquet"
        unfinished = os.path.join(self.folder, f".{name}")
        try:
            os.makedirs(self.folder, exist_ok=True)
            pq.write_table(table, unfinished)
            os.replace(unfinished, os.path.join(self.folder, name))
        except OSError as error:
            raise SpecError(f"cannot write `{shown_path(self.folder)}`: {reason(error)}") from None

    def read(self, figures: Collection[str]) -> Iterator[dict[str, Array]]:
        """The columns of all rows, part by part."""
        pa, pq = _arrow()
        paths = self._parts() or [self.path]
        for path in paths:
            try:
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches():
                        yield {
                            name: _column(name, column.to_pylist(), figures)
                            for name, column in zip(batch.schema.names, batch.columns, strict=True)
                        }
            except FileNotFoundError:
                raise SpecError(f"there is no file `{shown_path(path)}`") from None
            except (OSError, pa.ArrowException) as error:
                what = str(error).splitlines()[0]
                raise SpecError(f"`{shown_path(path)}` is not a file of Parquet: {what}") from None

    def finish(self) -> None:
        """Make one file of the chunks."""
        pa, pq = _arrow()
        parts = self._parts()
        if not parts:
            return
        schema = pa.unify_schemas([pq.read_schema(part) for part in parts], promote_options="permissive")
        unfinished = f"{self.path}.unfinished"
        with pq.ParquetWriter(unfinished, schema) as writer:
            for part in parts:
                writer.write_table(pq.read_table(part).cast(schema))
        os.replace(unfinished, self.path)
        shutil.rmtree(self.folder)

    def delete(self) -> None:
        """Take the file away, and its chunks."""
        delete(self.path)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _parts(self) -> list[str]:
        if not os.path.isdir(self.folder):
            return []
        names = sorted(name for name in os.listdir(self.folder) if not name.startswith("."))
        return [os.path.join(self.folder, name) for name in names]


def _arrow() -> tuple[Any, Any]:
    """PyArrow and its part for Parquet.

    Raises:
        SpecError: it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        hint = f"{install_hint('pyarrow')}; or write `.csv` or `.jsonl`"
        raise SpecError("files of Parquet need PyArrow", hint=hint) from None
    return pa, pq


def _arrow_column(pa: Any, is_figure: bool, column: Array) -> Any:
    if not is_figure:
        values = [list(value) if isinstance(value, tuple) else value for value in column.tolist()]
        return pa.array(values, from_pandas=True) if column.dtype.kind == "O" else pa.array(column, from_pandas=True)
    if column.dtype.kind == "O":
        from decimal import Decimal

        known = [None if value == UNKNOWN else Decimal(value) for value in column.tolist()]
        return pa.array(known, type=pa.decimal128(_DIGITS, 0))
    return pa.array(column, mask=column == UNKNOWN)


def _column(name: str, values: list[Any], figures: Collection[str]) -> Array:
    if name in figures:
        return as_array([UNKNOWN if value is None else int(value) for value in values])
    if is_input(name):
        return as_array([tuple(value) if isinstance(value, list) else value for value in values])
    if None in values and any(isinstance(value, float) for value in values):
        values = [float("nan") if value is None else value for value in values]
    return as_array(values)
