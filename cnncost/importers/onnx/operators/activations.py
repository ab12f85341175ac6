"""Activations, and what else is a function of one element."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.operators.registry import OPERATORS, operator
from cnncost.importers.onnx.values import Constant

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Activation

_SINGLE = 1e-6
"""How far a number may be from what was meant that is kept in single precision."""

_SAME = {
    "Abs": "abs",
    "Ceil": "ceil",
    "Cos": "cos",
    "Erf": "erf",
    "Exp": "exp",
    "Floor": "floor",
    "Gelu": "gelu",
    "HardSwish": "hardswish",
    "Identity": "identity",
    "Log": "log",
    "Mish": "mish",
    "Neg": "neg",
    "Reciprocal": "reciprocal",
    "Relu": "relu",
    "Round": "round",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Sign": "sign",
    "Sin": "sin",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Sqrt": "sqrt",
    "Swish": "silu",
    "Tanh": "tanh",
}
"""Layers by the operators that have no attributes that matter."""


def _simple(call: Call) -> Activation:
    return call.layer(_SAME[call.name], {}, shape=call.x().shape)


OPERATORS.update(dict.fromkeys(_SAME, _simple))


@operator("LeakyRelu")
def leaky_relu(call: Call) -> Activation:
    """ReLU with a slope below 0."""
    slope = float(f"{call.attributes.get('alpha', 0.01):.6g}")
    return call.layer("leaky_relu", {"slope": slope}, shape=call.x().shape)


@operator("Elu")
def elu(call: Call) -> Activation:
    """ELU."""
    return call.layer("elu", {}, shape=call.x().shape)


@operator("Celu")
def celu(call: Call) -> Activation:
    """CELU."""
    return call.layer("celu", {"alpha": call.attributes.get("alpha", 1.0)}, shape=call.x().shape)


@operator("HardSigmoid")
def hardsigmoid(call: Call) -> Activation:
    """The piecewise linear sigmoid: PyTorch's has the slope 1/6, and ONNX 0.2 unless it says otherwise."""
    slope, offset = call.attributes.get("alpha", 0.2), call.attributes.get("beta", 0.5)
    shape = call.x().shape
    if abs(slope - 1 / 6) < _SINGLE and offset == 1 / 2:
        return call.layer("hardsigmoid", {}, shape=shape)
    scaled = call.layer("scale", {"factor": float(f"{slope:.6g}")}, shape=shape)
    shifted = call.layer("shift", {"offset": float(f"{offset:.6g}")}, scaled, shape=shape)
    return call.layer("hardtanh", {"low": 0.0, "high": 1.0}, shifted, shape=shape)


@operator("PRelu")
def prelu(call: Call) -> Activation:
    """ReLU with a learned slope below 0, one or one for each channel."""
    slope = call.constant(1)
    return call.layer("prelu", {"channelwise": slope.elements > 1}, weights=[slope], shape=call.x().shape)


@operator("Clip")
def clip(call: Call) -> Activation:
    """Bounds below and above: ReLU6 where they are 0 and 6."""
    low, high = _bound(call, 1, "min"), _bound(call, 2, "max")
    shape = call.x().shape
    if (low, high) == (0, 6):
        return call.layer("relu6", {}, shape=shape)
    if low is not None and high is not None:
        return call.layer("hardtanh", {"low": low, "high": high}, shape=shape)
    bounds = {name: value for name, value in (("low", low), ("high", high)) if value is not None}
    return call.layer("clamp", bounds, shape=shape) if bounds else call.x()


def _bound(call: Call, place: int, attribute: str) -> Any:
    value = call.value(place)
    if isinstance(value, Constant) and value.elements != 1:
        raise call.unsupported("its bounds are tensors")
    numbers = call.numbers(place, attribute)
    if isinstance(value, Constant):
        call.weights.use_as_number(value)
    return numbers[0] if numbers else None


@operator("Dropout")
def dropout(call: Call) -> Activation:
    """Nothing, in inference."""
    return call.layer("dropout", {}, shape=call.x().shape)


@operator("Softmax", "LogSoftmax")
def softmax(call: Call) -> Activation:
    """The softmax along an axis; before version 13 over all axes from there on."""
    x = call.x()
    axis = call.axis(x.shape, call.attributes.get("axis", -1 if call.version >= 13 else 1))
    if call.version < 13 and axis != len(call.tensor(x).dims) - 1:
        raise call.unsupported("it is over several axes")
    keyword = "softmax" if call.name == "Softmax" else "log_softmax"
    return call.layer(keyword, {"axis": "channels" if axis == 0 else axis - 1}, shape=x.shape)
