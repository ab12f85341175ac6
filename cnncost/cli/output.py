"""Where text goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

_RED, _YELLOW, _CYAN, _RESET = "\x1b[1;31m", "\x1b[33m", "\x1b[36m", "\x1b[0m"


def write(text: str) -> None:
    """Write a result to standard output; a reader that has seen enough (`| head`) is no error.

    Raises:
        OSError: the text could not be written: the disk is full, or standard output is closed.
    """
    if sys.stdout is None or getattr(sys.stdout, "closed", False):
        raise OSError(errno.EBADF, "standard output is closed")
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered would fail again, noisily, when the interpreter ends.
        discard_standard_output()
        if not isinstance(error, BrokenPipeError):
            raise


@contextmanager
def results_only() -> Iterator[None]:
    """Let what code of the user's prints meanwhile go to standard error: standard output is for results.

    The file descriptor too, for what is not printed by Python.
    """
    _flush_standard_output()
    try:
        results = os.dup(1)
    except OSError:  # it is closed
        results = None
    try:
        with suppress(OSError):
            os.dup2(2, 1)
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _flush_standard_output()
        if results is not None:
            os.dup2(results, 1)
            os.close(results)


def _flush_standard_output() -> None:
    for stream in (sys.stdout, sys.__stdout__):
        if stream is not None:
            with suppress(OSError, ValueError):  # it is closed
                stream.flush()


def warn(texts: Iterable[str]) -> None:
    """Show warnings on standard error, each on a line of its own."""
    for text in texts:
        _say("\n".join(_coloured(line, "warning:", _YELLOW) for line in _filled(f"warning: {text}")))


def complain(message: str) -> None:
    """Show an error as :class:`SpecError` words it, coloured and filled where standard error is a terminal."""
    _say("\n".join(_coloured_line(part) for line in message.splitlines() for part in _filled(line)))


def os_reason(error: OSError) -> str:
    """What an error of the system says, with the file that it is about."""
    reason = error.strerror or str(error)
    return f"`{error.filename}`: {reason}" if error.filename is not None else reason


def _say(text: str) -> None:
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):  # nobody listens
        print(_encodable(text, sys.stderr), file=sys.stderr)


def _filled(line: str) -> list[str]:
    """A line of an error in lines of the terminal, below each other behind `error:` or `hint:`; code stays as it is."""
    width = _width()
    if width is None or len(line) <= width:
        return [line]
    import re
    from textwrap import wrap

    head = re.match(r"error: |warning: | *= (?:hint: |in )", line)
    if head is None:
        return [line]
    indent = " " * min(len(head[0]), width // 3)
    return wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _width() -> int | None:
    """The width of the terminal behind standard error, or what `COLUMNS` says; ``None`` where there is no terminal."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and len(given) < 10 and int(given) > 0:
        return int(given)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or None
    except (OSError, ValueError, AttributeError):
        return None


def _coloured_line(line: str) -> str:
    if line.startswith("error:"):
        return _coloured(line, "error:", _RED)
    if line.endswith("^") and not line.strip(" |^"):
        return _coloured(line, line.strip(" |"), _RED)
    return _coloured(line, "-->", _CYAN) if line.lstrip().startswith("-->") else line


def _coloured(line: str, part: str, colour: str) -> str:
    return line.replace(part, f"{colour}{part}{_RESET}", 1) if _has_colours() else line


def _has_colours() -> bool:
    return (
        sys.stderr is not None
        and sys.stderr.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _encodable(text: str, stream: TextIO) -> str:
    """The text with escapes for what the stream cannot encode.

    They are those of JSON, which stays valid: `\\u00d7`. There, what is not ASCII stands in strings only.
    """
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(character if _has(encoding, character) else _escape(character) for character in text)
    return text


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _escape(character: str) -> str:
    """A character as JSON escapes it: one number, or two beyond the first 65,536."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def discard_standard_output() -> None:
    """Let everything that is still to be written to standard output go nowhere."""
    with suppress(OSError, ValueError):  # it may have been replaced by something that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
