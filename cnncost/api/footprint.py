"""The memory of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.api.networks import graph_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.footprint.report import MemoryReport
    from cnncost.graph.graph import Graph
    from cnncost.language.limits import Limits


def memory(
    spec: str | Path | Graph,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
    input: Mapping[str, object] | object | None = None,  # noqa: A002 - likewise
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
    memory: int | str | None = None,
    **step: Any,
) -> MemoryReport:
    """What one step of training, or of inference, takes: the peak, what lives there, and the step in its course.

    Args:
        spec: as for :func:`load`, or a graph that is loaded already.
        set, input, limits, arguments, partial: as for :func:`load`.
        memory: what there is, in bytes or as a text such as ``24GiB``: the report's `verdict` says whether it fits.
        step: how the step runs, the fields of :class:`~cnncost.footprint.settings.StepSettings`: `mode`, `batch`,
            `dtype`, `amp`, `optimizer`, `weight_decay`, `implementation`, `device`, `channels_last`, `inplace` and
            others.

    Raises:
        SpecError: a spec that does not hold, or settings that do not exist or exclude each other.

    >>> memory("resnet18", batch=8, optimizer="sgd", device="cpu", inplace=True).peak_bytes
    256684584
    """
    from cnncost.footprint.capacity import capacity_of, verdict_on
    from cnncost.footprint.estimate import step_memory
    from cnncost.footprint.settings import StepSettings

    settings = StepSettings.checked(**step)
    capacity = None if memory is None else capacity_of(memory)
    report = step_memory(graph_of(spec, set, input, limits, arguments, partial=partial), settings)
    return report if capacity is None else report._replace(verdict=verdict_on(report, capacity))
