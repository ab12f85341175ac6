"""Pools over windows, and over all positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.importers.onnx.operators.registry import operator
from cnncost.importers.onnx.operators.windows import pads, per_axis

if TYPE_CHECKING:
    from cnncost.importers.onnx.call import Call
    from cnncost.importers.onnx.values import Activation


@operator("MaxPool")
def maxpool(call: Call) -> Activation:
    """Max pooling."""
    if len(call.node.output) > 1 and call.node.output[1]:
        raise call.unsupported("it gives indices")
    kernel = list(call.attributes["kernel_shape"])
    return call.layer("maxpool", {**_windows(call, kernel), "dilation": per_axis(call, "dilations", len(kernel), 1)})


@operator("AveragePool")
def avgpool(call: Call) -> Activation:
    """Average pooling."""
    kernel = list(call.attributes["kernel_shape"])
    if any(gap > 1 for gap in per_axis(call, "dilations", len(kernel), 1)):
        raise call.unsupported("its windows have gaps")
    counted = bool(call.attributes.get("count_include_pad", 0))
    fields = _windows(call, kernel)
    sides = fields["padding"]
    if any(before != after for before, after in sides):
        raise call.unsupported("its padding is not the same on both sides")
    padded = any(before for before, _ in sides)
    return call.layer(
        "avgpool", {**fields, "padding": [before for before, _ in sides], "count_include_pad": counted or not padded}
    )


def _windows(call: Call, kernel: list[int]) -> dict[str, Any]:
    rank = len(kernel)
    stride, dilation = per_axis(call, "strides", rank, 1), per_axis(call, "dilations", rank, 1)
    padding = pads(call, call.x().shape[2:], kernel, stride, dilation)
    return {"kernel": kernel, "stride": stride, "padding": padding, "ceil": bool(call.attributes.get("ceil_mode", 0))}


@operator("GlobalAveragePool")
def global_avgpool(call: Call) -> Activation:
    """The mean of every channel, which stays a map of one position."""
    return call.layer("adaptive_avgpool", {"size": 1})


@operator("GlobalMaxPool")
def global_maxpool(call: Call) -> Activation:
    """The largest number of every channel, which stays a map of one position."""
    return call.layer("adaptive_maxpool", {"size": 1})
