"""What autograd keeps of a layer: measured on PyTorch's module, and said by the layer on a tape.

Measured are the storages of the tensors that autograd still holds when forward is done, seen by its hooks for saved
tensors: on real tensors on the CPU, and on tensors that only look as if they lay on a GPU. Parameters and buffers do
not count, and the copies that autocast makes of them do.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode

from cnncost.autograd.heap import Heap
from cnncost.autograd.operation import Operation
from cnncost.autograd.tape import Tape
from cnncost.autograd.tensors import ITEM_BYTES, Value
from tests.autograd.guards import guard_fake_cuda
from tests.autograd.kernels import kernels_of_a_gpu

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnncost.layers import Layer, Tensor

BATCH = 2
INDEX = "int64"


class Conditions(NamedTuple):
    """Where and how a layer runs."""

    device: str
    """``cpu``, with real tensors; ``cuda``, with fake ones."""
    autocast: str | None = None
    """The format of autocast."""
    dtype: str = "float32"
    """That of what the layer reads: as another layer under autocast may have made it."""

    def __str__(self) -> str:
        return "-".join(filter(None, [self.device, self.autocast, f"reads {self.dtype}"]))


CONDITIONS = (
    Conditions("cpu"),
    Conditions("cuda"),
    *[
        Conditions(device, autocast, dtype)
        for device in ("cpu", "cuda")
        for autocast in ("bfloat16", "float16")
        for dtype in ("float32", autocast)
    ],
)
"""All that layers are compared in."""


class _Saved:
    """What the graph holds in the place of a saved tensor: it lives as long as the operation that saved it."""

    def __init__(self, tensor: torch.Tensor, held: dict[int, torch.UntypedStorage]) -> None:
        self.tensor, self.held = tensor.detach(), held  # an output would hold the operation that saved it
        held[id(self)] = tensor.untyped_storage()

    def __del__(self) -> None:
        del self.held[id(self)]


class Kept:
    """Storages that autograd holds of what ran in its context, as long as the graph lives."""

    def __init__(self, *apart: torch.Tensor) -> None:
        self.apart = {tensor.untyped_storage()._cdata for tensor in apart}
        self.held: dict[int, torch.UntypedStorage] = {}

    @property
    def sizes(self) -> list[int]:
        """Bytes of each that holds any, without those set apart, in ascending order."""
        distinct = {storage._cdata: storage.nbytes() for storage in self.held.values()}
        return sorted(size for number, size in distinct.items() if size and number not in self.apart)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Where what is saved is seen."""
        with saved_tensors_hooks(lambda tensor: _Saved(tensor, self.held), lambda saved: saved.tensor):
            yield


def kept_by_pytorch(module: Any, *inputs: torch.Tensor, conditions: Conditions) -> list[int]:
    """Bytes of each storage that autograd keeps of a module, called in training with these tensors."""
    states = [*module.parameters(), *module.buffers()] if isinstance(module, torch.nn.Module) else []
    kept = Kept(*states)
    with kept.watching(), autocast(conditions):
        output = module(*inputs)
    assert isinstance(output, torch.Tensor)
    return kept.sizes


def kept_by_counterpart(layer: Layer, xs: Sequence[Tensor], conditions: Conditions) -> tuple[list[int], str]:
    """The same of a layer's counterpart, and the dtype of its output."""
    with running_on(conditions.device):
        module = layer.counterpart(torch.nn, *xs)
        inputs: list[Any] = [_given(layer, x, conditions) for x in xs] or [BATCH]
        states = [*module.parameters(), *module.buffers()] if isinstance(module, torch.nn.Module) else []
        kept = Kept(*states)
        with kept.watching(), autocast(conditions):
            output = module(*inputs)
        return kept.sizes, str(output.dtype).removeprefix("torch.")


def _given(layer: Layer, x: Tensor, conditions: Conditions) -> torch.Tensor:
    """A batch of what a layer reads: made by an operation that keeps nothing."""
    if layer.reads_indices:
        return torch.zeros(BATCH, *x.dims, dtype=torch.int64)
    made = torch.rand(BATCH, *x.dims, requires_grad=True) + 0
    return made.to(getattr(torch, conditions.dtype))


def kept_by_tape(layer: Layer, xs: Sequence[Tensor], conditions: Conditions) -> tuple[list[int], str]:
    """Bytes of each storage that the layer itself says to be kept, and the dtype of its output."""
    tape, output = recorded(layer, xs, conditions)
    kept = {storage.number: storage for operation in tape.operations for storage in operation.saved}
    sizes = [storage.requested for storage in kept.values() if storage.kind not in ("parameters", "buffers")]
    return sorted(size for size in sizes if size), output.dtype


def recorded(layer: Layer, xs: Sequence[Tensor], conditions: Conditions) -> tuple[Tape, Value]:
    """A tape with the layer on it, and what it makes."""
    tape = Tape(Heap(), BATCH, device=conditions.device, autocast=conditions.autocast)
    tape.owner = 0
    y = layer.output(*xs)
    output = layer.record(tape, *[_value(tape, layer, x, conditions) for x in xs], y=y)
    return tape, tape.finish_layer(output, y)


def _value(tape: Tape, layer: Layer, x: Tensor, conditions: Conditions) -> Value:
    dtype = INDEX if layer.reads_indices else conditions.dtype
    elements = BATCH * x.elements
    storage = tape.heap.place(elements * ITEM_BYTES[dtype], "input")
    maker = None if layer.reads_indices else Operation("input", -1, (), lambda *_: [])
    return Value(storage, elements, dtype, shape=x, maker=maker)


@contextmanager
def running_on(device: str) -> Iterator[None]:
    """Where tensors are made on the CPU, or look as if they lay on a GPU."""
    with ExitStack() as stack:
        if device == "cuda":
            guard_fake_cuda()
            stack.enter_context(FakeTensorMode())
            stack.enter_context(_Selecting())
            stack.enter_context(kernels_of_a_gpu())
        stack.enter_context(torch.device(device))
        yield


@contextmanager
def autocast(conditions: Conditions) -> Iterator[None]:
    """What `torch.autocast` does, which refuses where no GPU is found."""
    if conditions.autocast is None:
        yield
        return
    torch.set_autocast_dtype(conditions.device, getattr(torch, conditions.autocast))
    torch.set_autocast_enabled(conditions.device, True)
    torch.autocast_increment_nesting()
    try:
        yield
    finally:
        torch.autocast_decrement_nesting()
        torch.clear_autocast_cache()
        torch.set_autocast_enabled(conditions.device, False)


class _Selecting(TorchFunctionMode):
    """Indexing of fake tensors by the views that it is, since indexing itself asks for a GPU."""

    def __torch_function__(self, function: Any, types: Any, arguments: Any = (), named: Any = None) -> Any:
        if function is torch.Tensor.__getitem__:
            return _indexed(*arguments)
        return function(*arguments, **(named or {}))


def _indexed(tensor: torch.Tensor, index: Any) -> torch.Tensor:
    parts = index if isinstance(index, tuple) else (index,)
    if Ellipsis in parts:
        place = parts.index(Ellipsis)
        whole = (slice(None),) * (tensor.dim() - len(parts) + 1)
        parts = (*parts[:place], *whole, *parts[place + 1 :])
    axis = 0
    for part in parts:
        if isinstance(part, int):
            tensor = tensor.select(axis, part)
            continue
        if part is None:
            tensor = tensor.unsqueeze(axis)
        elif isinstance(part, list):
            places = [None] * axis + [torch.tensor(part, device="cpu")]
            tensor = torch.ops.aten.index.Tensor(tensor, places)
        elif part != slice(None):
            tensor = torch.ops.aten.slice.Tensor(tensor, axis, part.start, part.stop, part.step or 1)
        axis += 1
    return tensor
