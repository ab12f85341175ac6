"""What an optimizer keeps between two steps, and what it allocates in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.settings import OPTIMIZER_STATES

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.footprint.settings import StepSettings

_COUNTS_STEPS = frozenset(("adam", "adamw", "rmsprop", "adagrad"))
"""Optimizers that count the steps of each parameter, in a tensor of one number."""

_STEP_BYTES = 4
"""Of that tensor. It stays in the memory of the processor, unless a fused step on a GPU reads it."""


def make_states(tape: Tape, settings: StepSettings) -> None:
    """Place the states of every trained parameter that got a gradient."""
    counts_steps = settings.optimizer in _COUNTS_STEPS and (tape.device == "cpu" or settings.implementation == "fused")
    for weight in list(tape.weights.values()):
        if weight.gradient is not None:
            if counts_steps:
                tape.heap.place(_STEP_BYTES, "optimizer")
            for _ in range(OPTIMIZER_STATES[settings.optimizer]):
                tape.heap.place(weight.storage.requested, "optimizer")


def step_optimizer(tape: Tape, settings: StepSettings) -> None:
    """One step: the temporaries that it allocates."""
