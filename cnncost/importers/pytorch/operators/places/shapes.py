"""Rearrangements: the same numbers in other axes, or some of them."""

from __future__ import annotations

from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.rewriting.copies import COPY
from cnncost.importers.pytorch.translation.values import Weight

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator(
    *("flatten", "view", "reshape", "unflatten", "unsqueeze", "squeeze", "reshape_as", "view_as", "_unsafe_view"),
    *("ravel", "atleast_1d", "atleast_2d", "atleast_3d"),
)
def reshape(call: Call) -> Activation:
    """The same numbers in other axes, in their order."""
    x = _first(call)
    if call.tensor(x).dims == (call.dims or (1,)):
        return x._replace(shape=call.shape)
    if len(call.dims) <= 1:
        return call.layer("flatten", {}, x)
    return call.layer("reshape", {"size": list(call.dims)}, x)


@operator("contiguous", "alias", "detach", "clone", "to", "lift_fresh_copy", "type_as", "_to_copy", "identity", "real")
def unchanged(call: Call) -> Activation | Weight:
    """The same numbers where they are: no layer. Of the other tensor that it reads, `type_as` has the type alone."""
    given: Activation | Weight = call.get("self")
    return given if isinstance(given, Weight) else _first(call)


@operator(COPY)
def copy(call: Call) -> Activation:
    """The same numbers elsewhere in memory."""
    return call.layer("identity", {"copies": "gpu" if call["gpu"] else "always"})


@operator("permute")
def permute(call: Call) -> Activation:
    """Axes in another order."""
    return permuted(call, _first(call), [axis % len(call.shape) for axis in call["dims"]], call.shape)


@operator("transpose", "swapaxes", "swapdims", "t", "adjoint", "numpy_T", "mT")
def transpose(call: Call) -> Activation:
    """Two axes that change places: the last two, unless it says which."""
    rank = len(call.shape)
    first = call.get("dim0", call.get("axis0", -2))
    second = call.get("dim1", call.get("axis1", -1))
    order = list(range(rank))
    if rank > 1:
        order[first], order[second] = order[second], order[first]
    return permuted(call, _first(call), order, call.shape)


@operator("movedim", "moveaxis")
def move(call: Call) -> Activation:
    """Axes that are put elsewhere, between the others in their order."""
    rank = len(call.shape)
    source, destination = ([axis % rank for axis in _listed(call[name])] for name in ("source", "destination"))
    order = [axis for axis in range(rank) if axis not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return permuted(call, _first(call), order, call.shape)


@operator("expand", "expand_as", "broadcast_to")
def expand(call: Call) -> Activation:
    """Axes of size 1 that are repeated."""
    x = call.aligned(_first(call), call.shape)
    if call.tensor(x).dims == (call.dims or (1,)):
        return x._replace(shape=call.shape)
    return call.layer("expand", {"size": list(call.dims)}, x)


@operator("repeat", "tile")
def repeat(call: Call) -> Activation:
    """Copies along axes, one after the other."""
    x = _first(call)
    times = list(call.get("repeats", call.get("dims")))
    shape = [1] * (len(times) - len(x.shape)) + list(x.shape)
    times = [1] * (len(shape) - len(times)) + times
    for axis, count in enumerate(times):
        if count == 1:
            continue
        if count == call.batch.size and shape[axis] == 1 and call.batch.axis(shape) is None:
            x = call.reshaped(x, call.batch.sample([*shape[:axis], *shape[axis + 1 :]]))  # for every sample
            shape[axis] = count
            x = x._replace(shape=tuple(shape))
            continue
        apart = x if call.tensor(x).dims == call.batch.sample(shape) else call.reshaped(x, call.batch.sample(shape))
        apart = apart._replace(shape=tuple(shape))
        fields = call.axis_field(apart, axis)
        shape[axis] *= count
        x = call.layer("concat", fields, *[apart] * count, shape=tuple(shape))
    return x._replace(shape=call.shape)


@operator("repeat_interleave")
def repeat_places(call: Call) -> Activation:
    """Every place of an axis several times, one copy after the other; of the batch, beside each sample."""
    x, times, axis = _first(call), call.get("repeats"), call.get("dim")
    if not isinstance(times, int) or axis is None:
        raise call.unsupported("how often is not one number, or along which axis is not said")
    axis %= len(x.shape)
    before, behind = x.shape[: axis + 1], x.shape[axis + 1 :]
    apart, spread = (*before, 1, *behind), (*before, times, *behind)
    alone = call.reshaped(x, call.batch.sample(apart))
    copies = call.layer("expand", {"size": list(call.batch.sample(spread))}, alone, shape=spread)
    return call.reshaped(copies, call.dims)._replace(shape=call.shape)


@operator("slice")
def take(call: Call) -> Activation | Weight:
    """A part of an axis."""
    x = _first(call)
    axis = call["dim"] % len(x.shape)
    size = x.shape[axis]
    start, stop = (_within(call[name], size, usual) for name, usual in (("start", 0), ("end", size)))
    return sliced(call, x, axis, slice(start, stop, call["step"]))


@operator("narrow")
def narrow(call: Call) -> Activation | Weight:
    """A part of an axis, by where it starts and how long it is."""
    x = _first(call)
    axis = call["dim"] % len(x.shape)
    start = call["start"] % x.shape[axis]
    return sliced(call, x, axis, slice(start, start + call["length"], 1))


@operator("select")
def select(call: Call) -> Activation:
    """One place of an axis, which is gone."""
    x = _first(call)
    return _select(call, x, call["dim"], call["index"] % x.shape[call["dim"]])


@operator("split", "chunk", "split_with_sizes", "tensor_split", "unsafe_split", "unsafe_chunk")
def split(call: Call) -> list[Callable[[], Activation | Weight]]:
    """Parts of an axis, each made when it is read."""
    x = _first(call)
    axis = call["dim"] % len(x.shape)
    bounds = pairwise(accumulate([shape[axis] for shape in call.shapes], initial=0))
    parts = zip(bounds, call.shapes, strict=True)
    return [partial(sliced, call, x, axis, slice(start, stop, 1), shape) for (start, stop), shape in parts]


@operator("unbind")
def unbind(call: Call) -> list[Callable[[], Activation]]:
    """Every place of an axis, each taken when it is read."""
    x = _first(call)
    return [partial(_select, call, x, call["dim"], place) for place in range(len(call.shapes))]


@operator("pixel_shuffle")
def pixel_shuffle(call: Call) -> Activation:
    """Channels laid out in space."""
    return call.layer("pixel_shuffle", {"factor": call["upscale_factor"]})


@operator("pixel_unshuffle")
def pixel_unshuffle(call: Call) -> Activation:
    """Space laid out in channels."""
    return call.layer("space_to_depth", {"factor": call["downscale_factor"]})


@operator("channel_shuffle", "native_channel_shuffle")
def channel_shuffle(call: Call) -> Activation:
    """Channels dealt out anew."""
    return call.layer("channel_shuffle", {"groups": call["groups"]})


def _first(call: Call) -> Activation:
    return call.x


def permuted(call: Call, x: Activation, order: Sequence[int], shape: tuple[int, ...]) -> Activation:
    """The axes of `x` in another order, where the shape in PyTorch is given too; that of the batch may be anywhere."""
    places = [call.batch.place(x.shape, axis) for axis in order]
    kept = [place for place in places if place is not None]
    if kept == sorted(kept):
        return x._replace(shape=shape)
    if len(kept) != len(call.tensor(x).dims):
        raise call.unsupported("the batch of 1 that it was recorded with changes places with other axes of size 1")
    tensor = call.tensor(x)
    if tensor.layout == "tokens":
        x = call.reshaped(x, tensor.dims)
    return call.layer("permute", {"axes": kept}, x, shape=shape)


def _within(bound: int | None, size: int, usual: int) -> int:
    if bound is None:
        return usual
    return min(max(bound + size if bound < 0 else bound, 0), size)


def sliced(
    call: Call, x: Activation, axis: int, part: slice, shape: tuple[int, ...] | None = None
) -> Activation | Weight:
    """A part of an axis; of no places it is a tensor without numbers, which depends on nothing."""
    if (part.start, part.stop, part.step) == (0, x.shape[axis], 1):
        return x
    if part.stop <= part.start:
        return Weight((*x.shape[:axis], 0, *x.shape[axis + 1 :]))
    fields: dict[str, Any] = {"start": part.start, "stop": part.stop, **call.axis_field(x, axis)}
    return call.layer("slice", fields if part.step == 1 else {**fields, "step": part.step}, x, shape=shape)


def _select(call: Call, x: Activation, axis: int, index: int) -> Activation:
    dims = call.tensor(x).dims
    if call.batch.size == 1 and call.batch.place(x.shape, axis) is None:
        return x._replace(shape=call.shape)  # the only sample, by itself
    if len(dims) == 1:
        return call.layer("slice", {"start": index, "stop": index + 1}, x)
    if dims[call.place_of(x, axis)] == 1:
        return call.layer("reshape", {"size": list(call.dims) or [1]}, x)
    return call.layer("select", {"index": index, **call.axis_field(x, axis)}, x)


def _listed(value: Any) -> list[int]:
    return [value] if isinstance(value, int) else list(value)
