"""The memory of a step of a network, from its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.footprint.course import at_peak, parts_of, timeline_of
from cnncost.footprint.report import MemoryReport
from cnncost.footprint.step import run_step

if TYPE_CHECKING:
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph


def step_memory(graph: Graph, settings: StepSettings) -> MemoryReport:
    """What a steady step takes.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> memory = step_memory(load("resnet18"), StepSettings(batch=8, optimizer="sgd", device="cpu", inplace=True))
    >>> memory.peak_bytes, memory.peak_phase  # as PyTorch 2.13 allocates at most
    (256684584, 'backward')
    """
    step = run_step(graph, settings)
    heap = step.heap
    phase, layer = at_peak(heap, graph)
    kept: dict[str, int] = {}
    for number, node in step.kept.items():
        name = graph.nodes[node].name if node >= 0 else "loss"
        kept[name] = kept.get(name, 0) + heap.storages[number].requested
    return MemoryReport(
        name=graph.name,
        settings=settings,
        inputs={graph.nodes[number].name: (settings.batch, *graph.nodes[number].y.dims) for number in graph.inputs},
        peak_bytes=step.peak_bytes,
        kept_bytes=step.kept_bytes,
        steady_bytes=heap.standing_bytes + heap.live,
        peak_phase=phase,
        peak_layer=layer,
        parts=parts_of(step, graph),
        timeline=timeline_of(heap, graph),
        kept_by_layer=kept,
        warnings=graph.warnings,
    )
