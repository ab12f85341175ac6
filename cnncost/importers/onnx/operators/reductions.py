"""Reductions over axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.operators.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Activation

_LAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ReduceL1": ("vector_norm", {"order": 1}),
    "ReduceL2": ("vector_norm", {}),
    "ReduceMax": ("max", {}),
    "ReduceMean": ("mean", {}),
    "ReduceMin": ("min", {}),
    "ReduceSum": ("sum", {}),
}


@operator(*_LAYERS)
def reduction(call: Call) -> Activation:
    """One number in place of all that there are along some axes; the mean of all positions is a pool."""
    x, keep = call.x(), bool(call.attributes.get("keepdims", 1))
    given = call.numbers(1, "axes") or list(range(len(x.shape)))
    axes = sorted(axis % len(x.shape) for axis in given)
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape) if keep or axis not in axes)
    places = [call.axis(x.shape, axis) for axis in axes]
    rank = len(call.tensor(x).dims)
    if call.name == "ReduceMean" and places == list(range(1, rank)) and 2 <= rank <= 4:
        return (
            call.layer("adaptive_avgpool", {"size": 1}, shape=shape)
            if keep
            else call.layer("global_avgpool", {}, shape=shape)
        )
    keyword, fields = _LAYERS[call.name]
    named = ["channels" if place == 0 else place - 1 for place in places]
    return call.layer(keyword, {"axes": named, "keep": keep or len(places) == rank, **fields}, shape=shape)
