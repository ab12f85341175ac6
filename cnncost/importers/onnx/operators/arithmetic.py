"""Arithmetic of two outputs, or of an output with a constant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.operators.registry import operator
from cnncost.importers.onnx.values import Activation, Constant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.onnx.call import Call

_JOINS = {"Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide", "Max": "maximum", "Min": "minimum"}


@operator(*_JOINS, "Sum")
def arithmetic(call: Call) -> Activation:
    """A join of outputs; a number scales or shifts, a tensor of the file is a node of its own."""
    values = [value for value in call.inputs if value is not None]
    if len(values) == 2 and (alone := _with_constant(call, values)) is not None:
        return alone
    nodes = [value if isinstance(value, Activation) else call.learned(value) for value in values]
    shape = broadcast([value.shape for value in values])
    fitted = [_fitted(call, node, len(shape)) for node in nodes]
    return call.layer(_JOINS.get(call.name, "add"), {}, *fitted, shape=shape)


def _with_constant(call: Call, values: Sequence[Activation | Constant]) -> Activation | None:
    """The layer of an operator that takes an output, and one number or one for each channel; ``None`` for any other."""
    place = next((place for place, value in enumerate(values) if isinstance(value, Constant)), None)
    if place is None:
        return None
    constant, x = call.constant(place), call.x(1 - place)
    if constant.tensors:
        return _learned(call, constant, x)
    if constant.elements != 1 or constant.numbers is None:
        return None
    return _with_number(call, x, float(f"{constant.numbers.reshape(-1)[0].item():.6g}"), behind=place == 1)


def _learned(call: Call, constant: Constant, x: Activation) -> Activation | None:
    """The layer with a learned factor or summand, which a tensor of the file is."""
    layer = {"Mul": "scale", "Add": "shift", "Sum": "shift"}.get(call.name)
    channels = call.tensor(x).channels
    of_channels = (channels, *[1] * (len(call.tensor(x).dims) - 1))
    which = "scalar" if constant.elements == 1 else "channels" if _same(call, constant, of_channels) else None
    if layer is None or which is None:
        return None
    return call.layer(layer, {"learned": which}, x, weights=[constant], shape=x.shape)


def _same(call: Call, constant: Constant, dims: Sequence[int]) -> bool:
    """Whether a constant has these sizes, with or without the axis of the batch."""
    return constant.shape in (tuple(dims), (call.batch, *dims))


def _with_number(call: Call, x: Activation, number: float, *, behind: bool) -> Activation:
    """The layer of an operator that takes an output and a number, which stands in front of it or behind it."""
    if call.name == "Mul" or (call.name == "Div" and behind and number):
        return call.layer("scale", {"factor": number if call.name == "Mul" else 1 / number}, x, shape=x.shape)
    if call.name in ("Add", "Sum") or (call.name == "Sub" and behind):
        return call.layer("shift", {"offset": -number if call.name == "Sub" else number}, x, shape=x.shape)
    if call.name == "Sub":
        opposite = call.layer("neg", {}, x, shape=x.shape)
        return call.layer("shift", {"offset": number}, opposite, shape=x.shape)
    if call.name == "Div":
        inverse = call.layer("reciprocal", {}, x, shape=x.shape)
        return inverse if number == 1 else call.layer("scale", {"factor": number}, inverse, shape=x.shape)
    return call.layer("clamp", {"low" if call.name == "Max" else "high": number}, x, shape=x.shape)


@operator("Pow")
def power(call: Call) -> Activation:
    """A power with one exponent."""
    exponent = call.numbers(1)
    if exponent is None or len(exponent) != 1:
        raise call.unsupported("its exponents are a tensor")
    call.weights.use_as_number(call.constant(1))
    keyword, fields = ("square", {}) if exponent[0] == 2 else ("power", {"exponent": exponent[0]})
    return call.layer(keyword, fields, shape=call.x().shape)


def _fitted(call: Call, x: Activation, rank: int) -> Activation:
    """An output with as many axes as the others: those that it lacks come first, and have size 1."""
    missing = rank - len(x.shape)
    if missing <= 0:
        return x
    behind = x.shape[1:] if x.shape[0] == call.batch else x.shape
    return call.reshaped(x, (call.batch, *[1] * (rank - 1 - len(behind)), *behind))


def broadcast(shapes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The shape that tensors of these have together.

    >>> broadcast([(1, 8, 4, 4), (8, 1, 1)])
    (1, 8, 4, 4)
    """
    rank = max(map(len, shapes))
    sizes: Any = zip(*[(*[1] * (rank - len(shape)), *shape) for shape in shapes], strict=True)
    return tuple(max(size) for size in sizes)
