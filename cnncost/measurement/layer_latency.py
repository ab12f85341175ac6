"""The time of every layer, taken in runs of the whole network.

Marks are set where a module begins and ends, and where the gradient of its output is ready. The layers thus find the
caches as they do in the network, and their times add up to the whole; timed one by one, each would find its input warm.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cnncost.measurement.timing import Stopwatch, Timing, enough, warm_up
from cnncost.pytorch.build import runs
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from cnncost.graph.graph import Graph, Node
    from cnncost.measurement.step import Subject

PHASES = ("forward", "loss", "backward", "optimizer")


class LayerTiming(NamedTuple):
    """What one layer took."""

    forward: Timing
    """Its forward pass."""
    backward: Timing | None
    """Its backward pass; ``None`` in inference, and where none runs."""


class Profile(NamedTuple):
    """What the parts of a step took."""

    layers: dict[int, LayerTiming]
    """By the number of the node."""
    phases: dict[str, Timing]
    """Of the whole step, those of :data:`PHASES` that it has; ``forward`` alone in inference."""


def profile(graph: Graph, subject: Subject, device: str, budget: float) -> Profile:
    """Time every layer until the forward pass is stable, or `budget` seconds are spent."""
    stopwatch = Stopwatch(device)
    nodes = [node for node in graph.layers if runs(node, subject.optimizer is not None)]
    readings: list[dict[Hashable, float]] = []
    with marked(subject, stopwatch, nodes):
        warm_up(lambda: read_step(subject, stopwatch), device, budget)
        started = time.perf_counter()
        while not enough([sum(reading.values()) for reading in readings], time.perf_counter() - started, budget):
            readings.append(read_step(subject, stopwatch))
    layers = {node.id: _layer(readings, node.id) for node in nodes}
    return Profile(layers, {phase: _phase(readings, phase) for phase in PHASES if phase in readings[0]})


def read_step(
    subject: Subject, stopwatch: Stopwatch, before: Callable[[], object] = lambda: None
) -> dict[Hashable, float]:
    """One step; its seconds by layer and phase, as ``("backward", 7)``, and what lies between layers by phase.

    Args:
        subject: what is run, under :func:`marked`.
        stopwatch: which the marks are set on.
        before: called when the device has nothing left to do, before the step.
    """
    stopwatch.restart()
    before()
    subject.step(mark=stopwatch.mark)
    return stopwatch.read()


@contextmanager
def marked(subject: Subject, stopwatch: Stopwatch, nodes: Sequence[Node]) -> Iterator[None]:
    """Have the modules of `nodes` set marks, for as long as the context lasts."""
    hooks = []
    for node in nodes:
        module = subject.model.layer(node.id)
        hooks.append(module.register_forward_pre_hook(_begin(stopwatch, node.id)))
        hooks.append(module.register_forward_hook(_end(stopwatch, node)))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _begin(stopwatch: Stopwatch, number: int) -> Any:
    """A hook for the moment before a module's forward pass."""
    return lambda *_: stopwatch.mark(("forward", number))


def _end(stopwatch: Stopwatch, node: Node) -> Any:
    """A hook for the moment after a module's forward pass, which also sees to the backward pass."""

    def end(_: Any, xs: tuple[Any, ...], y: Any) -> None:
        stopwatch.mark("forward")
        # Autograd works a layer off right after this hook, and nothing else before the next layer's. A module that
        # hands its input through has no backward pass: the tensor belongs to the layer before. One that overwrites its
        # input has one, and earlier hooks of the tensor stay with the values that it had.
        if y.requires_grad and (node.layer.overwrites or not any(y is x for x in xs)):
            y.register_hook(lambda _: stopwatch.mark(("backward", node.id)))

    return end


def _layer(readings: Sequence[dict[Hashable, float]], number: int) -> LayerTiming:
    backward = [reading[key] for reading in readings if (key := ("backward", number)) in reading]
    forward = [reading["forward", number] for reading in readings]
    return LayerTiming(Timing.of(forward), Timing.of(backward) if backward else None)


def _phase(readings: Sequence[dict[Hashable, float]], phase: str) -> Timing:
    """The whole of a phase: its layers, and what lies between them."""
    return Timing.of(
        [sum(taken for what, taken in reading.items() if _phase_of(what) == phase) for reading in readings]
    )


def _phase_of(what: Hashable) -> Hashable:
    return what[0] if isinstance(what, tuple) else what
