"""Activations: functions of one element each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation

_IN_PLACE = ("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid")
"""Operators that PyTorch can compute in place, without a field of their own."""

_OUT_OF_PLACE = {name: name for name in ("sigmoid", "tanh", "gelu", "softplus")} | {
    "log_sigmoid": "logsigmoid",
    "special_expit": "sigmoid",
}
"""Operators whose layers are never in place."""


@operator(*_IN_PLACE)
def plain(call: Call) -> Activation:
    """A function without a parameter."""
    return call.layer(call.name, {"inplace": True} if call.inplace else {})


@operator(*_OUT_OF_PLACE)
def out_of_place(call: Call) -> Activation:
    """A function whose result never takes the place of its input."""
    return call.layer(_OUT_OF_PLACE[call.name], {})


@operator("leaky_relu")
def leaky_relu(call: Call) -> Activation:
    """The slope below zero is a number."""
    return call.layer("leaky_relu", {"slope": float(call["negative_slope"]), "inplace": call.inplace})


@operator("rrelu")
def rrelu(call: Call) -> Activation:
    """The slope is between two numbers."""
    return call.layer("rrelu", {"lower": float(call["lower"]), "upper": float(call["upper"]), "inplace": call.inplace})


@operator("hardtanh")
def hardtanh(call: Call) -> Activation:
    """Between 0 and 6 it is ReLU6."""
    low, high = float(call["min_val"]), float(call["max_val"])
    if (low, high) == (0, 6):
        return call.layer("relu6", {"inplace": call.inplace})
    return call.layer("hardtanh", {"low": low, "high": high, "inplace": call.inplace})


@operator("elu")
def elu(call: Call) -> Activation:
    """ELU, and CELU, which is made of it."""
    alpha, scale, inner = (float(call[name]) for name in ("alpha", "scale", "input_scale"))
    if (alpha, scale, inner) != (1, 1, 1):
        raise call.unsupported("its parameters are not 1, as those of `elu` are")
    return call.layer("elu", {"inplace": call.inplace})


@operator("celu")
def celu(call: Call) -> Activation:
    """CELU."""
    return call.layer("celu", {"alpha": float(call["alpha"]), "inplace": call.inplace})


@operator("threshold")
def threshold(call: Call) -> Activation:
    """What is below a number becomes another."""
    numbers = {name: float(call[name]) for name in ("threshold", "value")}
    return call.layer("threshold", {**numbers, "inplace": call.inplace})


@operator("hardshrink", "softshrink")
def shrink(call: Call) -> Activation:
    """Zero within a distance from zero."""
    return call.layer(call.name, {"threshold": float(call["lambd"])})


@operator("prelu")
def prelu(call: Call) -> Activation:
    """One slope in all, or one per channel."""
    slopes = call["weight"]
    return call.layer("prelu", {"channelwise": slopes.elements > 1}, weights=[slopes])
