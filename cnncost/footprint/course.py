"""What a step was at its peak, and in its course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.footprint.report import Moment, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.heap import Heap
    from cnncost.autograd.tensors import Storage
    from cnncost.footprint.running.record import Step
    from cnncost.graph.graph import Graph

_IN_STAGES = frozenset(("kept", "activation", "gradient"))
"""Kinds of which one wants to know where in the network they were made."""


def parts_of(step: Step, graph: Graph) -> tuple[Part, ...]:
    """What lives at the peak, by kind, the largest first; activations by the stage that made them too."""
    sizes: dict[str, int] = {}
    stages: dict[str, dict[str, int]] = {}
    kinds = kinds_of(step)
    for storage in alive_at_peak(step.heap):
        kind = kinds[storage.number]
        sizes[kind] = sizes.get(kind, 0) + storage.size
        if kind in _IN_STAGES and storage.layer >= 0:
            of_kind = stages.setdefault(kind, {})
            stage = graph.nodes[storage.layer].name.partition(".")[0]
            of_kind[stage] = of_kind.get(stage, 0) + storage.size
    largest_first = sorted(sizes, key=lambda kind: -sizes[kind])
    return tuple([Part(kind, sizes[kind], stages.get(kind, {})) for kind in largest_first])


def kinds_of(step: Step) -> list[str]:
    """What lies in each storage, by number. What was there before the step stays that, whether it is kept or not."""
    kinds = ["kept" if storage.number in step.ever_kept else storage.kind for storage in step.heap.storages]
    for storage in step.heap.standing:
        kinds[storage.number] = storage.kind
    return kinds


def alive_at_peak(heap: Heap) -> list[Storage]:
    """The storages that live at the peak: those that were there before, and those of the step."""
    alive: dict[int, None] = {}
    for number, change in heap.events[: heap.peak_event]:
        if change > 0:
            alive[number] = None
        else:
            alive.pop(number, None)
    return [*heap.standing, *[heap.storages[number] for number in alive]]


def timeline_of(step: Step, graph: Graph) -> tuple[Moment, ...]:
    """The step in its course: what lived at most while each operation ran, and what lived once it had run."""
    heap = step.heap
    kinds = kinds_of(step)
    live: dict[str, int] = {}
    for storage in heap.standing:
        live[storage.kind] = live.get(storage.kind, 0) + storage.size
    moments: list[Moment] = []
    ends = [*[mark.event for mark in heap.marks[1:]], len(heap.events)]
    total = heap.standing_bytes
    for mark, end in zip(heap.marks, ends, strict=True):
        highest = _highest(heap.events, mark.event, end)
        total += _run(heap.events[mark.event : highest], kinds, live)
        peak, parts = total, {kind: size for kind, size in live.items() if size}
        total += _run(heap.events[highest:end], kinds, live)
        moments.append(Moment(mark.phase, _name(graph, mark.layer), peak, total, parts))
    return tuple(moments)


def _highest(events: Sequence[tuple[int, int]], start: int, end: int) -> int:
    """Where the most lives between two events."""
    most = live = 0
    highest = start
    for place in range(start, end):
        live += events[place][1]
        if live > most:
            most, highest = live, place + 1
    return highest


def _run(events: Sequence[tuple[int, int]], kinds: Sequence[str], live: dict[str, int]) -> int:
    """Let events change what lives of each kind; by how much they change it in all."""
    change = 0
    for number, size in events:
        kind = kinds[number]
        live[kind] = live.get(kind, 0) + size
        change += size
    return change


def at_peak(heap: Heap, graph: Graph) -> tuple[str, str | None]:
    """The phase of the peak, and the layer that runs there."""
    before = [mark for mark in heap.marks if mark.event < heap.peak_event]
    mark = before[-1] if before else heap.marks[0]
    return mark.phase, _name(graph, mark.layer)


def _name(graph: Graph, layer: int) -> str | None:
    return graph.nodes[layer].name if layer >= 0 else None
