"""What reads several outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.importers.pytorch.translation.registry import operator

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation


@operator("add")
def add(call: Call) -> Activation:
    """A sum of two outputs."""
    return call.layer("add", {}, *_two(call))


@operator("mul")
def multiply(call: Call) -> Activation:
    """A product of two outputs."""
    return call.layer("multiply", {}, *_two(call))


@operator("cat")
def cat(call: Call) -> Activation:
    """What lies side by side."""
    tensors = call["tensors"]
    axis = call.axis(tensors[0], call["dim"])
    return call.layer("concat", {"axis": "channels" if axis == 0 else axis - 1}, *tensors)


def _two(call: Call) -> list[Activation]:
    found = call.reads
    if len(found) != 2 or call.get("alpha", 1) != 1:
        raise call.unsupported("it joins an output of a layer with something else")
    return found
