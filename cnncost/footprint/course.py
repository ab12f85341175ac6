"""What a step was at its peak, and in its course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.footprint.report import Moment, Part

if TYPE_CHECKING:
    from cnncost.autograd.heap import Heap
    from cnncost.autograd.tensors import Storage
    from cnncost.footprint.step import Step
    from cnncost.graph.graph import Graph

_IN_STAGES = frozenset(("kept", "activation", "gradient"))
"""Kinds of which one wants to know where in the network they were made."""


def parts_of(step: Step, graph: Graph) -> tuple[Part, ...]:
    """What lives at the peak, by kind, the largest first; activations by the stage that made them too."""
    sizes: dict[str, int] = {}
    stages: dict[str, dict[str, int]] = {}
    for storage in _alive(step.heap):
        kind = "kept" if storage.number in step.kept else storage.kind
        sizes[kind] = sizes.get(kind, 0) + storage.size
        if kind in _IN_STAGES and storage.layer >= 0:
            of_kind = stages.setdefault(kind, {})
            stage = graph.nodes[storage.layer].name.partition(".")[0]
            of_kind[stage] = of_kind.get(stage, 0) + storage.size
    largest_first = sorted(sizes, key=lambda kind: -sizes[kind])
    return tuple([Part(kind, sizes[kind], stages.get(kind, {})) for kind in largest_first])


def _alive(heap: Heap) -> list[Storage]:
    """The storages that live at the peak: those that were there before, and those of the step."""
    alive: dict[int, None] = {}
    for number, change in heap.events[: heap.peak_event]:
        if change > 0:
            alive[number] = None
        else:
            alive.pop(number, None)
    return [*heap.standing, *[heap.storages[number] for number in alive]]


def timeline_of(heap: Heap, graph: Graph) -> tuple[Moment, ...]:
    """The step in its course: what lived at most while each operation ran, and what lived once it had run."""
    moments: list[Moment] = []
    live = heap.standing_bytes
    ends = [*[mark.event for mark in heap.marks[1:]], len(heap.events)]
    for mark, end in zip(heap.marks, ends, strict=True):
        peak = live
        for _, change in heap.events[mark.event : end]:
            live += change
            peak = max(peak, live)
        moments.append(Moment(mark.phase, _name(graph, mark.layer), peak, live))
    return tuple(moments)


def at_peak(heap: Heap, graph: Graph) -> tuple[str, str | None]:
    """The phase of the peak, and the layer that runs there."""
    before = [mark for mark in heap.marks if mark.event < heap.peak_event]
    mark = before[-1] if before else heap.marks[0]
    return mark.phase, _name(graph, mark.layer)


def _name(graph: Graph, layer: int) -> str | None:
    return graph.nodes[layer].name if layer >= 0 else None
