"""One step in time: the network recorded on a tape, the loss, backward, and the optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.engine import Engine
from cnncost.autograd.heap import Heap
from cnncost.autograd.operation import Gradient
from cnncost.autograd.tape import Tape
from cnncost.autograd.tensors import ITEM_BYTES
from cnncost.footprint.forward import Forward
from cnncost.footprint.loss import Loss
from cnncost.footprint.optimizers import implementation_of, make_states, step_optimizer
from cnncost.footprint.scaler import GradientScaler
from cnncost.graph.overwriting import with_activations_in_place
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from cnncost.autograd.convolution import Workspace
    from cnncost.autograd.tensors import Value
    from cnncost.footprint.settings import StepSettings
    from cnncost.graph.graph import Graph

CUDA_ROUNDING = 512
"""Bytes that CUDA's caching allocator rounds every block up to a multiple of."""

DISTINCT_PASSES = 4
"""Passes of gradient accumulation that are run: from the second on the tensors of each are those of the one before, and
two more let the allocator's segments settle."""

_STORED = frozenset(("parameters", "buffers"))


class Step(NamedTuple):
    """A steady step as it ran."""

    tape: Tape
    """What was recorded."""
    kept: dict[int, int]
    """The storages that are kept for backward, by number: the node that keeps each first, -1 for the loss."""
    ever_kept: Set[int]
    """The storages that are kept in any pass, where the gradients of several are added up."""

    @property
    def heap(self) -> Heap:
        """What was allocated and freed."""
        return self.tape.heap

    @property
    def kept_bytes(self) -> int:
        """Bytes that are kept for backward."""
        return sum(self.heap.storages[number].requested for number in self.kept)

    @property
    def kept_by_node(self) -> dict[int, int]:
        """The same by the node that keeps it first; -1 for the loss."""
        kept: dict[int, int] = {}
        for number, node in self.kept.items():
            kept[node] = kept.get(node, 0) + self.heap.storages[number].requested
        return kept

    @property
    def peak_bytes(self) -> int:
        """The most that lived at once."""
        return self.heap.standing_bytes + self.heap.peak


def run_step(graph: Graph, settings: StepSettings, workspace: Workspace | None = None) -> Step:
    """A training step, or an inference, once the optimizer has its states.

    Args:
        graph: the network.
        settings: how the step runs.
        workspace: the bytes that a convolution holds while it runs. Without it, there are tensors only.
    """
    return _Runner(with_activations_in_place(graph) if settings.inplace else graph, settings, workspace).run()


class _Runner:
    def __init__(self, graph: Graph, settings: StepSettings, workspace: Workspace | None) -> None:
        self.settings = settings
        self.heap = Heap(CUDA_ROUNDING if settings.on_cuda else 1)
        self.tape = Tape(
            self.heap,
            settings.batch,
            dtype=settings.dtype,
            device="cuda" if settings.on_cuda else "cpu",
            autocast=settings.amp,
            training=settings.trains,
            channels_last=settings.channels_last,
            workspace=workspace,
        )
        self.forward = Forward(graph, self.tape, settings)
        self.loss = Loss(settings.loss, len(graph.outputs))
        self.scaler = GradientScaler(self.heap) if settings.scaler and settings.trains else None
        self.held: list[Value] = []
        """Outputs, and the loss behind them, which whoever runs the step holds until the next ones are there."""

    def run(self) -> Step:
        if not self.settings.trains:
            self.forward.run()
            return Step(self.tape, {}, set())
        kept: dict[int, int] = {}
        ever_kept: set[int] = set()
        for _ in range(min(self.settings.accumulate, DISTINCT_PASSES)):
            loss = self._pass()
            kept = self._kept()
            ever_kept.update(kept)
            if loss.needs_gradient:  # otherwise nothing is trained
                self._backward(loss)
        make_states(self.tape, self.settings)
        self._step_optimizer()
        return Step(self.tape, kept, ever_kept)

    def _pass(self) -> Value:
        """Forward and loss; the outputs and the loss of the pass before go where the new ones take their names."""
        outputs = self.forward.run()
        self._drop(self.held[:-1])
        loss = self.loss.add(self.tape, outputs)
        self._drop(self.held[-1:])
        if self.settings.accumulate > 1:
            whole, loss = loss, self.tape.finish_layer(self.tape.run("div", [loss], 1), None)
            self._drop([whole])
        self.held = [*outputs, loss]
        return loss

    def _drop(self, values: Sequence[Value]) -> None:
        for value in values:
            self.tape.drop(value)

    def _kept(self) -> dict[int, int]:
        """What autograd keeps, by who keeps it first; parameters and buffers do not count."""
        kept: dict[int, int] = {}
        for operation in self.tape.operations:
            checkpoint = operation.checkpoint
            for storage in operation.saved if checkpoint is None else checkpoint.kept:
                if storage.kind not in _STORED:
                    kept.setdefault(storage.number, operation.layer)
        return kept

    def _backward(self, loss: Value) -> None:
        """Backward of the loss; whoever called it holds the root's gradient to the end."""
        tape, settings = self.tape, self.settings
        scaled = loss if self.scaler is None else self.scaler.scaled(tape, loss)
        self.heap.mark("backward")
        root = Gradient(self.heap.allocate(scaled.size, "gradient"), 1, ITEM_BYTES[scaled.dtype])
        root.storage.holders += 1
        chosen = settings.adds_in_place
        # On CUDA in general it is as on PyTorch's fake tensors, which can be checked anywhere: a little more.
        adds_in_place = settings.device != "cuda" if chosen is None else chosen
        Engine(tape, adds_in_place, gradients_stand=not settings.set_to_none).run([(scaled, root)])
        self.heap.release(root.storage)
        if scaled is not loss:
            tape.drop(scaled)
        tape.operations.clear()

    def _step_optimizer(self) -> None:
        self.heap.mark("optimizer")
        fused = implementation_of(self.settings) == "fused"
        flags = [] if self.scaler is None else self.scaler.before_step(fused)
        step_optimizer(self.tape, self.settings)
        for flag in flags:
            self.heap.release(flag)
