"""The forward pass of a step: the layers recorded one after the other, and what checkpointed blocks make of that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cnncost.autograd.checkpoint import RANDOM_STATE_BYTES, Checkpoint, RestoredError
from cnncost.autograd.heap import Heap
from cnncost.autograd.tape import Tape
from cnncost.autograd.tensors import ITEM_BYTES, Value
from cnncost.errors import SpecError, did_you_mean
from cnncost.footprint.running.lifetimes import released_after
from cnncost.graph.liveness import liveness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph, Node


class Forward:
    """Runs the layers of a network on a tape, as often as it is called."""

    def __init__(self, graph: Graph, tape: Tape, settings: StepSettings) -> None:
        self.graph = graph
        self.tape = tape
        auxiliary = graph.auxiliary if settings.trains else ()
        self.ends = (*graph.outputs, *[end for end in auxiliary if not graph.nodes[end].layer.is_source])
        alive = liveness(graph, training=settings.trains)
        unused = {*auxiliary} - {*self.ends}
        order = [node for node in alive.order if node.id not in unused]
        self.released = released_after(graph, alive, nested=settings.nested)
        self.parts = _parts(order, settings.checkpoint if settings.trains else ())
        self._place_inputs(settings)
        self._place_idle({node.id for node in order})

    def _place_inputs(self, settings: StepSettings) -> None:
        self.inputs: dict[int, Value] = {}
        for number in self.graph.inputs:
            shape = self.graph.nodes[number].y
            elements = settings.batch * shape.elements
            storage = self.tape.heap.place(elements * ITEM_BYTES[settings.dtype], "input")
            self.inputs[number] = Value(storage, elements, settings.dtype, shape=shape)

    def _place_idle(self, running: set[int]) -> None:
        """Place the weights of layers that do not run, such as auxiliary heads in inference."""
        idle = [node for node in self.graph.layers if node.id not in running and node.owns_weights]
        elsewhere = Heap()
        for node in idle:
            aside = Tape(elsewhere, 1, dtype=self.tape.dtype)
            aside.owner, aside.trainable = node.id, node.trainable
            reads = [Value(elsewhere.place(0, "input"), x.elements, self.tape.dtype, shape=x) for x in node.xs]
            node.layer.record(aside, *reads, y=node.y)
            for key, weight in aside.weights.items():
                weight.storage = self.tape.heap.place(weight.storage.requested, weight.storage.kind)
                self.tape.weights[key] = weight

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
        again = partial(self._run_again, nodes, read)
        tape.checkpoint = Checkpoint(tape.heap, [value.storage for value in read.values()], _state_bytes(tape), again)
        for node in nodes:
            self._run_node(node, values, "forward")
        tape.checkpoint = None

    def _run_again(self, nodes: Sequence[Node], read: dict[int, Value], checkpoint: Checkpoint) -> None:
        """Run a block once more, as far as backward needs it; what it makes besides goes."""
        tape = self.tape
        values = dict(read)
        for value in values.values():
            value.storage.holders += 1
        state = tape.heap.allocate(_state_bytes(tape), "random state")  # of whoever runs it, to go back to
        tape.checkpoint = checkpoint
        try:
            for node in nodes:
                self._run_node(node, values, "backward")
        except RestoredError:
            tape.leave_layer()
        tape.end_autocast()
        tape.checkpoint = None
        tape.heap.release(state)
        for value in values.values():
            tape.drop(value)


def _state_bytes(tape: Tape) -> int:
    """Of the state of the random numbers, which lies in the processor's memory."""
    return RANDOM_STATE_BYTES if tape.device == "cpu" else 0


def _parts(order: Sequence[Node], checkpoint: Sequence[str]) -> list[tuple[list[Node], bool]]:
    """The layers in the order in which they run, in runs of those in a checkpointed block and of those in none.

    Raises:
        SpecError: there is no block of such a name or kind.
    """
    if not checkpoint:
        return [([*order], False)]
    wanted = {_dotted(name) for name in checkpoint}
    blocks = {node.id: _blocks_of(node) for node in order}
    parts: list[tuple[list[Node], bool]] = []
    inside: str | None = None
    for node in order:
        chosen = next((path for path, *names in blocks[node.id] if wanted & {path, *names}), None)
        if not parts or chosen != inside:
            parts.append(([], chosen is not None))
            inside = chosen
        parts[-1][0].append(node)
    known = {name for found in blocks.values() for names in found for name in names}
    for name in checkpoint:
        if _dotted(name) not in known:
            kinds = sorted({container.kind for node in order for container in node.containers})
            hint = "kinds of blocks are " + ", ".join(f"`{kind}`" for kind in kinds) if kinds else "it has no blocks"
            raise SpecError(f"there is no block `{name}` to checkpoint{did_you_mean(name, known)}", hint=hint)
    return parts


def _blocks_of(node: Node) -> list[tuple[str, str, str]]:
    """The blocks that a node lies in, outermost first: the path of each, its name in that, and its kind."""
    blocks: list[tuple[str, str, str]] = []
    path = ""
    for name, kind in node.containers:
        path = f"{path}.{_dotted(name)}" if path else _dotted(name)
        blocks.append((path, _dotted(name), kind))
    return blocks


def _dotted(name: str) -> str:
    """A name as a path of modules."""
    return name.replace("[", ".").replace("]", "")
