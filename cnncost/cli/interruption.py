"""Ctrl-C ends the process at once, in silence, with the exit code that shells have for it.

As an exception it could come while modules are imported or the interpreter shuts down, and end in a traceback. This is
the first module of the command line that is imported: it imports nothing that takes time.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` is made of, which imports `enum` first
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
"""The exit code of a process that Ctrl-C ended."""


def end_at_once(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - of a handler
    """What an interruption does unless somebody waits for it; a signal handler."""
    os._exit(INTERRUPTED)


def handle_interruptions() -> None:
    """Let Ctrl-C end the process at once, unless the caller has it ignored."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, end_at_once)
