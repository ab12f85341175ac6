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

    def __init__(self, tape: Tape, adds_in_place: bool = True) -> None:
        self.tape = tape
        self.heap = tape.heap
        self.batch = tape.batch
        self.adds_in_place = adds_in_place
        """Whether gradients are added in place where they can be; never on tensors that only look like some."""

    def run(self, roots: list[tuple[Value, Gradient]]) -> None:
        """Backward from the gradients of some values."""
        operations = self.tape.operations
        self._count_awaited()
        for value, gradient in roots:
            self._deliver(value, gradient)
        for operation in reversed(operations):
            if operation.received:
                self._run(operation)

    def _count_awaited(self) -> None:
        for operation in self.tape.operations:
            for read in operation.inputs:
                if read.weight is not None and read.weight.trained:
                    read.weight.awaited += 1

    def _run(self, operation: Operation) -> None:
        heap = self.heap
        heap.mark("backward", operation.layer)
        received = operation.received
        received += [None] * (len(operation.outputs) - len(received))
        made = self.fitted(operation, operation.backward(self, operation))
        for gradient in received:
            if gradient is not None:
                heap.release(gradient.storage)
        operation.received = []
        for storage in operation.saved:
            heap.release(storage)
        operation.saved = ()
        stored: list[tuple[Weight, Gradient]] = []
        for read, gradient in zip(operation.inputs, made, strict=True):
            if gradient is None:
                continue
            if read.weight is not None:
                self._bring(read.weight, gradient, stored)
            else:
                self._deliver(read, gradient)
        for weight, gradient in reversed(stored):
            self._store(weight, gradient)

    def _deliver(self, value: Value, gradient: Gradient) -> None:
        """Hand a gradient to the operation that made the value."""
        maker = value.maker
        assert maker is not None
        received = maker.received
        while len(received) <= value.slot:
            received.append(None)
        earlier = received[value.slot]
        received[value.slot] = gradient if earlier is None else self._sum(earlier, gradient)

    def _sum(self, earlier: Gradient, gradient: Gradient) -> Gradient:
        """Both gradients in one: in place of one that nobody else holds, or in a new tensor."""
        if self.adds_in_place:
            for target, other in ((earlier, gradient), (gradient, earlier)):
                if target.storage.holders == 1 and target.is_dense:
                    self.heap.release(other.storage)
                    return target
        total = Gradient(self.heap.allocate(earlier.bytes, "gradient"), earlier.elements, earlier.item)
        self.heap.release(earlier.storage)
        self.heap.release(gradient.storage)
        return total

    def _bring(self, weight: Weight, gradient: Gradient, stored: list[tuple[Weight, Gradient]]) -> None:
        """Bring a part of a parameter's gradient; the last one has it stored."""
        weight.awaited -= 1
        earlier = weight.partial
        weight.partial = gradient if earlier is None else self._sum(earlier, gradient)
        if not weight.awaited:
            stored.append((weight, weight.partial))
            weight.partial = None

    def _store(self, weight: Weight, gradient: Gradient) -> None:
        """Store a parameter's gradient: the tensor itself where nobody else holds it, or a copy; or add it up."""
        if weight.gradient is not None:
            self.heap.release(gradient.storage)
        elif gradient.storage.holders == 1 and gradient.strides is None:
            weight.gradient = gradient.storage
            gradient.storage.kind = "weight gradients"
        else:
            weight.gradient = self.heap.allocate(gradient.bytes, "weight gradients")
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
        return self.view(gradient, gradient.elements, gradient.strides)

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
                self.heap.release(gradient.storage)
        return made

    def reduced(self, operation: Operation, made: list[Gradient | None]) -> list[Gradient | None]:
        """The gradients, those of operands that were broadcast as the sums of what they are."""
        for place, (read, gradient) in enumerate(zip(operation.inputs, made, strict=True)):
            if gradient is not None and gradient.elements != read.elements:
                made[place] = self.new(read)
                self.heap.release(gradient.storage)
        return made
