"""Axes that are turned round, and places that are moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.operators.places.shapes import permuted
from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator("flip", "fliplr", "flipud")
def flip(call: Call) -> Activation:
    """The last one first along axes."""
    alone = {"fliplr": [1], "flipud": [0]}.get(call.name)
    return _flipped(call, alone or call["dims"])


@operator("rot90")
def quarter_turns(call: Call) -> Activation:
    """Turned by right angles: an axis is turned round, and the two change places; half a turn is both turned round."""
    turns, (first, second) = call["k"] % 4, call["dims"]
    if turns == 0:
        return call.x
    if turns == _HALF:
        return _flipped(call, [first, second])
    flipped = _flipped(call, [second if turns == 1 else first])
    order = list(range(len(call.shape)))
    order[first], order[second] = order[second], order[first]
    return permuted(call, flipped, order, call.shape)


@operator("roll")
def roll(call: Call) -> Activation:
    """Moved on along axes, around the end."""
    shifts, axes = list(call["shifts"]), list(call["dims"])
    if not axes:
        raise call.unsupported("it works along the batch, and mixes the samples")
    return call.layer("roll", {"shifts": shifts, "axes": [call.axis(call.x, axis) for axis in axes]})


_HALF = 2
"""Quarters in half a turn."""


def _flipped(call: Call, axes: Sequence[int]) -> Activation:
    return call.layer("flip", {"axes": [call.axis(call.x, axis) for axis in axes]}, shape=call.x.shape)
