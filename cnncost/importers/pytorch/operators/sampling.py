"""Maps that are read at places which other layers compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.pytorch.operators.matrices.contractions import with_weights
from cnncost.importers.pytorch.translation.registry import operator
from cnncost.importers.pytorch.translation.values import Weight

if TYPE_CHECKING:
    from cnncost.importers.pytorch.translation.call import Call
    from cnncost.importers.pytorch.translation.values import Activation, Value

_MODES = ("bilinear", "nearest", "bicubic")
_BEYOND = ("zeros", "border", "reflection")
"""As PyTorch numbers them."""


@operator("grid_sampler", "grid_sampler_2d", "grid_sampler_3d")
def grid_sample(call: Call) -> Activation:
    """A map at the places of a grid, whose coordinates are the last axis in PyTorch, and channels here."""
    x, grid = _output(call, call["input"]), _output(call, call["grid"])
    rank = len(grid.shape)
    apart = (grid.shape[0], rank - 2, *grid.shape[1:-1])
    channels_first = call.layer("permute", {"axes": [rank - 2, *range(rank - 2)]}, grid, name=False, shape=apart)
    fields = {
        "mode": _MODES[call["interpolation_mode"]],
        "padding_mode": _BEYOND[call["padding_mode"]],
        "align_corners": bool(call["align_corners"]),
    }
    return call.layer("grid_sample", fields, x, channels_first)


@operator("torchvision::deform_conv2d")
def deform_conv(call: Call) -> Activation:
    """A convolution whose elements are moved by offsets, and weighed by masks where it has some."""
    weight, bias = call["weight"], call["bias"]
    if not isinstance(weight, Weight):
        raise call.unsupported("its weights depend on the input")
    pairs = {"stride": "stride", "padding": "pad", "dilation": "dilation"}
    fields: dict[str, Any] = {name: [call[f"{given}_h"], call[f"{given}_w"]] for name, given in pairs.items()}
    fields |= {"out": weight.shape[0], "kernel": list(weight.shape[2:]), "groups": call["groups"]}
    reads = [call["input"], call["offset"], *([call["mask"]] if call["use_mask"] else [])]
    bias = bias if bias is not None and bias.parameters + bias.buffers else None  # torchvision fills one with zeros
    return with_weights(call, "deform_conv", fields, weight, bias, *[_output(call, read) for read in reads])


def _output(call: Call, value: Value) -> Activation:
    """An output of a layer: a tensor that depends on nothing becomes one, of the same numbers for each sample."""
    return call.source(value, (call.batch.size, *value.shape[1:])) if isinstance(value, Weight) else value
