"""The course of a calibration: new cases, and between them again what was disturbed, until the time is spent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.measurement.calibration.file import RoofReading
from cnncost.measurement.calibration.plan import cases
from cnncost.measurement.calibration.reading import Reading, read_case
from cnncost.measurement.calibration.reference import Reference, before_steps, reference_on
from cnncost.measurement.ceilings import measure_ceilings
from cnncost.measurement.conditions import conditions
from cnncost.measurement.outcome import Failure, attempt
from cnncost.measurement.timing import undisturbed_clock
from cnncost.progress import no_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnncost.measurement.calibration.case import Case, Conditions
    from cnncost.measurement.calibration.file import Measurements
    from cnncost.progress import Progress

FEWEST_CASES = 10
"""Measured however little time there is: nothing is said with fewer."""

MOST_TRIES = 3
"""How often a case is measured at most."""

_AGAIN_EVERY = 6
"""Every so many cases one that was disturbed is measured again."""

_LAST_SHARE = 0.1
"""Part of the time that is left, at its end, to what was disturbed."""

_CASE_SECONDS = 0.12
"""That the steps of one case may take."""


class Course:
    """Measures case after case, and writes down what they took.

    Args:
        read: measures a case; ``None`` where it cannot be measured.
        measurements: where readings go.
        reference: which says what was disturbed.
        seconds: that measuring may take, with what it took before.
        clock: the time in seconds.
        progress: told how far it has got.
    """

    def __init__(
        self,
        read: Callable[[Case], Reading | None],
        measurements: Measurements,
        reference: Reference,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        progress: Progress = no_progress,
    ) -> None:
        self.read, self.measurements, self.reference = read, measurements, reference
        self.seconds, self.clock, self.progress = seconds, clock, progress
        self._since = 0
        self._last = clock()

    def run(self, planned: Iterator[Case]) -> None:
        """Measure until the time is spent, or nothing is left; a few cases in any time but none."""
        while self._wants_more():
            case = self._next(planned)
            if case is None:
                return
            spent, whole = self.measurements.spent_seconds, self.seconds
            self.progress(case.name, round(spent), round(whole))
            reading = self.read(case)
            now = self.clock()
            if reading is not None:
                self.measurements.add(reading.model_copy(update={"spent_seconds": now - self._last}))
            else:
                self.measurements.spent_seconds += now - self._last
            self._last = now

    def _wants_more(self) -> bool:
        few = len(self.measurements.readings) < FEWEST_CASES
        return self.seconds > 0 and (few or self.measurements.spent_seconds < self.seconds)

    def _next(self, planned: Iterator[Case]) -> Case | None:
        """A case that was disturbed, where one is due; else the next new one."""
        left = self.seconds - self.measurements.spent_seconds
        self._since += 1
        if self._since >= _AGAIN_EVERY or left < _LAST_SHARE * self.seconds:
            disturbed = self.disturbed()
            if disturbed:
                self._since = 0
                return disturbed[0].case
        return next((case for case in planned if case not in self.measurements), None)

    def disturbed(self) -> list[Reading]:
        """The readings that are to be taken again, those disturbed most first."""
        quiet = self.reference.quiet_seconds
        again = [
            reading
            for key, reading in self.measurements.readings.items()
            if self.measurements.tries[key] < MOST_TRIES and reading.is_disturbed(quiet)
        ]
        return sorted(again, key=lambda reading: -reading.reference_seconds * (1 + reading.spread))


def measure(
    device: str,
    wanted: Sequence[Conditions],
    measurements: Measurements,
    seconds: float,
    progress: Progress = no_progress,
) -> None:
    """Measure a device: its ceilings, then cases until the time is spent.

    Args:
        device: as PyTorch calls it.
        wanted: how the cases run, the most important first.
        measurements: what was measured before, and where the rest goes.
        seconds: that measuring may take, with what it took before.
        progress: told how far it has got.

    Raises:
        SpecError: the device no longer answers.
    """
    few = len(measurements.readings) < FEWEST_CASES
    if not seconds or (measurements.spent_seconds >= seconds and not few):
        return
    _measure_roofs(device, wanted, measurements, progress)
    reference, before = reference_on(device), before_steps(device)

    def read(case: Case) -> Reading | None:
        with conditions(device, case.conditions.dtype):
            found = attempt(lambda: read_case(case, device, _CASE_SECONDS, reference, before), device, None)
        if isinstance(found, Reading):
            return found
        if isinstance(found, Failure) and found.device_lost:
            raise SpecError(f"`{device}` no longer answers: {found.failure}", hint="what was measured is kept")
        return None  # such as a number format that an operator does not have there

    kind = "cuda" if device.startswith("cuda") else "cpu"
    Course(read, measurements, reference, seconds, progress=progress).run(cases(kind, wanted))


def _measure_roofs(device: str, wanted: Sequence[Conditions], measurements: Measurements, progress: Progress) -> None:
    """Measure the ceilings in each number format that they are not known in."""
    for dtype in dict.fromkeys(each.dtype for each in wanted):
        if dtype not in measurements.roofs:
            progress(f"ceilings in {dtype}", 0, 1)
            started = time.monotonic()
            with conditions(device, dtype):
                roof = measure_ceilings(device, dtype, undisturbed_clock())
            measurements.add(RoofReading(dtype=dtype, ceilings=roof, spent_seconds=time.monotonic() - started))
