"""The memory that is left to a process, as a limit.

Linux promises more memory than there is, and kills the process that takes it at its word. Under this limit an
allocation that does not fit is refused at once: PyTorch raises an error, which can be reported.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Iterator

_PER_THREAD = 128 * 2**20
"""Addresses that a thread reserves for its stack and its heap, and mostly never uses."""


@contextmanager
def limited_to_room(device: str) -> Iterator[None]:
    """Refuse this process more memory than there is, while it computes on a CPU; elsewhere than on Linux do nothing.

    >>> with limited_to_room("cpu"):
    ...     pass
    """
    room = room_bytes() if device == "cpu" and sys.platform == "linux" else None
    if room is None:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    limits = [_address_bytes() + room + _PER_THREAD * import_torch().get_num_threads()]
    limits += [limit for limit in before if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def room_bytes() -> int | None:
    """Bytes that can still be had, of the machine and of the container; ``None`` where that is not known."""
    rooms = [_field("/proc/meminfo", "MemAvailable:", 1024), _container_room()]
    return min((room for room in rooms if room is not None), default=None)


def _container_room() -> int | None:
    """What the control group's limit leaves; what it caches of files would be given up, and so does not count."""
    group = Path("/sys/fs/cgroup")
    used = _field(str(group / "memory.stat"), "anon")
    limit = _words(str(group / "memory.max"))
    if used is None or not limit or not limit[0][0].isdecimal():
        return None
    return max(0, int(limit[0][0]) - used)


def _address_bytes() -> int:
    """Addresses that the process has reserved by now."""
    return _field("/proc/self/status", "VmSize:", 1024) or 0


def _field(path: str, name: str, unit: int = 1) -> int | None:
    """The number behind a name in one of the kernel's files."""
    return next((int(words[1]) * unit for words in _words(path) if words[0] == name), None)


def _words(path: str) -> list[list[str]]:
    """The words of every line; none where there is no such file."""
    try:
        return [words for line in Path(path).read_text(encoding="utf-8").splitlines() if (words := line.split())]
    except OSError:
        return []
