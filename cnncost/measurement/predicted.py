"""What is predicted of a latency that is measured: by the profile that is given, or that of a card that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.measurement.results import PredictedLatency

if TYPE_CHECKING:
    from cnncost.graph.graph import Graph
    from cnncost.measurement.devices import Machine
    from cnncost.measurement.options import MeasureOptions
    from cnncost.roofline.report import LatencyReport


def profile_for(given: str, machine: Machine) -> str:
    """The profile to predict by: the given one, or that of the card of the machine; none where there is none.

    Raises:
        SpecError: the given one predicts nothing.
    """
    from cnncost.roofline.place import place_called, place_that_predicts

    if given:
        return place_that_predicts(given).name
    if not machine.device.startswith("cuda"):
        return ""
    try:
        place = place_called(machine.name)
    except SpecError:  # a card that nobody has heard of
        return ""
    return place.name if place.profile is not None else ""


def predict_latency(graph: Graph, options: MeasureOptions) -> LatencyReport | None:
    """What a step is predicted to take; nothing without a profile.

    Raises:
        SpecError: the profile says nothing of the number format.
    """
    if not options.profile:
        return None
    from cnncost.roofline.estimate import step_latency
    from cnncost.roofline.place import place_that_predicts
    from cnncost.roofline.run import Run

    run = Run.checked(
        place_that_predicts(options.profile),
        dtype=options.dtype,
        mode=options.mode,
        batch=options.batch,
        optimizer=options.optimizer,
        channels_last=options.channels_last,
    )
    return step_latency(graph, run, batch_search=False)


def prediction_record(report: LatencyReport) -> PredictedLatency:
    """The prediction as it is kept beside the measurement."""
    low, high = report.interval or (report.time, None)
    return PredictedLatency(
        profile=report.device.name,
        seconds=report.time,
        low_seconds=low,
        high_seconds=high,
        bound_by=report.bound_by,
        kernel_seconds=report.kernel_seconds,
        launch_seconds=report.launch_seconds or 0.0,
    )
