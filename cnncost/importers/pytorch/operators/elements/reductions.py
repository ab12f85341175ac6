"""Reductions along axes, and what is normalised along one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation

_KEYWORDS = {"mean": "mean", "sum": "sum", "amax": "max", "amin": "min"}


@operator("mean")
def mean(call: Call) -> Activation:
    """A mean; over all positions of a map it is a global pool."""
    x, axes = call.x, _axes(call)
    is_map = len(x.shape) > 2 and call.batch.axis(x.shape) == 0 and x.shape[0] == call.batch.size
    if is_map and axes == list(range(2, len(x.shape))) and len(axes) > 1:
        return call.layer("global_avgpool", {})
    return _reduced(call, "mean", axes, {})


@operator("sum", "amax", "amin")
def reduction(call: Call) -> Activation:
    """A sum or an extreme."""
    return _reduced(call, _KEYWORDS[call.name], _axes(call), {})


@operator("max", "min")
def extreme(call: Call) -> list[Activation] | Activation:
    """An extreme along an axis, without where it is from. Of two tensors, the larger or the smaller one."""
    if call.get("other") is not None:
        return call.joined(f"{call.name}imum", call["self"], call["other"])
    return [_reduced(call, call.name, _axes(call), {})]


@operator("var", "std")
def variance(call: Call) -> Activation:
    """A variance, and its root."""
    correction = call.get("correction", 1 if call.get("unbiased", True) else 0)
    fields = {"correction": 1 if correction is None else int(correction)}
    found = _reduced(call, "variance", _axes(call), fields)
    return call.layer("sqrt", {}, found) if call.name == "std" else found


@operator("linalg_vector_norm", "norm")
def vector_norm(call: Call) -> Activation:
    """A length."""
    order = call.get("ord", call.get("p", 2))
    return _reduced(call, "vector_norm", _axes(call), {} if order in (2, None) else {"order": float(order)})


@operator("softmax", "log_softmax", "_softmax", "_log_softmax")
def softmax(call: Call) -> Activation:
    """Along an axis."""
    return call.layer(call.name.removeprefix("_"), call.axis_field(call.x, call["dim"]))


@operator("glu")
def glu(call: Call) -> Activation:
    """Along an axis."""
    return call.layer("glu", call.axis_field(call.x, call["dim"]))


def _axes(call: Call) -> list[int]:
    given, rank = call.get("dim"), len(call.x.shape)
    axes = list(range(rank)) if given in (None, []) else [given] if isinstance(given, int) else list(given)
    return sorted(axis % rank for axis in axes)


def _reduced(call: Call, keyword: str, axes: list[int], fields: dict[str, Any]) -> Activation:
    names = [call.axis(call.x, axis) for axis in axes]
    keep = bool(call.get("keepdim", False)) or len(names) == len(call.tensor(call.x).dims)
    return call.layer(keyword, {"axes": names, "keep": keep, **fields})
