"""Backward, as PyTorch's engine runs it on one thread.

Functions run in the order opposite to the one in which they were recorded. What a function saved is let go before its
gradients are handed on; the gradient of a parameter is stored as soon as the last part of it has come. A gradient that
comes second is added to the first in place where nobody else holds that, and makes a new tensor where somebody does.
(PyTorch, ``torch/csrc/autograd/engine.cpp``, ``input_buffer.cpp`` and ``functions/accumulate_grad.h``.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.operation import Gradient
from cnncost.autograd.tensors import ITEM_BYTES

if TYPE_CHECKING:
    from cnncost.autograd.operation import Operation
    from cnncost.autograd.strides import Strides
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value, Weight


class Engine:
    """Runs the backward of what a tape has recorded."""

    def __init__(self, tape: Tape, adds_in_place: bool = True, gradients_stand: bool = False) -> None:
        self.tape = tape
        self.heap = tape.heap
        self.batch = tape.batch
        self.adds_in_place = adds_in_place
        """Whether gradients are added in place where they can be; never on tensors that only look like some."""
        self.gradients_stand = gradients_stand
        """Whether parameters have their gradients of the step before, which those of this one are added to."""

    def run(self, roots: list[tuple[Value, Gradient]]) -> None:
        """Backward from the gradients of some values, through all that they were made of."""
        operations = self._reached([value for value, _ in roots])
        for value, gradient in roots:
            self._deliver(value, gradient)
        for operation in operations:
            self._run(operation)

    def _reached(self, roots: list[Value]) -> list[Operation]:
        """The operations that backward runs, in its order; every weight is told how many gradients it may expect."""
        wanted = {value.maker for value in roots}
        reached: list[Operation] = []
        for operation in reversed(self.tape.operations):
            if operation not in wanted:
                continue
            reached.append(operation)
            for read in operation.inputs:
                if read.maker is not None:
                    wanted.add(read.maker)
                elif read.weight is not None and read.weight.trained:
                    read.weight.awaited += 1
        return reached

    def _run(self, operation: Operation) -> None:
        """Backward of one operation, and what its gradients go to."""
        if operation.checkpoint is not None:
            operation.checkpoint.restore()
        self.heap.mark("backward", operation.layer)
        made = self._gradients(operation)
        ready: list[Weight] = []
        for read, gradient in zip(operation.inputs, made, strict=True):
            if read.maker is not None:
                if gradient is not None:
                    self._deliver(read, gradient)
            elif read.weight is not None and read.weight.trained:
                self._bring(read.weight, gradient, ready)
        for weight in reversed(ready):
            self._store(weight)

    def _gradients(self, operation: Operation) -> list[Gradient | None]:
        """The gradients of what an operation read; it lets go of those that came, and of what it kept."""
        received = operation.received
        received += [None] * (len(operation.outputs) - len(received))
        made: list[Gradient | None] = [None] * len(operation.inputs)
        if any(received):  # otherwise it was run, but no gradient comes its way
            made = self.fitted(operation, operation.backward(self, operation))
            if self.tape.observer is not None:
                self.tape.observer.differentiated(operation, made)
        for gradient in received:
            if gradient is not None:
                self.release(gradient)
        operation.received = []
        for storage in operation.saved:
            self.heap.release(storage)
        operation.saved = ()
        if operation.checkpoint is not None:
            operation.checkpoint.finish()
        return made

    def _deliver(self, value: Value, gradient: Gradient) -> None:
        """Hand a gradient to the operation that made the value."""
        maker = value.maker
        assert maker is not None
        received = maker.received
        while len(received) <= value.slot:
            received.append(None)
        received[value.slot] = self._sum(received[value.slot], gradient)

    def _sum(self, earlier: Gradient | None, gradient: Gradient) -> Gradient:
        """Both gradients in one: in place of the earlier one where nobody else holds that, or in a new tensor."""
        if earlier is None:
            return gradient
        if self.tape.observer is not None:
            self.tape.observer.added(self.heap.layer, gradient)
        if self.adds_in_place and earlier.storage.holders == 1 and earlier.is_dense:
            self.release(gradient)
            return earlier
        total = Gradient(self.heap.allocate(earlier.bytes, "gradient"), earlier.elements, earlier.item)
        self.release(earlier)
        self.release(gradient)
        return total

    def _bring(self, weight: Weight, gradient: Gradient | None, ready: list[Weight]) -> None:
        """Bring a part of a parameter's gradient, maybe none; after the last one it is ready to be stored."""
        weight.awaited -= 1
        if gradient is not None:
            weight.partial = self._sum(weight.partial, gradient)
        if not weight.awaited and weight.partial is not None:
            ready.append(weight)

    def _store(self, weight: Weight) -> None:
        """Store a parameter's gradient: the tensor itself where nobody else has it, or a copy; or add it up."""
        gradient, weight.partial = weight.partial, None
        assert gradient is not None
        if weight.gradient is not None:
            self.release(gradient)
        elif self.gradients_stand:
            weight.gradient = self.heap.place(gradient.bytes, "weight gradients")
            self.release(gradient)
        elif gradient.owners == 1 and gradient.strides is None:
            weight.gradient = gradient.storage
            gradient.storage.kind = "weight gradients"
        else:
            weight.gradient = self.heap.allocate(gradient.bytes, "weight gradients")
            self.release(gradient)

    def release(self, gradient: Gradient) -> None:
        """Let go of a gradient."""
        gradient.owners -= 1
        self.heap.release(gradient.storage)

    # What rules make gradients with.

    def new(self, read: Value) -> Gradient:
        """A new gradient as large as what was read."""
        return self.new_of(read.elements, read.dtype)

    def new_of(self, elements: int, dtype: str) -> Gradient:
        """A new gradient of so many numbers."""
        item = ITEM_BYTES[dtype]
        return Gradient(self.heap.allocate(elements * item, "gradient"), elements, item)

    def share(self, gradient: Gradient) -> Gradient:
        """The same gradient once more."""
        gradient.storage.holders += 1
        gradient.owners += 1
        return gradient

    def view(self, gradient: Gradient, elements: int, strides: Strides | None) -> Gradient:
        """A part of a gradient, or all of it in another shape: it keeps the whole alive."""
        gradient.storage.holders += 1
        return Gradient(gradient.storage, elements, gradient.item, strides)

    def strides(self, gradient: Gradient, sizes: tuple[int, ...]) -> Strides:
        """How a gradient of these sizes lies in memory."""
        return gradient.strides or self.tape.usual(sizes)

    def fitted(self, operation: Operation, made: list[Gradient | None]) -> list[Gradient | None]:
        """The gradients in the number formats of what was read: autograd converts those that are in another one."""
        for place, (read, gradient) in enumerate(zip(operation.inputs, made, strict=True)):
            if gradient is not None and gradient.item != ITEM_BYTES[read.dtype]:
                made[place] = self.new(read)
                self.release(gradient)
        return made

    def reduced(self, operation: Operation, made: list[Gradient | None]) -> list[Gradient | None]:
        """The gradients, those of operands that were broadcast as the sums of what they are."""
        for place, (read, gradient) in enumerate(zip(operation.inputs, made, strict=True)):
            if gradient is not None and gradient.elements != read.elements:
                made[place] = self.new(read)
                self.release(gradient)
        return made
