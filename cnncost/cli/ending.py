"""How the process ends: at once where nothing waits for its end."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


def end(code: int) -> NoReturn:
    """End the process with an exit code.

    The interpreter would take every module and object apart first, an eighth of the time that `analyze resnet50` takes.
    The operating system frees their memory at once.

    Raises:
        SystemExit: somebody waits for the end, or something could not be written: what follows is the interpreter's.
    """
    if _is_awaited() or not _is_written():
        raise SystemExit(code)
    os._exit(code)


def _is_awaited() -> bool:
    """Whether exit functions (PyTorch's, a coverage tool's), threads, a debugger or a prompt come after us."""
    return bool(
        atexit._ncallbacks()
        or threading.active_count() > 1
        or sys.gettrace()
        or sys.getprofile()
        or _is_monitored()
        or sys.flags.inspect
        or os.environ.get("PYTHONINSPECT")
    )


def _is_monitored() -> bool:
    """Whether a tool has registered itself, as profilers do from Python 3.12 on."""
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_tool(number) for number in range(6))


def _is_written() -> bool:
    """Whether nothing is left in the buffers of the standard streams."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return False
    return True
