"""The memory of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.api.networks import graph_of, load
from cnncost.arguments import flag
from cnncost.errors import SpecError
from cnncost.graph.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cnncost.footprint.fitting.fit import FitReport
    from cnncost.footprint.fitting.resolution import Loader, Shapes
    from cnncost.footprint.report import MemoryReport
    from cnncost.language.limits import Limits


_HOW_MUCH = "give the memory as an amount, such as `24GiB`, or name a known card as the device, such as `rtx4090`"


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
        memory: what there is, in bytes or as a text such as ``24GiB``: the report's `verdict` says whether it fits. By
            default that is the memory of the `device`, where it is a card that is known.
        step: how the step runs, the fields of :class:`~cnncost.footprint.settings.StepSettings`: `mode`, `batch`,
            `dtype`, `amp`, `optimizer`, `weight_decay`, `implementation`, `device`, `channels_last`, `inplace` and
            others.

    Raises:
        SpecError: a spec that does not hold, or settings that do not exist or exclude each other.

    >>> memory("resnet18", batch=8, optimizer="sgd", device="cpu", inplace=True).peak_bytes
    256684584
    """
    from cnncost.footprint.estimate import step_memory
    from cnncost.footprint.fitting.capacity import place_of, verdict_on
    from cnncost.footprint.settings import StepSettings

    step["device"], capacity = place_of(step.get("device", "cuda"), memory)
    settings = StepSettings.checked(**step)
    report = step_memory(graph_of(spec, set, input, limits, arguments, partial=partial), settings)
    return report if capacity is None else report._replace(verdict=verdict_on(report, capacity))


def fit(
    spec: str | Path | Graph,
    memory: int | str | None = None,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002
    input: Mapping[str, object] | object | None = None,  # noqa: A002
    limits: Limits | None = None,
    arguments: Mapping[str, object] | None = None,
    partial: bool = False,
    resolution: bool | None = None,
    **step: Any,
) -> FitReport:
    """What of a network fits into a memory: the largest batch, the largest resolution, and what would help.

    Args:
        spec: as for :func:`memory`.
        memory: what there is, in bytes or as a text such as ``24GiB``; by default that of the `device`, a known card.
        set, input, limits, arguments, partial: as for :func:`load`.
        resolution: whether the largest resolution is looked for; by itself of a spec, and not of a PyTorch model, which
            takes seconds to import at each, nor of a graph, which has one resolution.
        step: how a step runs, as for :func:`memory`. The largest resolution is that of its `batch`, and so is whether
            it fits.

    Raises:
        SpecError: as for :func:`memory`; or there is no `memory`, or a graph is given and its largest resolution is
            asked for.

    >>> found = fit("resnet18", "2GiB", optimizer="sgd", device="cpu", inplace=True, resolution=False)
    >>> found.largest_batch, found.fits
    (93, True)
    """
    from cnncost.footprint.fitting.capacity import place_of
    from cnncost.footprint.fitting.fit import fit_graph
    from cnncost.footprint.settings import StepSettings

    if resolution is not None:
        resolution = flag("`resolution`", resolution)
    step["device"], capacity = place_of(step.get("device", "cuda"), memory)
    settings = StepSettings.checked(**step)
    if capacity is None:
        raise SpecError("there is no memory to fit into", hint=_HOW_MUCH)
    graph = graph_of(spec, set, input, limits, arguments, partial=partial)
    if isinstance(spec, Graph):
        if resolution:
            raise SpecError("a graph has one resolution", hint="give the spec that it is loaded from")
        return fit_graph(graph, settings, capacity, None)

    def load_at(shapes: Shapes) -> Graph:
        return load(spec, set=set, input=shapes, limits=limits, arguments=arguments, partial=partial)

    loader: Loader | None = load_at
    if resolution is None:
        from cnncost.importers.sources import model_source

        loader = None if model_source(str(spec)) is not None else load_at
    return fit_graph(graph, settings, capacity, loader if resolution is not False else None)
