"""Writes into tensors: the whole, or a part of an axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.operators.places.shapes import sliced
from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight, combined

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Value


@operator("copy")
def copy(call: Call) -> Value:
    """What is written, repeated to the size of what it overwrites."""
    given = call["src"]
    if isinstance(given, Weight):
        return combined(call.shape, [given])
    x = call.aligned(given, call.shape)
    if call.tensor(x).dims == (call.dims or (1,)):
        return x._replace(shape=call.shape)
    return call.layer("expand", {"size": list(call.dims)}, x)


@operator("fill", "zero")
def fill(call: Call) -> Weight:
    """One number everywhere."""
    return Weight(call.shape)


@operator("slice_scatter")
def write_slice(call: Call) -> Activation:
    """A part of an axis in place of what was there: what lies before it, the part, and what lies behind."""
    size, axis = call.shape[call["dim"]], call["dim"] % len(call.shape)
    start, stop, step = slice(call["start"], call["end"], call["step"]).indices(size)
    if step != 1:
        raise call.unsupported("it writes every other place")
    return _in_place_of(call, axis, start, stop)


@operator("select_scatter")
def write_place(call: Call) -> Activation:
    """One place of an axis in place of what was there."""
    axis = call["dim"] % len(call.shape)
    start = call["index"] % call.shape[axis]
    return _in_place_of(call, axis, start, start + 1)


def _in_place_of(call: Call, axis: int, start: int, stop: int) -> Activation:
    size = call.shape[axis]
    parts = [_part(call, axis, 0, start), _source(call, axis, stop - start), _part(call, axis, stop, size)]
    reads = [part for part in parts if part is not None]
    return reads[0] if len(reads) == 1 else call.layer("concat", call.axis_field(reads[0], axis), *reads)


def _part(call: Call, axis: int, start: int, stop: int) -> Activation | None:
    """What stays of an axis."""
    whole, shape = call["self"], _of_size(call, axis, stop - start)
    if start == stop:
        return None
    if isinstance(whole, Weight):
        return call.source(combined(shape, [whole]), shape)
    part = sliced(call, whole, axis, slice(start, stop, 1), shape)
    assert isinstance(part, Activation)  # it is not empty
    return _mapped(call, part)


def _source(call: Call, axis: int, size: int) -> Activation:
    given, shape = call["src"], _of_size(call, axis, size)
    if isinstance(given, Weight):
        return call.source(given._replace(shape=shape), shape)
    return _mapped(call, call.reshaped(given, call.batch.sample(shape) or (1,))._replace(shape=shape))


def _mapped(call: Call, x: Activation) -> Activation:
    """It as a map, as all are that are joined."""
    return call.reshaped(x, call.tensor(x).dims)


def _of_size(call: Call, axis: int, size: int) -> tuple[int, ...]:
    return (*call.shape[:axis], size, *call.shape[axis + 1 :])
