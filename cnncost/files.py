"""Files of the user's, read and written so that none of them takes all memory or never ends.

A path may name anything: a device that never ends, a named pipe nobody writes to, a file that grows while it is read.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from contextlib import suppress
from os.path import abspath
from typing import TYPE_CHECKING

from cnncost.errors import SpecError

if TYPE_CHECKING:
    from os import PathLike
    from typing import BinaryIO

STANDARD_INPUT = "<stdin>"
"""What standard input is called."""

_LONGEST_SHOWN = 200
_CHUNK = 1 << 20
_OPEN_ALREADY = re.compile(r"/dev/(stdin|stdout|stderr|fd/\d+)|/proc/(self|\d+)/fd/\d+")
"""Paths of what this process has open: `cnncost analyze <(command)` is given one."""
_ODD_KINDS = {stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket"}
"""What is neither a file nor a directory; any other is a device."""


def read_file(path: str | PathLike[str], limit: int) -> bytes:
    """The bytes of a file; of a larger one, the first `limit` + 1.

    Pipes are read where the process was given them, as `/dev/fd/63`. Whatever else is not a file is refused unopened:
    it might never end, or never begin.

    Raises:
        OSError: there is none, it is a directory, or it cannot be read.
        ValueError: no path at all, as one with a null byte.
        SpecError: it is something else than a file.
    """
    if _OPEN_ALREADY.fullmatch(abspath(path)):
        with open(path, "rb", buffering=0) as file:
            return _read(file, limit)
    _refuse_unless_file(os.stat(path), path)
    with open(path, "rb", buffering=0, opener=_open_at_once) as file:
        _refuse_unless_file(os.fstat(file.fileno()), path)  # it may be another one by now
        return _read(file, limit)


def read_standard_input(limit: int) -> bytes:
    """The bytes of standard input; of more, the first `limit` + 1.

    Raises:
        SpecError: it is closed, or cannot be read.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise SpecError("standard input is closed", hint="`-` reads the spec from it")
    stream = getattr(sys.stdin, "buffer", None)
    try:
        if stream is None:  # it has been replaced by text
            return sys.stdin.read(limit + 1).encode("utf-8", "surrogatepass")
        return _read(stream, limit)
    except OSError as error:
        raise SpecError(f"cannot read standard input: {reason(error)}") from None


def write_file(path: str | PathLike[str], content: str | bytes) -> None:
    """Write a text, or bytes, to a file, in the place of what it held: all of it is there at the end, or nothing is.

    Raises:
        SpecError: it cannot be written, or is a named pipe, which may have no reader.
    """
    shown = shown_path(path)
    try:
        held = content.encode() if isinstance(content, str) else content
        refuse_pipe(path)
        if os.path.exists(path) and not os.path.isfile(path):  # a device is not to be replaced by a file
            with open(path, "wb") as device:
                device.write(held)
        else:
            _replace(os.path.realpath(path), held)
    except OSError as error:
        raise SpecError(f"cannot write `{shown}`: {reason(error)}") from None
    except ValueError:
        raise SpecError(f"`{shown}` is not a valid path") from None


def refuse_pipe(path: str | PathLike[str]) -> None:
    """Refuse to write to a named pipe or a socket that is not open already.

    Raises:
        SpecError: it is one.
    """
    if os.path.exists(path) and not _OPEN_ALREADY.fullmatch(abspath(path)):
        kind = stat.S_IFMT(os.stat(path).st_mode)
        if kind in _ODD_KINDS:
            raise SpecError(f"cannot write `{shown_path(path)}`: it is a {_ODD_KINDS[kind]}, not a file")


def _replace(path: str, held: bytes) -> None:
    """Put a file that holds this in the place of another, whose permissions it takes."""
    from threading import get_ident  # only who writes pays for it

    unfinished = os.path.join(os.path.dirname(path), f".cnncost-{os.getpid()}-{get_ident()}")
    try:
        with open(unfinished, "xb") as file:
            file.write(held)
        if os.path.exists(path):
            os.chmod(unfinished, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(unfinished, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(unfinished)


def reason(error: OSError) -> str:
    """Why something failed, in the words of the system."""
    return (error.strerror or str(error)).lower()


def shown_path(path: object) -> str:
    """A path as messages show it: not all of one that is very long."""
    text = str(path)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for somebody to write to it, should it have become a named pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse_unless_file(status: os.stat_result, path: str | PathLike[str]) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if kind != stat.S_IFREG:
        hint = "`-` reads standard input: `cnncost analyze - < PIPE`" if kind == stat.S_IFIFO else None
        raise SpecError(
            f"cannot read `{shown_path(path)}`: it is a {_ODD_KINDS.get(kind, 'device')}, not a file", hint=hint
        )


def _read(file: BinaryIO, limit: int) -> bytes:
    """What is in the file, in pieces: to read `limit` bytes at once would take room for them all."""
    pieces = []
    left = limit + 1
    while left > 0 and (piece := file.read(min(left, _CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
