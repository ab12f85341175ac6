"""One step in time: the network recorded on a tape, the loss, backward, and the optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.engine import Engine
from cnncost.autograd.heap import Heap
from cnncost.autograd.operation import Gradient
from cnncost.autograd.tape import Tape
from cnncost.autograd.tensors import ITEM_BYTES, Value
from cnncost.footprint.loss import add_loss
from cnncost.footprint.optimizers import make_states, step_optimizer
from cnncost.graph.liveness import liveness
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

CUDA_ROUNDING = 512
"""Bytes that CUDA's caching allocator rounds every block up to a multiple of."""

_STORED = frozenset(("parameters", "buffers"))


class Step(NamedTuple):
    """A steady step as it ran."""

    tape: Tape
    """What was recorded."""
    kept: dict[int, int]
    """The storages that are kept for backward, by number: the node that keeps each first, -1 for the loss."""

    @property
    def heap(self) -> Heap:
        """What was allocated and freed."""
        return self.tape.heap

    @property
    def kept_bytes(self) -> int:
        """Bytes that are kept for backward."""
        return sum(self.heap.storages[number].requested for number in self.kept)

    @property
    def peak_bytes(self) -> int:
        """The most that lived at once."""
        return self.heap.standing_bytes + self.heap.peak


def run_step(graph: Graph, settings: StepSettings) -> Step:
    """A training step, or an inference, once the optimizer has its states."""
    return _Runner(graph, settings).run()


class _Runner:
    def __init__(self, graph: Graph, settings: StepSettings) -> None:
        self.graph = graph
        self.settings = settings
        self.heap = Heap(CUDA_ROUNDING if settings.device == "cuda" else 1)
        self.tape = Tape(
            self.heap,
            settings.batch,
            dtype=settings.dtype,
            device=settings.device,
            autocast=settings.amp,
            training=settings.trains,
            channels_last=settings.channels_last,
        )
        self.values: dict[int, Value] = {}

    def run(self) -> Step:
        tape, settings = self.tape, self.settings
        self._place_inputs()
        outputs = self._forward()
        if not settings.trains:
            return Step(tape, {})
        loss = add_loss(tape, outputs)
        kept = self._kept()
        if loss.needs_gradient:  # nothing is trained otherwise
            self._backward(loss)
        make_states(tape, settings)
        self.heap.mark("optimizer")
        step_optimizer(tape, settings)
        return Step(tape, kept)

    def _place_inputs(self) -> None:
        for number in self.graph.inputs:
            shape = self.graph.nodes[number].y
            elements = self.settings.batch * shape.elements
            storage = self.heap.place(elements * ITEM_BYTES[self.settings.dtype], "input")
            self.values[number] = Value(storage, elements, self.settings.dtype, shape=shape)

    def _forward(self) -> list[Value]:
        """Run the layers; the values of the outputs, auxiliary ones behind the others."""
        training = self.settings.trains
        alive = liveness(self.graph, training=training)
        tape, values = self.tape, self.values
        for node in alive.order:
            self.heap.mark("forward", node.id)
            tape.owner, tape.trainable = node.weights, self.graph.nodes[node.weights].trainable
            output = node.layer.record(tape, *[values[number] for number in node.inputs], y=node.y)
            values[node.id] = tape.finish_layer(output, node.y)
            for number in alive.released.get(node.id, ()):
                if number not in self.graph.inputs:
                    tape.drop(values.pop(number))
        ends = (*self.graph.outputs, *(self.graph.auxiliary if training else ()))
        return [values[number] for number in ends]

    def _kept(self) -> dict[int, int]:
        """What autograd keeps, by who keeps it first; parameters and buffers do not count."""
        kept: dict[int, int] = {}
        for operation in self.tape.operations:
            for storage in operation.saved:
                if storage.kind not in _STORED:
                    kept.setdefault(storage.number, operation.layer)
        return kept

    def _backward(self, loss: Value) -> None:
        """Backward of the loss; whoever called it holds the root's gradient to the end."""
        self.heap.mark("backward")
        root = Gradient(self.heap.allocate(loss.size, "gradient"), 1, ITEM_BYTES[loss.dtype])
        root.storage.holders += 1
        chosen = self.settings.adds_in_place
        Engine(self.tape, self.settings.device == "cpu" if chosen is None else chosen).run([(loss, root)])
        self.heap.release(root.storage)
