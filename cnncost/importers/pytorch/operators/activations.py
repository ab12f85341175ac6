"""Activations: functions of one element each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation

_KEYWORDS = {
    "relu": "relu",
    "relu6": "relu6",
    "selu": "selu",
    "silu": "silu",
    "mish": "mish",
    "hardswish": "hardswish",
    "hardsigmoid": "hardsigmoid",
}
"""Operators that PyTorch can compute in place, without a field of their own."""

_OUT_OF_PLACE = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "gelu": "gelu",
    "softplus": "softplus",
    "log_sigmoid": "logsigmoid",
}
"""Operators whose layers are never in place."""


@operator(*_KEYWORDS)
def plain(call: Call) -> Activation:
    """A function without a parameter."""
    return call.layer(_KEYWORDS[call.name], {"inplace": True} if call.inplace else {})


@operator(*_OUT_OF_PLACE)
def out_of_place(call: Call) -> Activation:
    """A function whose result never takes the place of its input."""
    return call.layer(_OUT_OF_PLACE[call.name], {})


@operator("leaky_relu")
def leaky_relu(call: Call) -> Activation:
    """The slope below zero is a number."""
    return call.layer("leaky_relu", {"slope": float(call["negative_slope"]), "inplace": call.inplace})


@operator("hardtanh")
def hardtanh(call: Call) -> Activation:
    """Between 0 and 6 it is ReLU6."""
    low, high = float(call["min_val"]), float(call["max_val"])
    if (low, high) == (0, 6):
        return call.layer("relu6", {"inplace": call.inplace})
    return call.layer("hardtanh", {"low": low, "high": high, "inplace": call.inplace})


@operator("elu")
def elu(call: Call) -> Activation:
    """ELU, and what is made of it."""
    alpha, scale, inner = (float(call[name]) for name in ("alpha", "scale", "input_scale"))
    if (scale, inner) != (1, 1):
        raise call.unsupported("it is scaled, which `elu` is not")
    return call.layer("elu" if alpha == 1 else "celu", {"inplace": call.inplace})


@operator("prelu")
def prelu(call: Call) -> Activation:
    """One slope in all, or one per channel."""
    slopes = call["weight"]
    return call.layer("prelu", {"channelwise": slopes.elements > 1}, weights=[slopes])
