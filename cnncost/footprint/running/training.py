"""A training step: forward and the loss, backward, as often as gradients are added up; then the optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.engine import Engine
from cnncost.autograd.operation import Gradient
from cnncost.autograd.tensors import ITEM_BYTES
from cnncost.footprint.running.loss import Loss
from cnncost.footprint.running.optimizers import implementation_of, make_states, step_optimizer
from cnncost.footprint.running.record import Step
from cnncost.footprint.running.scaler import GradientScaler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.footprint.running.forward import Forward
    from cnncost.footprint.settings import StepSettings

DISTINCT_PASSES = 4
"""Passes of gradient accumulation that are run: from the second on the tensors of each are those of the one before, and
two more let the allocator's segments settle."""

_STORED = frozenset(("parameters", "buffers"))


class TrainingStep:
    """Runs a training step on a tape."""

    def __init__(self, forward: Forward, tape: Tape, settings: StepSettings) -> None:
        self.settings = settings
        self.tape = tape
        self.heap = tape.heap
        self.forward = forward
        self.loss = Loss(settings.loss, len(forward.graph.outputs))
        self.scaler = GradientScaler(self.heap) if settings.scaler else None
        self.held: list[Value] = []
        """Outputs, and the loss behind them, which whoever runs the step holds until the next ones are there."""

    def run(self) -> Step:
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
