"""The same numbers in other axes, in another order, or side by side."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncost.importers.onnx.operators.arithmetic import broadcast
from cnncost.importers.onnx.operators.registry import operator
from cnncost.importers.onnx.values import Activation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Value


@operator("Reshape")
def reshape(call: Call) -> Activation:
    """The same numbers in other axes: 0 keeps a size, and one -1 follows from the others."""
    x, target = call.x(), call.numbers(1, "shape") or []
    keeps = not call.attributes.get("allowzero", 0)
    sizes = [x.shape[axis] if size == 0 and keeps and axis < len(x.shape) else size for axis, size in enumerate(target)]
    if sizes.count(-1) == 1:
        rest = prod(size for size in sizes if size != -1)
        sizes[sizes.index(-1)] = prod(x.shape) // rest if rest else 0
    return call.reshaped(x, sizes)


@operator("Flatten")
def flatten(call: Call) -> Activation:
    """All axes from one on in a row."""
    x, axis = call.x(), call.attributes.get("axis", 1)
    axis = axis % len(x.shape) if axis < 0 else axis
    return call.reshaped(x, (prod(x.shape[:axis]), prod(x.shape[axis:])))


@operator("Squeeze")
def squeeze(call: Call) -> Activation:
    """Without axes of size 1."""
    x, given = call.x(), call.numbers(1, "axes")
    axes = {axis % len(x.shape) for axis in given} if given else {a for a, size in enumerate(x.shape) if size == 1}
    return call.reshaped(x, [size for axis, size in enumerate(x.shape) if axis not in axes])


@operator("Unsqueeze")
def unsqueeze(call: Call) -> Activation:
    """With axes of size 1."""
    x, given = call.x(), call.numbers(1, "axes") or []
    rank = len(x.shape) + len(given)
    axes, sizes = {axis % rank for axis in given}, iter(x.shape)
    return call.reshaped(x, [1 if axis in axes else next(sizes) for axis in range(rank)])


@operator("Transpose")
def transpose(call: Call) -> Activation:
    """The axes in another order."""
    x = call.x()
    order = list(call.attributes.get("perm") or reversed(range(len(x.shape))))
    shape = tuple(x.shape[axis] for axis in order)
    alone = len(call.sample(x.shape)) < len(x.shape)  # whether the first axis is the batch's
    if alone and order[0] != 0:
        if prod(x.shape) == max(x.shape):
            return call.reshaped(x, shape)
        raise call.unsupported("it moves the axis of the batch")
    places = [axis - alone for axis in order[int(alone) :]]
    return x if places == sorted(places) else call.layer("permute", {"axes": places}, shape=shape)


@operator("Concat")
def concat(call: Call) -> Activation:
    """What lies side by side."""
    values = [
        value if isinstance(value, Activation) else call.learned(value) for value in call.inputs if value is not None
    ]
    axis = call.attributes["axis"] % len(values[0].shape)
    place = call.axis(values[0].shape, axis)
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return call.layer("concat", {"axis": "channels" if place == 0 else place - 1}, *values, shape=shape)


@operator("Cast", "CastLike", "Identity")
def unchanged(call: Call) -> Value:
    """The same numbers: no layer."""
    return call.value(0)


@operator("Expand")
def expand(call: Call) -> Activation:
    """Axes of size 1 repeated, which is not a copy."""
    x = call.x()
    shape = broadcast([x.shape, call.numbers(1) or []])
    if prod(shape) == prod(x.shape):
        return call.reshaped(x, shape)
    raise call.unsupported(f"it repeats {list(x.shape)} to {list(shape)}")


@operator("DepthToSpace")
def depth_to_space(call: Call) -> Activation:
    """Channels become positions."""
    return call.layer("pixel_shuffle", {"factor": call.attributes["blocksize"]})


@operator("SpaceToDepth")
def space_to_depth(call: Call) -> Activation:
    """Positions become channels."""
    return call.layer("space_to_depth", {"factor": call.attributes["blocksize"]})


@operator("Pad")
def pad(call: Call) -> Activation:
    """Numbers around the positions."""
    x, both = call.x(), call.numbers(1, "pads") or []
    rank = len(both) // 2
    axes: Sequence[int] = [axis % len(x.shape) for axis in call.numbers(3) or range(rank)]
    sides = {axis: (int(both[place]), int(both[place + rank])) for place, axis in enumerate(axes)}
    if any(sides.get(axis, (0, 0)) != (0, 0) for axis in (0, 1)) or min(both, default=0) < 0:
        raise call.unsupported("it pads the batch or the channels, or cuts off")
    keyword = _PADS.get(call.attributes.get("mode", "constant"))
    if keyword is None:
        raise call.unsupported(f"its mode is `{call.attributes['mode']}`")
    given = [list(sides.get(axis, (0, 0))) for axis in range(2, len(x.shape))]
    if not any(map(any, given)):
        return x
    return call.layer(keyword, {"before_after": given})


_PADS = {"constant": "pad", "reflect": "reflection_pad", "edge": "replication_pad", "wrap": "circular_pad"}


@operator("Resize", "Upsample")
def resize(call: Call) -> Activation:
    """Interpolation to a size, or by a factor."""
    x = call.x()
    factors, sizes = (call.numbers(1), None) if call.name == "Upsample" else (call.numbers(2), call.numbers(3))
    rank = len(x.shape)
    if sizes:
        fields: dict[str, Any] = {"size": [int(size) for size in sizes][-(rank - 2) :]}
    elif factors and len(factors) == rank and list(factors[:2]) == [1, 1]:
        fields = _scaled(x.shape[2:], factors[2:])
        call.weights.use_as_number(call.constant(1 if call.name == "Upsample" else 2))
    else:
        raise call.unsupported("it says neither sizes nor factors of the positions")
    mode = call.attributes.get("mode", "nearest")
    words = {"nearest": "nearest", "linear": ("linear", "bilinear", "trilinear")[rank - 3], "cubic": "bicubic"}
    if mode not in words:
        raise call.unsupported(f"its mode is `{mode}`")
    return call.layer("upsample", {**fields, "mode": words[mode]})


def _scaled(sizes: Sequence[int], factors: Sequence[float]) -> dict[str, Any]:
    """The scale where it is one by whole numbers, and the size that any other makes."""
    if all(factor == int(factor) for factor in factors):
        scale = [int(factor) for factor in factors]
        return {"scale": scale[0] if len(set(scale)) == 1 else scale}
    return {"size": [int(size * factor) for size, factor in zip(sizes, factors, strict=True)]}
