"""A calibration from its options to the profile: measure, fit, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.measurement.calibration.coefficients import fitted
from cnncost.measurement.calibration.facts import facts_of
from cnncost.measurement.calibration.file import SUFFIX, Measurements
from cnncost.measurement.calibration.profile import earlier_memory, write_profile
from cnncost.measurement.calibration.result import Calibration, counts
from cnncost.measurement.calibration.run import FEWEST_CASES, measure
from cnncost.measurement.devices import describe, resolve
from cnncost.progress import no_progress

if TYPE_CHECKING:
    from pathlib import Path

    from cnncost.measurement.calibration.options import CalibrationOptions
    from cnncost.progress import Progress


def calibrate(path: Path, options: CalibrationOptions, progress: Progress = no_progress) -> Calibration:
    """Measure a device, and write its profile; the measurements go to a file beside it as they are made.

    Args:
        path: of the profile.
        options: what to measure, and how long.
        progress: told how far it has got.

    Raises:
        SpecError: options that cannot be measured, a file of another device, or too little was measured.
        KeyboardInterrupt: before enough was measured to fit; what was is kept.
    """
    options.checked()
    choice = resolve(options.device)
    if not choice.measures:
        raise SpecError("nothing can be timed on `meta`: its tensors hold no numbers", hint="measure on `cpu`")
    wanted = options.conditions(choice)
    machine = describe(choice.device)
    memory = earlier_memory(path, machine)
    measurements = Measurements(path.with_suffix(SUFFIX), machine, again=options.again)
    interrupted = False
    try:
        measure(choice.device, wanted, measurements, options.seconds, progress)
    except KeyboardInterrupt:
        if len(measurements.readings) < FEWEST_CASES:
            raise
        interrupted = True
    readings = [*measurements.readings.values()]
    if len(readings) < FEWEST_CASES:
        raise SpecError(
            f"only {len(readings)} cases were measured in {measurements.spent_seconds:.0f} seconds: too few",
            hint="give it more `--seconds`",
        )
    progress("fitting", 0, 1)
    latency, by_conditions, by_kind = fitted(readings, measurements.roofs, facts_of(choice.device), choice.device)
    cases, again, disturbed = counts(measurements)
    source = f"{cases} small networks, measured by `cnncost calibrate` on {machine.date}"
    write_profile(path, machine, latency, source, memory)
    return Calibration(
        path=str(path),
        measurements=str(measurements.path),
        machine=machine,
        cases=cases,
        again=again,
        disturbed=disturbed,
        seconds=measurements.spent_seconds,
        interrupted=interrupted,
        conditions=by_conditions,
        kinds=by_kind,
    )
