"""Text files with a row on each line: appended to, and cut behind the last whole line."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.files import reason, shown_path
from cnncost.spaces.figures import UNKNOWN
from cnncost.spaces.results.sweep import INDEX

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cnncost.spaces.expressions.arrays import Array

LINES_AT_ONCE = 50_000
_BLOCK = 1 << 16


def append(path: str, text: str) -> None:
    """Write a text behind what a file holds, at once.

    Raises:
        SpecError: it cannot be written.
    """
    try:
        with open(path, "ab", buffering=0) as file:
            data = memoryview(text.encode())
            while data:
                data = data[file.write(data) :]
    except OSError as error:
        raise SpecError(f"cannot write `{shown_path(path)}`: {reason(error)}") from None


def is_there(path: str) -> bool:
    """Whether there is a file with anything in it."""
    return os.path.exists(path) and os.path.getsize(path) > 0


def cut_to_whole_lines(path: str) -> None:
    """Take away what stands behind the last line break of a file, if there is one."""
    if not is_there(path):
        return
    with open(path, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - _BLOCK)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                file.truncate(start + found + 1)
                return
            end = start
        file.truncate(0)


def lines_of(path: str) -> Iterator[str]:
    """The lines of a file, with their ends, without the mark of an encoding that spreadsheets put before them.

    Raises:
        SpecError: there is no such file, or it is not text.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            yield from file
    except FileNotFoundError:
        raise SpecError(f"there is no file `{shown_path(path)}`") from None
    except OSError as error:
        raise SpecError(f"cannot read `{shown_path(path)}`: {reason(error)}") from None
    except UnicodeDecodeError:
        raise SpecError(f"`{shown_path(path)}` is not text") from None


def delete(path: str) -> None:
    """Take a file away, if there is one."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def refuse_other_values(path: str, line: int, columns: Mapping[str, Array], figures: Collection[str]) -> None:
    """Refuse figures and indices that are not whole numbers.

    Args:
        path: of the file.
        line: that the first row stands on.
        columns: the rows, as they were read.
        figures: which of them cost.

    Raises:
        SpecError: one is something else; with its line.
    """
    for name, column in columns.items():
        if column.dtype.kind == "i" or not (name == INDEX or name in figures):
            continue
        for place, value in enumerate(column.tolist()):
            if type(value) is not int and value != UNKNOWN:
                raise not_a_row(path, line + place, f"`{name}` is `{str(value)[:40]}`, not a whole number")


def not_a_row(path: str, line: int, why: str) -> SpecError:
    """The error for a line that is not one of a file of results."""
    return SpecError(f"{shown_path(path)}:{line}: not a row of results: {why}")
