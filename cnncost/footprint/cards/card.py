"""A step on a card: what PyTorch's allocator hands out, what it takes from the driver, and what libraries hold.

Where a block lies depends on all that was there before. So a process is run from its beginning: cuBLAS has its
workspaces, the model is loaded, a batch comes, the first step makes the optimizer's states, and by the third step the
allocator has all the segments that it will ever need.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnncost.algorithms import ConvolutionCall
from cnncost.devices import largest_workspace, memory_profile
from cnncost.footprint.cards.allocator import CachingAllocator
from cnncost.footprint.running.step import run_step
from cnncost.layers.contractions.conv import Conv
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.autograd.convolution import Site
    from cnncost.autograd.heap import Heap
    from cnncost.autograd.tensors import Storage
    from cnncost.devices import MemoryProfile
    from cnncost.footprint.cards.allocator import AllocatorFigures
    from cnncost.footprint.running.record import Step
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

_STEPS = 3
"""How many steps a process takes until the next is like the last."""

_MAP_AXES = 2
"""Axes of the maps whose weights have a layout with channels last."""


class OnCard(NamedTuple):
    """What a step takes on a card, in bytes."""

    allocated: int | None
    """The most that PyTorch's allocator hands out at once, ``max_memory_allocated``; ``None`` where nobody asked."""
    reserved: int | None
    """What it takes from the driver, ``max_memory_reserved``; likewise."""
    workspaces: int
    """What libraries hold at that peak; without a profile, the most that any convolution may hold."""


def on_card(graph: Graph, settings: StepSettings, step: Step, *, allocator: bool = True) -> OnCard:
    """A step on the card of the settings; on one without a profile, with no workspaces but their bound.

    Args:
        graph: the network.
        settings: how the step runs.
        step: the same step of tensors only.
        allocator: whether the allocator is run; it takes longer than the step itself.
    """
    if not allocator:
        return OnCard(None, None, _largest_workspace(graph, settings))
    if not settings.has_profile:
        figures = _simulated(graph, settings, step, ())
        return OnCard(figures.peak_allocated, figures.reserved, _largest_workspace(graph, settings))
    device = memory_profile(settings.device)
    with_workspaces = run_step(graph, settings, partial(_held, device, settings))
    matrices = device.matrix_workspaces(training=True)  # what a process has that trained before it infers
    figures = _simulated(graph, settings, with_workspaces, matrices)
    held = with_workspaces.peak_bytes - step.peak_bytes + sum(matrices)
    return OnCard(figures.peak_allocated, figures.reserved, held)


def _held(device: MemoryProfile, settings: StepSettings, site: Site, direction: str, dtype: str) -> int:
    """What a convolution holds while it runs on a device; of transposed ones it is not known."""
    if not isinstance(site.layer, Conv):
        return 0
    call = ConvolutionCall(site.layer, site.x, site.y, settings.batch)
    return device.workspace(call, direction, dtype, settings.channels_last)


def _largest_workspace(graph: Graph, settings: StepSettings) -> int:
    """The most that any convolution may hold while it runs, by the ways that are known."""
    dtype = settings.amp or settings.dtype
    calls = {
        ConvolutionCall(node.layer, node.xs[0], node.y, settings.batch)
        for node in graph.layers
        if isinstance(node.layer, Conv)
    }
    return max((largest_workspace(call, dtype) for call in calls), default=0)


def _simulated(graph: Graph, settings: StepSettings, step: Step, persistent: Sequence[int]) -> AllocatorFigures:
    """What the allocator shows at a steady step."""
    allocator = CachingAllocator()
    for place, size in enumerate(persistent):
        allocator.allocate(("persistent", place), size)
    heap = step.heap
    standing = [storage for storage in heap.standing if storage.kind != "optimizer"]
    _place(allocator, standing)
    if settings.channels_last:
        _lay_out_anew(allocator, graph, step)
    states = [storage for storage in heap.standing if storage.kind == "optimizer"]
    for turn in range(_STEPS):
        allocator.reset_peaks()
        left = _run(allocator, heap, turn, () if turn else states)
        if turn < _STEPS - 1:  # gradients and outputs are freed when the next step begins
            for name in left:
                allocator.free(name)
    return allocator.figures


def _place(allocator: CachingAllocator, storages: Iterable[Storage]) -> None:
    for storage in storages:
        allocator.allocate(storage.number, storage.requested)


def _lay_out_anew(allocator: CachingAllocator, graph: Graph, step: Step) -> None:
    """Give the weights of convolutions channels last: each is allocated again, then freed as it was."""
    for (owner, name), weight in step.tape.weights.items():
        layer = graph.nodes[owner].layer
        if name == "weight" and layer.is_convolution and len(graph.nodes[owner].y.spatial) == _MAP_AXES:
            storage = weight.storage
            allocator.allocate(("laid out", storage.number), storage.requested)
            allocator.free(storage.number)


def _run(allocator: CachingAllocator, heap: Heap, turn: int, states: Iterable[Storage]) -> list[object]:
    """One step; what of it is there afterwards. The first one makes the optimizer's states."""
    alive: dict[object, None] = {}
    optimizer = next((mark.event for mark in heap.marks if mark.phase == "optimizer"), len(heap.events))
    for place, (number, _) in enumerate(heap.events):
        if place == optimizer:
            _place(allocator, states)
        name = (turn, number)
        if name in alive:
            allocator.free(name)
            del alive[name]
        else:
            allocator.allocate(name, heap.storages[number].requested)
            alive[name] = None
    if optimizer == len(heap.events):
        _place(allocator, states)
    return list(alive)
