"""The forward pass of a step: the layers recorded one after the other, and what checkpointed blocks make of that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnncost.autograd.checkpoint import RANDOM_STATE_BYTES, Checkpoint, RestoredError
from cnncost.autograd.tensors import ITEM_BYTES, Value
from cnncost.errors import SpecError, did_you_mean
from cnncost.footprint.lifetimes import released_after
from cnncost.graph.liveness import liveness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph, Node


class Forward:
    """Runs the layers of a network on a tape, as often as it is called."""

    def __init__(self, graph: Graph, tape: Tape, settings: StepSettings) -> None:
        self.graph = graph
        self.tape = tape
        self.ends = (*graph.outputs, *(graph.auxiliary if settings.trains else ()))
        alive = liveness(graph, training=settings.trains)
        self.released = released_after(graph, alive, nested=settings.nested)
        self.parts = _parts(alive.order, settings.checkpoint if settings.trains else ())
        self.inputs: dict[int, Value] = {}
        for number in graph.inputs:
            shape = graph.nodes[number].y
            elements = settings.batch * shape.elements
            storage = tape.heap.place(elements * ITEM_BYTES[settings.dtype], "input")
            self.inputs[number] = Value(storage, elements, settings.dtype, shape=shape)

    def run(self) -> list[Value]:
        """The values of the outputs, auxiliary ones behind the others."""
        values = dict(self.inputs)
        for nodes, again in self.parts:
            if again:
                self._run_checkpointed(nodes, values)
            else:
                for node in nodes:
                    self._run_node(node, values, "forward")
        return [values[number] for number in self.ends]

    def _run_node(self, node: Node, values: dict[int, Value], phase: str) -> None:
        tape = self.tape
        tape.heap.mark(phase, node.id)
        tape.owner, tape.trainable = node.weights, self.graph.nodes[node.weights].trainable
        output = node.layer.record(tape, *[values[number] for number in node.inputs], y=node.y)
        values[node.id] = tape.finish_layer(output, node.y)
        for number in self.released.get(node.id, ()):
            if number in values:
                tape.drop(values.pop(number))

    def _run_checkpointed(self, nodes: Sequence[Node], values: dict[int, Value]) -> None:
        """Run a block that keeps what it reads, and nothing else."""
        tape, made = self.tape, {node.id for node in nodes}
        read = {number: values[number] for node in nodes for number in node.inputs if number not in made}
        state = RANDOM_STATE_BYTES if tape.device == "cpu" else 0
        again = partial(self._run_again, nodes, read)
        tape.checkpoint = Checkpoint(tape.heap, [value.storage for value in read.values()], state, again)
        for node in nodes:
            self._run_node(node, values, "forward")
        tape.checkpoint = None

    def _run_again(self, nodes: Sequence[Node], read: dict[int, Value], checkpoint: Checkpoint) -> None:
        """Run a block once more, as far as backward needs it; what it makes besides goes."""
        tape = self.tape
        values = dict(read)
        for value in values.values():
            value.storage.holders += 1
        tape.checkpoint = checkpoint
        try:
            for node in nodes:
                self._run_node(node, values, "backward")
        except RestoredError:
            tape.leave_layer()
        tape.end_autocast()
        tape.checkpoint = None
        for value in values.values():
            tape.drop(value)


def _parts(order: Sequence[Node], checkpoint: Sequence[str]) -> list[tuple[list[Node], bool]]:
    """The layers in the order in which they run, in runs of those in a checkpointed block and of those in none.

    Raises:
        SpecError: there is no block of such a name or kind.
    """
    if not checkpoint:
        return [([*order], False)]
    wanted, found = {*checkpoint}, set()
    parts: list[tuple[list[Node], bool]] = []
    inside: object = None
    for node in order:
        path, block = "", None
        for container in node.containers:
            path = f"{path}.{container.name}" if path else container.name
            names = wanted & {path, container.name, container.kind}
            if names and block is None:
                block = path
            found |= names
        if not parts or block != inside:
            parts.append(([], block is not None))
            inside = block
        parts[-1][0].append(node)
    for name in checkpoint:
        if name not in found:
            known = {container.kind for node in order for container in node.containers}
            raise SpecError(f"there is no block `{name}` to checkpoint{did_you_mean(name, known)}", hint=_blocks(known))
    return parts


def _blocks(known: set[str]) -> str:
    return "blocks are " + ", ".join(f"`{each}`" for each in sorted(known)) if known else "the network has no blocks"
