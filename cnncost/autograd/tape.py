"""The tape on which layers record themselves, as PyTorch's autograd records modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.autograd.backward import passed, products, quotients, together, viewed
from cnncost.autograd.operation import Operation
from cnncost.autograd.strides import CHANNELS_LAST, Strides, joined
from cnncost.autograd.tensors import ITEM_BYTES, Value, Weight, wider
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.checkpoint import Checkpoint
    from cnncost.autograd.convolution import Workspace
    from cnncost.autograd.heap import Heap
    from cnncost.autograd.observer import Observer
    from cnncost.autograd.operation import Rule
    from cnncost.autograd.tensors import Storage
    from cnncost.layers.base.tensor import Tensor


def _need_gradient(reads: Sequence[Value]) -> bool:
    return any([read.needs_gradient for read in reads])  # noqa: C419 - a generator takes longer


class Tape:
    """What layers record themselves on: it allocates what they make, and keeps what backward needs.

    A layer's `record` is handed the tape and what it reads, and gives back what it makes. In training an operation
    that reads something with a gradient is recorded, with the storages that it keeps.
    """

    def __init__(
        self,
        heap: Heap,
        batch: int,
        *,
        dtype: str = "float32",
        device: str = "cpu",
        autocast: str | None = None,
        training: bool = True,
        channels_last: bool = False,
        workspace: Workspace | None = None,
    ) -> None:
        self.heap = heap
        self.batch = batch
        self.dtype = dtype
        """Of the parameters and of the inputs."""
        self.device = device
        """``cpu`` or ``cuda``: some operations keep other tensors on the one than on the other."""
        self.autocast = autocast
        """``bfloat16`` or ``float16`` where operations run in lower precision by themselves."""
        self.training = training
        """Whether the layers run as in training."""
        self.recording = training
        """Whether autograd records: not in inference."""
        self.checkpoint: Checkpoint | None = None
        """The pass through a checkpointed block that is going on."""
        self.channels_last = channels_last
        self.workspace = workspace
        """The bytes that a convolution holds while it runs; ``None`` where only tensors count."""
        self.observer: Observer | None = None
        """Who is told of everything that runs."""
        self.operations: list[Operation] = []
        """What autograd recorded, in order."""
        self.weights: dict[tuple[int, str], Weight] = {}
        """Parameters and buffers, by the node that owns them and their name."""
        self.owner, self.trainable = -1, True
        self._copies: dict[int, Value] = {}
        self._made: list[Value] = []

    # What a layer reads.

    def parameter(self, elements: int, name: str = "weight", sizes: Sequence[int] | None = None) -> Value:
        """A parameter of the layer that runs; the same where several layers share it.

        Its sizes matter where it is broadcast: as many as what it meets has, the batch's first.
        """
        value = self._weight(elements, name, self.dtype, "parameters", self.trainable)
        value.strides = None if sizes is None else Strides.of(sizes)
        return value

    def buffer(self, elements: int, name: str, dtype: str | None = None) -> Value:
        """A stored tensor of the layer that runs, which is not trained."""
        return self._weight(elements, name, dtype or self.dtype, "buffers", trained=False)

    def _weight(self, elements: int, name: str, dtype: str, kind: str, trained: bool) -> Value:
        weight = self.weights.get((self.owner, name))
        if weight is None:
            storage = self.heap.place(elements * ITEM_BYTES[dtype], kind)
            weight = self.weights[self.owner, name] = Weight(storage, elements, dtype, trained)
        return Value(weight.storage, elements, dtype, weight=weight)

    def target(self, elements: int, dtype: str = "int64") -> Value:
        """What a loss compares with, such as classes."""
        return Value(self.heap.place(elements * ITEM_BYTES[dtype], "target"), elements, dtype)

    # What it makes.

    def make(self, elements: int, dtype: str, kind: str = "activation", sizes: Sequence[int] | None = None) -> Value:
        """A new tensor that no gradient comes to: noise, a mask, statistics; its sizes matter where it is broadcast."""
        strides = None if sizes is None else Strides.of(sizes)
        value = Value(self.heap.allocate(elements * ITEM_BYTES[dtype], kind), elements, dtype, strides=strides)
        self._made.append(value)
        return value

    def run(
        self,
        name: str,
        reads: Sequence[Value],
        elements: int,
        *,
        dtype: str | None = None,
        keeps: Sequence[Value] = (),
        keeps_output: bool = False,
        backward: Rule = together,
        into: Value | None = None,
        strides: Strides | None = None,
    ) -> Value:
        """One operation of PyTorch's.

        Args:
            name: what PyTorch calls it.
            reads: the tensors that it reads, in the order of their gradients.
            elements: numbers of its output, of the whole batch.
            dtype: of its output; that of the first it reads unless said.
            keeps: the tensors that autograd keeps for its backward.
            keeps_output: whether it keeps its output.
            backward: how its backward makes the gradients of what it reads.
            into: the tensor whose memory its output lies in: a view of it, or in its place.
            strides: how its output lies in memory, where that is not as tensors of its shape do.
        """
        dtype = dtype or reads[0].dtype
        recorded = self.recording and _need_gradient(reads)
        if recorded and self.checkpoint is not None and self.checkpoint.ends_next and not keeps_output:
            self._save_before(reads, keeps)
        if into is None:
            value = Value(self.heap.allocate(elements * ITEM_BYTES[dtype], "activation"), elements, dtype)
        else:
            into.storage.holders += 1
            value = Value(into.storage, elements, dtype)
        value.strides = strides
        self._made.append(value)
        if self.observer is not None:
            self.observer.ran(self.heap.layer, name, reads, keeps, value)
        if recorded:
            saved = [kept.storage for kept in keeps]
            if keeps_output:
                saved.append(value.storage)
            operation = Operation(name, self.heap.layer, tuple(reads), backward)
            operation.outputs.append((elements, dtype))
            value.maker = operation
            self._keep(operation, saved)
        return value

    def _keep(self, operation: Operation, saved: Sequence[Storage]) -> None:
        """Record an operation that keeps storages: at once, or where a checkpointed block runs again."""
        if self.checkpoint is None or not self.checkpoint.running_again:
            self.operations.append(operation)
        if self.checkpoint is None:
            for storage in saved:
                storage.holders += 1
            operation.saved = tuple(saved)
        elif saved:
            self.checkpoint.save(operation, saved)

    def _save_before(self, reads: Sequence[Value], keeps: Sequence[Value]) -> None:
        """End a block that runs again before its last operation, where that keeps only what it reads."""
        saved = [kept.storage for kept in keeps]
        if saved and self.checkpoint is not None and {*saved} <= {read.storage for read in reads}:
            self.checkpoint.save(Operation("", self.heap.layer, tuple(reads), together), saved)

    def elementwise(self, name: str, x: Value, keeps: str, inplace: bool = False, backward: Rule = together) -> Value:
        """A function of one element each, which keeps its ``input``, its ``output``, or ``nothing``.

        In place it overwrites its input: where that is to be kept, autograd makes a copy of it first.
        """
        if inplace and keeps == "input" and self.recording and x.needs_gradient:
            kept = [self.make(x.elements, x.dtype)]
        else:
            kept = [x] if keeps == "input" else []
        into = x if inplace else None
        strides = x.strides if inplace or x.strides is None else x.strides.packed()
        value = self.run(
            name,
            [x],
            x.elements,
            keeps=kept,
            keeps_output=keeps == "output",
            backward=backward,
            into=into,
            strides=strides,
        )
        value.shape = x.shape
        return value

    def add(self, one: Value, other: Value) -> Value:
        """The sum of two tensors, in the wider of their formats."""
        return self.combine("add", one, other, backward=passed)

    def multiply(self, one: Value, other: Value) -> Value:
        """The product of two tensors, which keeps each where the other needs a gradient."""
        keeps = [*[one] * other.needs_gradient, *[other] * one.needs_gradient]
        return self.combine("mul", one, other, keeps=keeps, backward=products)

    def divide(self, one: Value, other: Value) -> Value:
        """The quotient of two tensors, which keeps the second, and the first where the second needs a gradient."""
        return self.combine("div", one, other, keeps=[*[one] * other.needs_gradient, other], backward=quotients)

    def combine(
        self, name: str, one: Value, other: Value, *, keeps: Sequence[Value] = (), backward: Rule = together
    ) -> Value:
        """A function of two tensors, in the wider of their formats, as large as both together; element by element."""
        elements, strides = max(one.elements, other.elements), None
        unlike = one.shape is not None and other.shape is not None and one.shape != other.shape
        if unlike or one.strides is not None or other.strides is not None:
            strides = joined([self.strides(one), self.strides(other)])
            elements = product(strides.sizes)
        dtype = wider(one.dtype, other.dtype)
        both = [one, other]
        value = self.run(name, both, elements, dtype=dtype, keeps=keeps, backward=backward, strides=strides)
        value.shape = None if unlike else one.shape
        return value

    def view(self, x: Value) -> Value:
        """The tensor in another shape, whose numbers lie one behind the other."""
        return self.run("view", [x], x.elements, into=x, backward=viewed)

    # How tensors lie in memory.

    def usual(self, sizes: Sequence[int]) -> Strides:
        """How tensors of these sizes, with the batch, lie in this network: images maybe with channels last."""
        return Strides.of(sizes, CHANNELS_LAST[4] if self.channels_last and len(sizes) == 4 else None)

    def unusual(self, strides: Strides) -> Strides | None:
        """The same, or ``None`` where tensors of these sizes lie like that in this network."""
        usual = self.usual(strides.sizes)
        axes = zip(strides.sizes, strides.steps, usual.steps, strict=True)
        return None if all(step == as_usual for size, step, as_usual in axes if size > 1) else strides

    def strides(self, x: Value) -> Strides:
        """How a tensor lies in memory."""
        if x.strides is not None:
            return x.strides
        assert x.shape is not None
        return self.usual((self.batch, *x.shape.dims))

    def cast(self, x: Value, dtype: str) -> Value:
        """The tensor in another number format: itself where it is in that already."""
        if x.dtype == dtype:
            return x
        made = self._copies.get(x.storage.number) if x.weight is not None else None
        if made is not None:
            return made
        made = self.run("to", [x], x.elements, dtype=dtype, strides=x.strides and x.strides.packed())
        made.shape = x.shape
        if self.recording and x.weight is not None and x.weight.trained:  # autocast keeps it as long as it lasts
            self._copies[x.storage.number] = made
            self._made.remove(made)
        return made

    def lower(self, x: Value) -> Value:
        """The tensor as an operation reads it that autocast runs in lower precision."""
        return x if self.autocast is None else self.cast(x, self.autocast)

    def lower_all(self, *xs: Value) -> list[Value]:
        """The same of several: as C++ evaluates the arguments of a function, the last one first."""
        return [self.lower(x) for x in reversed(xs)][::-1]

    def single(self, x: Value, on: str | None = None) -> Value:
        """The tensor as an operation reads it that autocast runs in single precision, on one device or on any."""
        return x if self.autocast is None or self.device != (on or self.device) else self.cast(x, "float32")

    def end_autocast(self) -> None:
        """Leave the region of autocast: it lets go of its copies of weights."""
        for copy in self._copies.values():
            self.heap.release(copy.storage)
        self._copies.clear()

    # What the network does around its layers.

    def drop(self, value: Value) -> None:
        """Let go of a tensor that nothing reads any more."""
        self.heap.release(value.storage)

    def leave_layer(self) -> None:
        """Leave a layer half-way: all that it made goes unless it is kept."""
        for value in self._made:
            self.heap.release(value.storage)
        self._made.clear()

    @property
    def made(self) -> int:
        """How many tensors the layer that runs has made so far."""
        return len(self._made)

    def let_go(self, before: int, *kept: Value) -> None:
        """Let go, within a layer, of all but a few of the tensors that it has made since a number of others."""
        made = self._made[before:]
        self._made[before:] = [value for value in made if value in kept]
        for value in made:
            if value not in kept:
                self.heap.release(value.storage)

    def finish_layer(self, output: Value, shape: Tensor | None) -> Value:
        """End a layer: its output stays, everything else that it made goes unless it is kept."""
        output.shape = shape
        if output.strides is not None:
            output.strides = self.unusual(output.strides)
        for value in self._made:
            if value is not output:
                self.heap.release(value.storage)
        if output not in self._made:  # it hands on what it read
            output.storage.holders += 1
        self._made.clear()
        return output
