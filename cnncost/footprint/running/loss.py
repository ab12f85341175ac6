"""The loss of a training step, over all outputs that have gradients: auxiliary ones weigh 0.4, as torchvision's do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.strides import Strides
from cnncost.autograd.tensors import FLOATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.engine import Engine
    from cnncost.autograd.operation import Gradient, Operation
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


class Loss:
    """What makes one number of the outputs of a network; it holds what they are compared with.

    Args:
        kind: ``cross_entropy``, with a class for each sample and position, along the first axis of a sample as PyTorch
            takes it; ``mse`` with a tensor of the same shape; or the ``sum``.
        outputs: how many of the outputs are not auxiliary.
    """

    def __init__(self, kind: str, outputs: int) -> None:
        self.outputs = outputs
        self._of = {"cross_entropy": self._cross_entropy, "mse": self._mse, "sum": _sum}[kind]
        self._targets: list[Value] = []

    def add(self, tape: Tape, outputs: Sequence[Value]) -> Value:
        """The losses of all outputs that are no whole numbers, added up."""
        tape.heap.mark("loss")
        tape.owner = -1
        losses = {place: self._of(tape, x) for place, x in enumerate(outputs) if x.dtype in FLOATS}
        total: Value | None = None
        for place, loss in losses.items():
            weighted = loss if place < self.outputs else tape.run("mul", [loss], 1)
            total = weighted if total is None else tape.add(total, weighted)
        tape.end_autocast()
        return tape.finish_layer(total or tape.make(1, tape.dtype, "loss"), None)

    def _cross_entropy(self, tape: Tape, output: Value) -> Value:
        """The mean of minus the logarithm of the softmax at the class of each position."""
        assert output.shape is not None
        target = self._target(tape, output.elements // output.shape.dims[0], "int64")
        scores = output if tape.device == "cuda" else tape.single(output)
        logs = tape.run("log_softmax", [scores], scores.elements, keeps_output=True)
        logs = tape.single(logs)
        weight = tape.make(1, logs.dtype, "loss")
        return tape.run("nll_loss", [logs], 1, keeps=[logs, target, weight])

    def _mse(self, tape: Tape, output: Value) -> Value:
        """The mean of the squares of what is between the output and the target."""
        target = self._target(tape, output.elements, tape.dtype)
        compared = [tape.single(output), tape.single(target)]
        squares = tape.make(output.elements, compared[0].dtype, "loss")  # the mean of them lies in their memory
        return tape.run("mse_loss", compared, 1, keeps=compared, into=squares)

    def _target(self, tape: Tape, elements: int, dtype: str) -> Value:
        """What an output is compared with: one tensor for all outputs that it is the same for."""
        for target in self._targets:
            if target.elements == elements:
                return target
        self._targets.append(tape.target(elements, dtype))
        return self._targets[-1]


def _sum(tape: Tape, output: Value) -> Value:
    """The sum, which autocast on a GPU has in single precision; its gradient is one number, repeated."""
    single = tape.autocast is not None and tape.device == "cuda"
    return tape.run("sum", [output], 1, dtype="float32" if single else None, backward=_repeated)


def _repeated(engine: Engine, operation: Operation) -> list[Gradient | None]:
    gradient, read = operation.received[0], operation.inputs[0]
    assert gradient is not None
    assert read.shape is not None
    sizes = (engine.batch, *read.shape.dims)
    return [engine.view(gradient, read.elements, Strides(sizes, (0,) * len(sizes)))]
