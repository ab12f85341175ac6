"""One process at a time writes a file of results."""

from __future__ import annotations

import contextlib
import os

from cnncost.errors import SpecError
from cnncost.files import reason, shown_path

_SUFFIX = ".lock"


class Claim:
    """Holds the file of a path for this process, until it is given up or the process ends, however it ends.

    On systems without POSIX's locks nothing is held.

    Raises:
        SpecError: another one holds it, or its folder cannot be written.
    """

    def __init__(self, path: str) -> None:
        self._path = path + _SUFFIX
        self._handle: int | None = None
        try:
            import fcntl
        except ImportError:
            return
        try:
            self._handle = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o666)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._close()
            hint = "wait until it has ended, or name another file"
            raise SpecError(f"another sweep is writing `{shown_path(path)}`", hint=hint) from None
        except OSError as error:
            self._close()
            raise SpecError(f"cannot write `{shown_path(path)}`: {reason(error)}") from None

    def give_up(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            self._close()

    def __del__(self) -> None:
        self.give_up()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
