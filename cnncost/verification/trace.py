"""The layers of any PyTorch model in the order in which they run."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from cnncost.pytorch.importing import import_torch
from cnncost.records import NamedTuple
from cnncost.verification.layer_counts import FLOPS_PER_MAC, countable_kernels, flop_counter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Shape = tuple[int, ...]

ROOT = "the root module"
"""The name of a model that is a layer itself, or holds weights itself."""

OWN = "Module"
"""The kind of a module that its author derived from nothing more special: what it computes, functions do."""

_PARAMETRIZATIONS = "parametrizations"
"""Where PyTorch keeps what the weights of a layer are computed from: no layers of their own."""


class Call(NamedTuple):
    """One run of a layer that has weights, or of a pool."""

    name: str
    """Of the module; :data:`ROOT` where it is the model itself."""
    kind: str
    """Its class in ``torch.nn``; :data:`OWN` where it is none of those."""
    weights: tuple[Shape, ...]
    """Shapes of its parameters."""
    reads: Shape
    """Shape of its input, with the batch."""
    writes: Shape
    """Shape of its output, with the batch."""
    macs: int
    """Multiply-accumulates."""

    @property
    def is_pool(self) -> bool:
        """Whether it has no weights: another model may call a function instead."""
        return not self.weights


class Trace(NamedTuple):
    """What a model did in its forward pass."""

    calls: tuple[Call, ...]
    """In the order of execution."""
    outputs: tuple[Shape, ...]
    """Shapes of all it returned."""
    macs: int
    """All multiply-accumulates, those of functions included."""


def trace_copy(model: Any, shapes: Sequence[Shape], training: bool, indices: Sequence[bool] = ()) -> Trace:
    """The trace of a copy of a model, on meta tensors, or on the CPU where it refuses them.

    Raises:
        Exception: whatever the model raises.
    """
    try:
        return trace(copy.deepcopy(model).to("meta"), shapes, training, "meta", indices)
    except Exception:
        if any(weight.is_meta for weight in model.parameters()):
            raise
        return trace(copy.deepcopy(model).to("cpu"), shapes, training, "cpu", indices)


def trace(model: Any, shapes: Sequence[Shape], training: bool, device: str, indices: Sequence[bool] = ()) -> Trace:
    """Run a model on inputs of these shapes; it is left with hooks, and in the mode that it ran in.

    Inputs that hold `indices` are whole numbers, all zero; without a word of them, none does.
    """
    torch = import_torch()
    calls: list[Call] = []
    dtype = next((weight.dtype for weight in model.parameters()), torch.float32)
    types = [torch.int64 if holds_indices else dtype for holds_indices in indices or [False] * len(shapes)]
    inputs = [torch.zeros(shape, dtype=type_, device=device) for shape, type_ in zip(shapes, types, strict=True)]
    with torch.no_grad(), countable_kernels(), flop_counter() as counter:
        for name, module in model.named_modules():
            if _is_layer(module):
                _record_calls(name, module, counter, calls)
        outputs = model.train(training)(*inputs)
    shapes_returned = tuple([tuple(output.shape) for output in _tensors(outputs)])
    return Trace(tuple(calls), shapes_returned, counter.get_total_flops() // FLOPS_PER_MAC)


def _is_layer(module: Any) -> bool:
    """Whether a module is a layer with weights of its own, or a pool; containers are not."""
    attention = import_torch().nn.MultiheadAttention  # holds a projection that it never calls
    leaf = isinstance(module, attention) or all(name == _PARAMETRIZATIONS for name, _ in module.named_children())
    return leaf and (bool(module._parameters) or "Pool" in _kind(module))


def _kind(module: Any) -> str:
    """The class of ``torch.nn`` that a module is, or is derived from."""
    return next(kind.__name__ for kind in type(module).__mro__ if kind.__module__.startswith("torch.nn.modules"))


def _record_calls(name: str, module: Any, counter: Any, calls: list[Call]) -> None:
    """Record every call of a module in `calls`."""
    started: list[int] = []
    parametrised = _PARAMETRIZATIONS in module._modules
    own = module.parameters() if parametrised else module._parameters.values()
    weights = tuple([tuple(weight.shape) for weight in own if weight is not None])

    def before(_module: Any, _inputs: Any) -> None:
        started.append(counter.get_total_flops())

    def after(_module: Any, inputs: Any, output: Any) -> None:
        macs = (counter.get_total_flops() - started.pop()) // FLOPS_PER_MAC
        reads, writes = _shape_of(module, inputs), _shape_of(module, output)
        calls.append(Call(name or ROOT, _kind(module), weights, reads, writes, macs))

    module.register_forward_pre_hook(before)
    module.register_forward_hook(after)


def _shape_of(module: Any, value: Any) -> Shape:
    """The shape of the first tensor that a module takes or returns, the batch in front where the steps are."""
    shape = next((tuple(tensor.shape) for tensor in _tensors(value)), ())
    if getattr(module, "batch_first", True) or len(shape) != 3:
        return shape
    steps, batch, channels = shape
    return (batch, steps, channels)


def _tensors(value: Any) -> Iterator[Any]:
    """The tensors in what a module takes or returns."""
    if isinstance(value, import_torch().Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)
