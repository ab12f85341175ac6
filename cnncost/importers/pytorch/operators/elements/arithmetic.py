"""Arithmetic on single elements, and with numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call

_FUNCTIONS = {
    name: name
    for name in ("abs", "neg", "reciprocal", "square", "sqrt", "rsqrt", "exp", "log", "sin", "cos", "erf", "floor")
} | {"ceil": "ceil", "round": "round", "sign": "sign"}


@operator(*_FUNCTIONS)
def function(call: Call) -> Activation:
    """A function without a parameter."""
    return call.layer(_FUNCTIONS[call.name], {})


@operator("pow")
def power(call: Call) -> Activation:
    """A power by a number; the square has a layer of its own."""
    exponent = call["exponent"]
    if isinstance(exponent, Activation | Weight) or not isinstance(call["self"], Activation):
        raise call.unsupported("its exponent is not a number")
    return call.layer("square", {}) if exponent == 2 else call.layer("power", {"exponent": float(exponent)})


@operator("clamp", "clamp_min", "clamp_max")
def clamp(call: Call) -> Activation:
    """Bounds that are numbers."""
    bounds = {name: call.get(given) for name, given in (("low", "min"), ("high", "max"))}
    numbers = {name: float(bound) for name, bound in bounds.items() if isinstance(bound, int | float)}
    if len(numbers) < sum(bound is not None for bound in bounds.values()):
        raise call.unsupported("its bounds are not numbers")
    return call.layer("clamp", numbers)


@operator("add")
def add(call: Call) -> Activation:
    """A sum: of outputs, with a tensor, or with a number."""
    return _sum(call, call["self"], call["other"], call.get("alpha", 1))


@operator("sub")
def subtract(call: Call) -> Activation:
    """A difference: of outputs, with a tensor, or with a number."""
    x, y, alpha = call["self"], call["other"], call.get("alpha", 1)
    if _is_number(y):
        return _sum(call, x, y, -alpha)
    if alpha != 1:
        raise call.unsupported("what it takes off is multiplied by a number before")
    return call.joined("subtract", x, y)


@operator("rsub")
def subtract_from(call: Call) -> Activation:
    """The second less the first."""
    x, y = call["self"], call["other"]
    if not _is_number(y):
        return call.joined("subtract", y, x)
    negative = call.layer("neg", {}, x, name=False, shape=x.shape)
    return call.layer("shift", {"offset": float(y)}, negative)


@operator("mul")
def multiply(call: Call) -> Activation:
    """A product: of outputs, with a tensor, or with a number."""
    x, y = call["self"], call["other"]
    if _is_number(y):
        return call.layer("scale", {"factor": float(y)}, x)
    return _with_tensor(call, x, y, "scale", "multiply")


@operator("div")
def divide(call: Call) -> Activation:
    """A quotient: of outputs, with a tensor, or with a number."""
    x, y = call["self"], call["other"]
    if call.get("rounding_mode") is not None:
        raise call.unsupported("it rounds")
    if not _is_number(y):
        return call.joined("divide", x, y)
    if y == 0:
        raise call.unsupported("it divides by zero")
    return call.layer("scale", {"factor": 1 / y}, x)


@operator("maximum", "minimum")
def extreme(call: Call) -> Activation:
    """The larger or the smaller of two, element by element."""
    return call.joined(call.name, call["self"], call["other"])


@operator("addcmul")
def add_product(call: Call) -> Activation:
    """A sum with a product of two, which may be multiplied by a number."""
    product = call.joined("multiply", call["tensor1"], call["tensor2"])
    if call.get("value", 1) != 1:
        product = call.layer("scale", {"factor": float(call["value"])}, product, name=False)
    return call.joined("add", call["self"], product)


def _sum(call: Call, x: Any, y: Any, alpha: float) -> Activation:
    if _is_number(y):
        return call.layer("shift", {"offset": float(alpha * y)}, x)
    if alpha != 1:
        raise call.unsupported("what it adds is multiplied by a number before")
    return _with_tensor(call, x, y, "shift", "add")


def _with_tensor(call: Call, x: Any, y: Any, learned: str, join: str) -> Activation:
    """A join; a layer of its own where one of the two is a number for each channel, or one for all, that is learned."""
    x, y = (y, x) if isinstance(x, Weight) else (x, y)
    if not isinstance(y, Weight):
        return call.joined(join, x, y)
    which = call.per_channel(x, y)
    if which is None:
        return call.joined(join, x, y)
    return call.layer(learned, {"learned": which}, x, weights=[y])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
