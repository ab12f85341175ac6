"""The command line as a process: closed streams, interruptions that are waited for, how it ends."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from cnncost.cli.interruption import end_at_once
from cnncost.cli.output import complain, discard_standard_output, os_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BAD_INPUT = 2
"""The exit code of bad input, and of a result that could not be written."""


def open_closed_streams() -> None:
    """Open the null device where standard streams are closed: the next file to be opened would take their place."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free is this one
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process


def run(app: Callable[[], Any]) -> int:
    """Run the command line; the exit code."""
    code: Any = 0
    try:
        app()
    except SystemExit as end:
        code = end.code
    except OSError as error:  # outside of any command: help or a usage error that could not be written
        complain(f"error: {os_reason(error)}")
        code = BAD_INPUT
    _flush()
    return code if isinstance(code, int) else 0 if code is None else 1


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, an interruption is a KeyboardInterrupt: for what has something to keep or to tidy up."""
    if signal.getsignal(signal.SIGINT) is not end_at_once:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, end_at_once)


def _flush() -> None:
    """Write what is left; what cannot be written would make the interpreter complain once more, and end with 120."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            discard_standard_output()
    with suppress(OSError, ValueError):
        sys.stderr.flush()
        return
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process
