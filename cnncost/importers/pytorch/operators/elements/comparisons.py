"""Comparisons and choices, by arithmetic: what holds is 1, and what does not is 0."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Activation, Weight, combined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Value


@operator("gt", "greater")
def greater(call: Call) -> Activation:
    """Whether a difference is above zero: its sign, cut off below."""
    return _is_positive(call, call["self"], call["other"])


@operator("lt", "less")
def less(call: Call) -> Activation:
    """Whether the second is greater."""
    return _is_positive(call, call["other"], call["self"])


@operator("ge", "greater_equal")
def greater_or_equal(call: Call) -> Activation:
    """Whether the second is not greater."""
    return _not(call, _is_positive(call, call["other"], call["self"]))


@operator("le", "less_equal")
def less_or_equal(call: Call) -> Activation:
    """Whether the first is not greater."""
    return _not(call, _is_positive(call, call["self"], call["other"]))


@operator("ne", "not_equal")
def unequal(call: Call) -> Activation:
    """Whether a difference is not zero: its sign without the sign."""
    return _layer(call, "abs", _sign(call, call["self"], call["other"]))


@operator("eq")
def equal(call: Call) -> Activation:
    """Whether a difference is zero."""
    return _not(call, unequal(call))


@operator("logical_not")
def negation(call: Call) -> Activation:
    """Whether it does not hold."""
    return _not(call, call.x)


@operator("masked_fill")
def masked_fill(call: Call) -> Activation:
    """One number wherever a mask holds."""
    number = call["value"]
    if not _is_number(number):
        raise call.unsupported("what it fills in is not a number")
    return _filled(call, call["self"], call["mask"], number)


@operator("where")
def where(call: Call) -> Activation:
    """The first where a condition holds, the second elsewhere: the sum of what is left of both."""
    condition, first, second = (call.get(name) for name in ("condition", "self", "other"))
    if _is_number(second):
        return _filled(call, first, _inverse(call, condition), second)
    if _is_number(first):
        return _filled(call, second, condition, first)
    kept = call.joined("multiply", first, condition)
    return call.joined("add", kept, call.joined("multiply", second, _inverse(call, condition)))


def _filled(call: Call, x: Value, mask: Value, number: float) -> Activation:
    """A number wherever a mask holds; minus infinity is the logarithm of what holds nowhere else, added."""
    if isinf(number):
        if number > 0:
            raise call.unsupported("it fills in infinity")
        return call.joined("add", x, _of_mask(call, "log", {}, _inverse(call, mask)))
    kept = call.joined("multiply", x, _inverse(call, mask))
    return call.joined("add", kept, _of_mask(call, "scale", {"factor": float(number)}, mask)) if number else kept


def _of_mask(call: Call, keyword: str, fields: Mapping[str, float], mask: Value) -> Activation | Weight:
    """What a layer makes of a mask; where that depends on nothing, a tensor like it."""
    if isinstance(mask, Weight):
        return combined(mask.shape, [mask])
    return call.layer(keyword, fields, mask, name=False, shape=mask.shape)


def _inverse(call: Call, mask: Value) -> Activation | Weight:
    return combined(mask.shape, [mask]) if isinstance(mask, Weight) else _not(call, mask)


def _not(call: Call, holds: Activation) -> Activation:
    """1 less what is 0 or 1."""
    return _shifted(call, _layer(call, "neg", holds), 1)


def _is_positive(call: Call, first: Value, second: Value) -> Activation:
    return _layer(call, "relu", _sign(call, first, second))


def _sign(call: Call, first: Value, second: Value) -> Activation:
    """Of the difference of two, one of which may be a number."""
    if _is_number(second):
        difference = _shifted(call, first, -second)
    elif _is_number(first):
        difference = _shifted(call, _layer(call, "neg", second), first)
    else:
        difference = call.joined("subtract", first, second)
    return _layer(call, "sign", difference)


def _shifted(call: Call, x: Activation, offset: float) -> Activation:
    if not offset:
        return x
    return call.layer("shift", {"offset": float(offset)}, x, name=False, shape=x.shape)


def _layer(call: Call, keyword: str, x: Activation) -> Activation:
    return call.layer(keyword, {}, x, name=False, shape=x.shape)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float)
