"""The loss of a training step: cross-entropy over the outputs, auxiliary ones weighted by 0.4 as torchvision does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


def add_loss(tape: Tape, outputs: Sequence[Value]) -> Value:
    """The loss as one number: the losses of all outputs, added up."""
    tape.heap.mark("loss")
    tape.owner = -1
    targets: dict[int, Value] = {}
    losses = [_cross_entropy(tape, output, targets) for output in outputs]
    total = losses[0]
    for auxiliary in losses[1:]:
        weighted = tape.run("mul", [auxiliary], 1)
        total = tape.run("add", [total, weighted], 1)
    tape.end_autocast()
    tape.finish_layer(total, None)
    return total


def _cross_entropy(tape: Tape, output: Value, targets: dict[int, Value]) -> Value:
    """The mean of minus the logarithm of the softmax at the class of each position; outputs of one size share these."""
    shape = output.shape
    assert shape is not None
    positions = tape.batch * shape.positions
    if positions not in targets:
        targets[positions] = tape.target(positions)
    scores = output if tape.device == "cuda" else tape.single(output)
    logs = tape.run("log_softmax", [scores], scores.elements, keeps_output=True)
    logs = tape.single(logs)
    weight = tape.make(1, logs.dtype, "loss")
    return tape.run("nll_loss", [logs], 1, keeps=[logs, targets[positions], weight])
