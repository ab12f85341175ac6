"""The latency of a real step, as a figure among others: only where the settings name a device.

It is what :mod:`cnncost.roofline` predicts, in whole nanoseconds; of a card that is known by its datasheet alone it is
what a step takes at the least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.metrics.estimate import Estimate
from cnncost.metrics.metric import AtLeast, Unit

if TYPE_CHECKING:
    from cnncost.metrics.analysis import Analysis
    from cnncost.roofline.run import Run
    from cnncost.settings import Settings


def _latency(analysis: Analysis) -> int | AtLeast | None:
    from cnncost.roofline.estimate import step_latency

    report = step_latency(analysis.graph, run_of(analysis.settings), batch_search=False)
    return AtLeast(report.nanoseconds) if report.is_bound else report.nanoseconds


def run_of(settings: Settings) -> Run:
    """The step whose latency is asked for.

    Raises:
        SpecError: no device is named, or there is no such device.
    """
    if settings.device is None:
        raise latency_without_device()
    from cnncost.roofline.place import place_called
    from cnncost.roofline.run import Run

    return Run.checked(
        place_called(settings.device),
        mode=settings.mode,
        batch=settings.batch,
        dtype=settings.dtype,
        amp=settings.amp,
        optimizer=settings.optimizer,
        channels_last=settings.channels_last,
    )


LATENCY = Estimate(
    "latency_ns",
    Unit.NANOSECONDS,
    "Nanoseconds of a step of the mode on the device, as `cnncost latency` predicts them",
    "latency",
    _latency,
    source="Williams et al. 2009, and what was measured on the device: docs/latency.md",
)
ON_DEVICE = {LATENCY.name: LATENCY}
"""Estimates that a report has only where its settings name a device, by name."""


def refuse_unpredicted(device: str | None) -> None:
    """Refuse to compare latencies where none is predicted.

    Raises:
        SpecError: no device is named; there is no such device; or its datasheet is all that is known of it.
    """
    if device is None:
        raise latency_without_device()
    from cnncost.roofline.place import place_that_predicts  # few ask for a latency

    place_that_predicts(device)


def latency_without_device() -> SpecError:
    """The error for a latency that is asked for without a device."""
    return SpecError(
        "how long a step takes depends on the device, and none is named",
        hint="`--device h200`, or the path of a profile; in Python and in budgets it is the setting `device`",
    )
