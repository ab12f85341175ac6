"""Where text goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

_RED, _YELLOW, _CYAN, _RESET = "\x1b[1;31m", "\x1b[33m", "\x1b[36m", "\x1b[0m"


def write(text: str) -> None:
    """Write a result to standard output; a reader that has seen enough (`| head`) is no error.

    Raises:
        OSError: the text could not be written, e.g. the disk is full.
    """
    if sys.stdout is None:  # the caller closed it
        return
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered would fail again, noisily, when the interpreter ends.
        _discard_standard_output()
        if not isinstance(error, BrokenPipeError):
            raise


def warn(texts: Iterable[str]) -> None:
    """Show warnings on standard error, each on a line of its own."""
    for text in texts:
        _say(_coloured(f"warning: {text}", "warning:", _YELLOW))


def complain(message: str) -> None:
    """Show an error as :class:`SpecError` words it, coloured where standard error is a terminal."""
    _say("\n".join(_coloured_line(line) for line in message.splitlines()))


def _say(text: str) -> None:
    if sys.stderr is None:
        return
    with suppress(OSError):  # nobody listens
        print(_encodable(text, sys.stderr), file=sys.stderr)


def _coloured_line(line: str) -> str:
    if line.startswith("error:"):
        return _coloured(line, "error:", _RED)
    if line.endswith("^") and not line.strip(" |^"):
        return _coloured(line, line.strip(" |"), _RED)
    return _coloured(line, "-->", _CYAN) if line.lstrip().startswith("-->") else line


def _coloured(line: str, part: str, colour: str) -> str:
    return line.replace(part, f"{colour}{part}{_RESET}", 1) if _has_colours() else line


def _has_colours() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _encodable(text: str, stream: TextIO) -> str:
    """The text with escapes for what the stream cannot encode."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _discard_standard_output() -> None:
    with suppress(OSError, ValueError):  # it may have been replaced by something that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
