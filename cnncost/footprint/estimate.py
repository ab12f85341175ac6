"""The memory of a step of a network, from its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.footprint.cards.card import on_card
from cnncost.footprint.course import at_peak, parts_of, timeline_of
from cnncost.footprint.report import MemoryReport
from cnncost.footprint.running.step import run_step

if TYPE_CHECKING:
    from cnncost.footprint.running.record import Step
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

_NEEDED = frozenset(("kept", "parameters", "buffers"))
"""What a layer must say of itself so that the memory of a training step is known."""


def step_memory(graph: Graph, settings: StepSettings, *, course: bool = True) -> MemoryReport:
    """What a steady step takes.

    Args:
        graph: the network.
        settings: how the step runs.
        course: whether the report has the step in its course, and the parts of the peak; figures alone take less time,
            and are without what the allocator makes of them where no profile says what there is to compare it with.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> memory = step_memory(load("resnet18"), StepSettings(batch=8, optimizer="sgd", device="cpu", inplace=True))
    >>> memory.peak_bytes, memory.peak_phase  # as PyTorch 2.13 allocates at most
    (256684584, 'backward')
    """
    return memory_of_step(run_step(graph, settings), graph, settings, course=course)


def memory_of_step(step: Step, graph: Graph, settings: StepSettings, *, course: bool = True) -> MemoryReport:
    """What a step took that was run of a graph, with these settings."""
    heap = step.heap
    phase, layer = at_peak(heap, graph)
    card = on_card(graph, settings, step, allocator=course or settings.has_profile) if settings.on_cuda else None
    kept = {graph.nodes[node].name if node >= 0 else "loss": size for node, size in step.kept_by_node.items()}
    return MemoryReport(
        name=graph.name,
        settings=settings,
        inputs={graph.nodes[number].name: (settings.batch, *graph.nodes[number].y.dims) for number in graph.inputs},
        peak_bytes=step.peak_bytes,
        kept_bytes=step.kept_bytes,
        steady_bytes=heap.standing_bytes + heap.live,
        peak_phase=phase,
        peak_layer=layer,
        parts=parts_of(step, graph) if course else (),
        timeline=timeline_of(step, graph) if course else (),
        kept_by_layer=kept,
        allocated_bytes=card and card.allocated,
        reserved_bytes=card and card.reserved,
        workspace_bytes=card and card.workspaces,
        unknown_layers=unknown_layers(graph, training=settings.trains),
        warnings=graph.warnings,
    )


def unknown_layers(graph: Graph, *, training: bool) -> tuple[str, ...]:
    """The layers that leave open what a step of a mode needs to know of them."""
    needed = _NEEDED if training else _NEEDED - {"kept"}
    return tuple([node.name for node in graph.layers if needed & node.layer.unsaid])
