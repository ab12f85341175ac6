"""A reference: work that takes the same time whenever it is done, unless something else runs besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.measurement.calibration.facts import facts_of
from cnncost.measurement.timing import Stopwatch, quantile, undisturbed_clock
from cnncost.pytorch.importing import import_torch

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = 1.15
"""A device is disturbed when the reference takes so many times what it takes in quiet."""

_QUIET = 0.1
"""The part of all readings of the reference that were taken in quiet, at least."""

_SIZES = {"cpu": (320, 2**20), "cuda": (4096, 2**27)}
"""Of the matrices that are multiplied, and numbers that are copied: about a millisecond each."""

_CACHES = 4
"""How many times the caches of a CPU are filled with something else."""

_AT_FIRST = 10
_AT_ONCE = 2


class Reference:
    """A matrix product and a copy, timed between the measurements.

    Args:
        read: one reading, in seconds.
    """

    def __init__(self, read: Callable[[], float]) -> None:
        self._read = read
        self._seconds: list[float] = []
        for _ in range(_AT_FIRST):
            self.time()

    def time(self) -> float:
        """The seconds that it takes now: the least of two readings."""
        seconds = min(self._read() for _ in range(_AT_ONCE))
        self._seconds.append(seconds)
        return seconds

    @property
    def quiet_seconds(self) -> float:
        """What it takes when nothing else runs, as far as that is known."""
        return quantile(sorted(self._seconds), _QUIET)

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing else ran when it took so long."""
        return seconds <= TOLERANCE * self.quiet_seconds


def reference_on(device: str) -> Reference:
    """The reference of a device."""
    torch = import_torch()
    size, count = _SIZES["cuda" if device.startswith("cuda") else "cpu"]
    a, b = torch.randn(2, size, size, device=device)
    source = torch.zeros(count, device=device)
    product, copy = torch.empty_like(a), torch.ones_like(source)
    stopwatch = Stopwatch(device, undisturbed_clock())

    def read() -> float:
        stopwatch.restart()
        stopwatch.mark("reference")
        torch.mm(a, b, out=product)
        copy.copy_(source)
        stopwatch.mark("end")
        return stopwatch.read()["reference"]

    return Reference(read)


def before_steps(device: str) -> Callable[[], Any]:
    """What is done before each step, so that it finds the device as a layer in the midst of a network does.

    A GPU gets work to do while it is handed the step, and does not wait for that. The caches of a CPU are filled with
    something else: a network comes back to the weights of a layer after all the others.
    """
    torch = import_torch()
    if not device.startswith("cuda"):
        other = torch.zeros(_CACHES * facts_of(device).cache_bytes, dtype=torch.uint8)
        return lambda: other.add_(1)
    size = _SIZES["cuda"][0]
    a, b = torch.randn(2, size, size, device=device)
    product = torch.empty_like(a)

    def work() -> None:
        for _ in range(_AT_ONCE):
            torch.mm(a, b, out=product)

    return work
