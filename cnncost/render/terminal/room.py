"""How much room there is for what goes to standard output."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from typing import TextIO

WIDTH_OF_A_PIPE = 100
"""Characters of a line where nobody says how many there may be."""


class Room(NamedTuple):
    """Room for text."""

    width: int
    """Characters of a line."""
    bounded: bool
    """Whether no line may be longer. Where it is not, text that can go on in a further line does so at that width, and
    nothing is left out or cut: another program may read it."""


def standard_room() -> Room:
    """The room on standard output: what `COLUMNS` says, else what the terminal has.

    A pipe has no width. Text that goes on in further lines is then as wide as the terminal that its reader probably
    writes to, as of `cnncost explain resnet50 | less`; a file is the same from wherever it is written.
    """
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and len(columns) < 10 and int(columns) > 0:
        return Room(int(columns), True)
    own = _terminal_width(sys.stdout)
    if own is not None:
        return Room(own, True)
    others = (_terminal_width(stream) for stream in (sys.stderr, sys.stdin)) if _is_pipe(sys.stdout) else ()
    return Room(next((width for width in others if width is not None), WIDTH_OF_A_PIPE), False)


def _terminal_width(stream: TextIO | None) -> int | None:
    """The width of the terminal behind a stream; ``None`` where there is none, or it does not know."""
    try:
        if stream is None or not stream.isatty():
            return None
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):  # closed, or replaced by something that is no file
        return None


def _is_pipe(stream: TextIO | None) -> bool:
    import stat

    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False
