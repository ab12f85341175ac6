"""What a step does with memory, as the page holds it: every tensor with when it was made and freed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.footprint.course import alive_at_peak, kinds_of
from cnncost.footprint.estimate import memory_of_step
from cnncost.footprint.fitting.capacity import verdict_on
from cnncost.footprint.running.step import run_step
from cnncost.records import NamedTuple
from cnncost.render.page.packing import packed, plain
from cnncost.render.parts.step import kind_called, verdict_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.autograd.heap import Heap
    from cnncost.footprint.fitting.capacity import Capacity
    from cnncost.footprint.report import MemoryReport
    from cnncost.footprint.running.record import Step
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

AT_PEAK = "at_peak_bytes"
"""The figure of a layer that its share of the peak is; no metric, since it is of a step."""

ABOUT_PEAK = {
    "heading": "at peak",
    "title": "memory at the peak",
    "kind": "bytes",
    "about": "Bytes of a layer's tensors that live at the peak of the step: weights, activations and others",
    "total": "sum",
}
"""What must be known of that figure to show it."""

_BEFORE, _NOWHERE = -1, -1
"""When a tensor was made that is there before the step, and the layer of what is of none."""


class PageStep(NamedTuple):
    """A step of a network."""

    report: MemoryReport
    """What it takes."""
    step: Step
    """How it ran."""
    layers: Mapping[int, int]
    """The number of each layer in the page, by its node."""

    @classmethod
    def run(
        cls, graph: Graph, settings: StepSettings, capacity: Capacity | None = None, step: Step | None = None
    ) -> PageStep:
        """A step with these settings, unless it has been run, and whether it fits into a memory."""
        step = run_step(graph, settings) if step is None else step
        report = memory_of_step(step, graph, settings, course=False)
        if capacity is not None:
            report = report._replace(verdict=verdict_on(report, capacity))
        return cls(report, step, {node.id: place for place, node in enumerate(graph.layers)})


def step_data(of: PageStep) -> dict[str, Any]:
    """A step in its course: tensors, and what runs when, both in allocations and frees that came before.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> data = step_data(PageStep.run(load("lenet5"), StepSettings(mode="infer", device="cpu")))
    >>> data["peak_bytes"], data["kinds"], data["tensors"]["size"][:3]
    (288552, ['input', 'parameters', 'activation'], [4096, 624, 9664])
    """
    report, step, layers = of
    heap = step.heap
    tensors = _tensors(step, layers)
    kinds = {kind: place for place, kind in enumerate(dict.fromkeys(tensor[3] for tensor in tensors))}
    phases = {phase: place for place, phase in enumerate(dict.fromkeys(mark.phase for mark in heap.marks))}
    start, end, size, kind, layer = zip(*tensors, strict=True) if tensors else ((),) * 5
    return {
        "mode": report.settings.mode,
        "device": report.settings.device,
        **{name: plain(getattr(report, name)) for name in _FIGURES},
        "verdict": None if report.verdict is None else verdict_text(report.verdict),
        "events": len(heap.events),
        "kinds": [*kinds],
        "called": [kind_called(kind) for kind in kinds],
        "phases": [*phases],
        "marks": {
            "event": packed([mark.event for mark in heap.marks]),
            "phase": packed([phases[mark.phase] for mark in heap.marks]),
            "layer": packed([layers.get(mark.layer, _NOWHERE) for mark in heap.marks]),
        },
        "tensors": {
            "start": packed(start),
            "end": packed(end),
            "size": packed(size),
            "kind": packed([kinds[each] for each in kind]),
            "layer": packed(layer),
        },
    }


_FIGURES = (
    *("peak_bytes", "kept_bytes", "steady_bytes", "allocated_bytes", "reserved_bytes", "workspace_bytes"),
    *("peak_place", "lower_bound"),
)


def peak_by_layer(of: PageStep) -> list[int]:
    """Bytes that live at the peak by the layer that they are of; what is of no layer is in none of them.

    >>> from cnncost import load
    >>> from cnncost.footprint.settings import StepSettings
    >>> peak_by_layer(PageStep.run(load("lenet5"), StepSettings(mode="infer", device="cpu")))[:3]
    [19440, 18816, 0]
    """
    found = [0] * len(of.layers)
    for storage in alive_at_peak(of.step.heap):
        if storage.layer in of.layers:
            found[of.layers[storage.layer]] += storage.size
    return found


def _tensors(step: Step, layers: Mapping[int, int]) -> list[tuple[int, int, int, str, int]]:
    """When each tensor is made and freed, its bytes, what it is, and of which layer; what stands of a layer as one."""
    heap, kinds = step.heap, kinds_of(step)
    standing: dict[tuple[str, int], int] = {}
    for storage in heap.standing:
        key = (kinds[storage.number], layers.get(storage.layer, _NOWHERE))
        standing[key] = standing.get(key, 0) + storage.size
    there = [(_BEFORE, len(heap.events), size, kind, layer) for (kind, layer), size in standing.items()]
    made = [
        (start, end, heap.storages[number].size, kinds[number], layers.get(heap.storages[number].layer, _NOWHERE))
        for number, (start, end) in _lives(heap).items()
    ]
    return there + made


def _lives(heap: Heap) -> dict[int, tuple[int, int]]:
    """The events that make and free each storage of the step, by its number."""
    lives: dict[int, tuple[int, int]] = {}
    for event, (number, _) in enumerate(heap.events):
        lives[number] = (lives[number][0], event) if number in lives else (event, len(heap.events))
    return lives
