"""Timing: repetitions of one thing until their median is stable, and what they amount to.

On a GPU a repetition is timed by events in its stream, and waited for; on a CPU by a monotonic clock.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cnncost.measurement.devices import synchronise
from cnncost.pytorch.importing import import_torch
from cnncost.validation import Flag, Fraction, Positive, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

FEWEST_RUNS = 5
FEWEST_SLOW_RUNS = 3
"""Enough where five runs would take more than the time budget."""

MOST_RUNS = 2000

STABLE_RUNS = 10
TOLERANCE = 0.02
"""From so many runs on, the median is stable when those of the earlier and the later half differ by no more."""

_LEAST_SHARE = 0.1
"""Part of the time budget that is spent even on what is stable at once: ten runs of a microsecond say little."""

_WARM_UP_SHARE = 0.2
"""Part of the time budget that warming up may take; two runs are made in any case."""


class Timing(Record):
    """What repetitions of one thing took."""

    median_seconds: Fraction
    """half of the runs took no longer"""
    p10_seconds: Fraction
    """a tenth of the runs took no longer"""
    p90_seconds: Fraction
    """nine tenths of the runs took no longer"""
    runs: Positive
    """how many there were, without those that warmed up"""
    stable: Flag
    """whether the median had settled before the time budget was spent"""
    spread: Fraction
    """from the tenth to the ninetieth percentile, as a part of the median"""

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """The figures of single runs.

        >>> Timing.of([3.0, 1.0, 2.0])
        Timing(median_seconds=2.0, p10_seconds=1.2, p90_seconds=2.8, runs=3, stable=False, spread=0.7999999999999999)
        """
        ordered = sorted(seconds)
        median, p10, p90 = (quantile(ordered, part) for part in (0.5, 0.1, 0.9))
        return Timing(
            median_seconds=median,
            p10_seconds=p10,
            p90_seconds=p90,
            runs=len(ordered),
            stable=is_stable(seconds),
            spread=(p90 - p10) / median if median else 0.0,
        )


def quantile(ordered: Sequence[float], part: float) -> float:
    """The value that `part` of the sorted values do not exceed, between two of them by interpolation.

    >>> quantile([10.0, 20.0, 40.0], 0.75)
    30.0
    """
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def is_stable(seconds: Sequence[float]) -> bool:
    """Whether the median has settled: it is the same in the earlier and the later half of the runs.

    >>> is_stable([1.0] * 10), is_stable([1.0] * 9), is_stable([1.0] * 5 + [1.1] * 5)
    (True, False, False)
    """
    if len(seconds) < STABLE_RUNS:
        return False
    half = len(seconds) // 2
    earlier, later = (quantile(sorted(part), 0.5) for part in (seconds[:half], seconds[half:]))
    return abs(earlier - later) <= TOLERANCE * max(earlier, later)


def enough(seconds: Sequence[float], spent: float, budget: float) -> bool:
    """Whether to stop: the median is stable, or the time budget is spent and there are runs enough to have one.

    >>> enough([1.0] * 10, 10.0, 60.0), enough([1.0] * 4, 4.0, 60.0), enough([9.0] * 3, 27.0, 20.0)
    (True, False, True)
    """
    runs = len(seconds)
    if runs >= MOST_RUNS or (spent >= _LEAST_SHARE * budget and is_stable(seconds)):
        return True
    slow = runs > 0 and FEWEST_RUNS * sum(seconds) / runs > budget
    return spent >= budget and runs >= (FEWEST_SLOW_RUNS if slow else FEWEST_RUNS)


def repeat(step: Callable[[], object], device: str, budget: float, clock: Callable[[], float] | None = None) -> Timing:
    """Time `step` on `device`, after a warm-up, until :func:`enough`; `budget` is in seconds, and so is `clock`."""
    warm_up(step, device, budget)
    stopwatch = Stopwatch(device, clock)
    started = time.perf_counter()
    seconds: list[float] = []
    while not enough(seconds, time.perf_counter() - started, budget):
        stopwatch.restart()
        stopwatch.mark("step")
        step()
        stopwatch.mark("end")
        seconds.append(stopwatch.read()["step"])
    return Timing.of(seconds)


def warm_up(step: Callable[[], object], device: str, budget: float) -> None:
    """Run `step` until allocators, caches and clocks have settled: twice at least, within a part of the budget."""
    started = time.perf_counter()
    for run in range(FEWEST_RUNS):
        if run >= 2 and time.perf_counter() - started > _WARM_UP_SHARE * budget:
            break
        step()
        synchronise(device)


def undisturbed_clock() -> Callable[[], float]:
    """A clock for a CPU: the processor time of this thread where PyTorch uses no other, which stands still while other
    processes run in its place; else the time of the day.
    """
    return time.thread_time if import_torch().get_num_threads() == 1 else time.perf_counter


class Stopwatch:
    """Marks in the course of a computation, and the seconds between them.

    On a GPU a mark is an event in the current stream: it costs the computation next to nothing, and its time is that
    at which the GPU got there.

    Args:
        device: as PyTorch calls it.
        clock: of a CPU, in seconds; the time of the day unless it is said.
    """

    def __init__(self, device: str, clock: Callable[[], float] | None = None) -> None:
        self._device = device
        self._clock = clock or time.perf_counter
        self._cuda = import_torch().cuda if device.startswith("cuda") else None
        self._marks: list[tuple[Hashable, Any]] = []

    def restart(self) -> None:
        """Forget all marks, when the device has nothing left to do."""
        synchronise(self._device)
        self._marks.clear()

    def mark(self, what: Hashable) -> None:
        """Set a mark: `what` begins here, and ends at the next mark."""
        if self._cuda is None:
            self._marks.append((what, self._clock()))
            return
        event = self._cuda.Event(enable_timing=True)
        event.record()
        self._marks.append((what, event))

    def read(self) -> dict[Hashable, float]:
        """Seconds of all that was marked, added up where it began several times; of the last mark nothing is known."""
        synchronise(self._device)
        seconds: dict[Hashable, float] = {}
        for (what, begin), (_, end) in pairwise(self._marks):
            taken = end - begin if self._cuda is None else begin.elapsed_time(end) / 1000
            seconds[what] = seconds.get(what, 0.0) + taken
        return seconds
